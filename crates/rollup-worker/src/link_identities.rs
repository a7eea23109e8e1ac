//! What was said about who is who, as links between actors. Who is one person follows from them when something is counted.

use std::collections::BTreeMap;

use analysis::persons::is_null_like;
use anyhow::Context as _;
use protocol::id::ActorKind;
use protocol::identity_link::Refusal;
use storage::flushes::{self, FlushLink};
use storage::identity_links::{self, Said};
use storage::pending::Pending;
use uuid::Uuid;

use crate::claim::Claim;
use crate::intern_actors;

const FROM: ActorKind = ActorKind::Anonymous;
const TO: ActorKind = ActorKind::User;

/// Keeps the claim's links: one for each pair of ids, however often it is said.
pub(crate) async fn link_identities(claim: &mut Claim) -> anyhow::Result<()> {
    let said = read(claim).await?;
    if said.is_empty() {
        return Ok(());
    }
    let ends = said.iter().flat_map(|(link, _)| [(FROM, &link.anonymous_id, link.ts), (TO, &link.user_id, link.ts)]);
    let numbers = intern_actors::intern_all(claim, ends.map(|(kind, id, ts)| (kind.code(), id.as_str(), ts))).await?;
    let mut links = by_pair(&said, |kind, id| numbers.number(kind.code(), id).context("an end of a link has no number"))?;
    let changes_persons = give_numbers(claim, &mut links).await?;
    if changes_persons {
        claim.work.links_version += 1;
    }
    identity_links::save(&mut claim.tx, claim.project, claim.work.links_version, &links).await.context("write links")
}

/// The flushes' identities that name two ids, each with its flush.
async fn read(claim: &mut Claim) -> anyhow::Result<Vec<(FlushLink, Uuid)>> {
    let mut said = Vec::new();
    for flush in claim.flushes.iter().filter(|flush| may_hold_identities(flush)) {
        let found = flushes::links(&mut claim.tx, claim.project, flush).await.context("read identities")?;
        said.extend(found.into_iter().map(|link| (link, flush.flush_id)));
    }
    Ok(said)
}

/// A flush says how many items of any signal it has; an older version's note says nothing.
fn may_hold_identities(flush: &Pending) -> bool {
    flush.items == 0 || i64::from(flush.items) > i64::from(flush.events) + i64::from(flush.points)
}

/// One link for each pair, without its number yet, in the order in which they were said first.
fn by_pair(said: &[(FlushLink, Uuid)], number: impl Fn(ActorKind, &str) -> anyhow::Result<u32>) -> anyhow::Result<Vec<Said>> {
    let mut pairs = BTreeMap::<(u32, u32), Said>::new();
    for (link, flush_id) in said {
        let (from, to) = (number(FROM, &link.anonymous_id)?, number(TO, &link.user_id)?);
        let is_null_like = is_null_like(&link.anonymous_id) || is_null_like(&link.user_id);
        let new = Said {
            link_id: 0,
            from_kind: FROM.code(),
            from_actor: from.into(),
            to_kind: TO.code(),
            to_actor: to.into(),
            cause: link.kind,
            ts: link.ts,
            received_at: link.received_at,
            flush_id: *flush_id,
            last_ts: link.ts,
            times: 1,
            refused: is_null_like.then_some(Refusal::NullLike.code()),
        };
        let known = pairs.entry((from, to)).or_insert_with(|| Said { times: 0, ..new.clone() });
        let (times, last_ts) = (known.times + 1, known.last_ts.max(link.ts));
        // Of several that were said at the same time always the same one, in whatever order the rows were read.
        let first = if (new.ts, new.cause, new.received_at, new.flush_id) < (known.ts, known.cause, known.received_at, known.flush_id) {
            new
        } else {
            known.clone()
        };
        *known = Said { times, last_ts, ..first };
    }
    let mut links: Vec<Said> = pairs.into_values().collect();
    links.sort_by_key(|link| (link.ts, link.from_actor, link.to_actor));
    Ok(links)
}

/// Gives each link its number, and says whether persons may change: they do not when everything was said before, or is
/// refused for its ids.
async fn give_numbers(claim: &mut Claim, links: &mut [Said]) -> anyhow::Result<bool> {
    let (from, to): (Vec<i64>, Vec<i64>) = links.iter().map(|link| (link.from_actor, link.to_actor)).unzip();
    let mut known = vec![None; links.len()];
    for link in identity_links::known(&mut claim.tx, claim.project, &from, &to).await.context("read links")? {
        known[link.place] = Some(link);
    }
    let mut changes_persons = false;
    for (link, known) in links.iter_mut().zip(known) {
        changes_persons |= link.refused.is_none() && known.is_none_or(|known| link.ts < known.ts);
        link.link_id = known.map_or(claim.work.next_link, |known| known.link_id);
        claim.work.next_link += i64::from(known.is_none());
    }
    Ok(changes_persons)
}
