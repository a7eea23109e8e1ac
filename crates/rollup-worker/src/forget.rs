//! What still comes of an erased person, from a spool or a retry, is left out before it is counted.

use std::collections::HashSet;

use anyhow::Context as _;
use protocol::id::{ActorKind, ProjectId};
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use storage::flushes::FlushRange;
use storage::pending::Pending;
use storage::personal_rows::{self, Removed, Where, Whose};
use storage::tombstones::{self, ActorHash};

use crate::claim::Claim;

/// Removes the rows of erased people from the claim's flushes, and books them as erased.
pub(crate) async fn forget_erased(claim: &mut Claim) -> anyhow::Result<()> {
    let standing = tombstones::standing(&mut claim.tx, claim.project, claim.now).await.context("read tombstones")?;
    if standing.is_empty() {
        return Ok(());
    }
    for place in 0..claim.flushes.len() {
        let range = FlushRange::from(&claim.flushes[place]);
        let named = tombstones::named_in(&mut claim.tx, claim.project, range).await?;
        let [users, anonymous] = erased(claim.project, named, &standing);
        if users.is_empty() && anonymous.is_empty() {
            continue;
        }
        let place_of = Where { from: range.received_from, until: range.received_until, flush: Some(range.flush_id) };
        let whose = Whose { users: &users, anonymous: &anonymous, sessions: &[] };
        let removed = personal_rows::remove(&mut claim.tx, claim.project, place_of, whose).await.context("remove what was erased")?;
        take_off(&mut claim.flushes[place], removed)?;
    }
    Ok(())
}

/// The users and the anonymous ids among these that were erased.
fn erased(project: ProjectId, named: Vec<(i16, String)>, standing: &HashSet<ActorHash>) -> [Vec<String>; 2] {
    let named: Vec<(i16, String)> =
        named.into_iter().filter(|(kind, id)| standing.contains(&tombstones::hash(project, *kind, id))).collect();
    [ActorKind::User, ActorKind::Anonymous]
        .map(|of| named.iter().filter(|(kind, _)| *kind == of.code()).map(|(_, id)| id.clone()).collect())
}

/// The flush holds so much less, and its books say why.
fn take_off(flush: &mut Pending, removed: Removed) -> anyhow::Result<()> {
    flush.events -= removed.events as i32;
    flush.points -= removed.points as i32;
    // Of an older version's note nobody knows them.
    flush.spans = (flush.spans - removed.spans as i32).max(0);
    flush.errors = (flush.errors - removed.errors.len() as i32).max(0);
    let by_signal = [
        (Signal::Event, removed.events),
        (Signal::Metric, removed.points),
        (Signal::Span, removed.spans),
        (Signal::Log, removed.logs),
        (Signal::Error, removed.errors.len() as u64),
        (Signal::Identity, removed.identities),
    ];
    let mut outcomes: Vec<OutcomeCount> = serde_json::from_value(flush.outcomes.take()).context("read a flush's outcomes")?;
    outcomes.extend(by_signal.into_iter().filter(|(_, n)| *n > 0).map(|(signal, n)| OutcomeCount {
        signal,
        outcome: Outcome::Erased,
        reason: String::new(),
        sdk: String::new(),
        n: n as i64,
    }));
    flush.outcomes = serde_json::to_value(outcomes)?;
    Ok(())
}
