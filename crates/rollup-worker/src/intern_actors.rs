//! Actors to dense numbers: a bitmap of a thousand people is then a few hundred bytes.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use protocol::id::ActorKind;
use storage::actors::{self, Actor};
use storage::flushes::FlushEvent;

use crate::claim::Claim;

/// The numbers of the claim's actors.
pub(crate) struct Numbers<'a>(HashMap<(i16, &'a str), u32>);

impl Numbers<'_> {
    /// The number of an event's actor; `None` for an event without any.
    pub(crate) fn of(&self, event: &FlushEvent) -> Option<u32> {
        self.number(event.actor_kind, &event.actor)
    }

    /// The number of an actor; `None` for one that was not interned here.
    pub(crate) fn number(&self, kind: i16, id: &str) -> Option<u32> {
        self.0.get(&(kind, id)).copied()
    }
}

/// Gives every actor of these events its number.
pub(crate) async fn intern<'a>(claim: &mut Claim, events: &'a [FlushEvent]) -> anyhow::Result<Numbers<'a>> {
    intern_all(claim, events.iter().map(|event| (event.actor_kind, event.actor.as_str(), event.ts))).await
}

/// Gives every actor its number, by kind, id and when it was seen. New ones get the next free numbers in the order of their
/// kinds and ids, so that a claim that is repeated gives the same.
pub(crate) async fn intern_all<'a>(
    claim: &mut Claim,
    actors: impl Iterator<Item = (i16, &'a str, DateTime<Utc>)>,
) -> anyhow::Result<Numbers<'a>> {
    let seen = first_seen(actors);
    let (kinds, ids): (Vec<i16>, Vec<String>) = seen.keys().map(|(kind, id)| (*kind, (*id).to_owned())).unzip();
    let mut known = vec![None; seen.len()];
    for actor in actors::known(&mut claim.tx, claim.project, &kinds, &ids).await.context("read actors")? {
        known[actor.place] = Some(actor);
    }

    let mut numbers = HashMap::with_capacity(seen.len());
    let mut changed = Vec::new();
    for (((kind, id), first_seen), known) in seen.into_iter().zip(known) {
        let number = known.map_or(claim.work.next_actor, |known| known.number);
        numbers.insert((kind, id), u32::try_from(number).context("the project has 2^32 actors, and a bitmap holds no more")?);
        if known.is_none_or(|known| first_seen < known.first_seen) {
            changed.push(Actor { kind, id: id.to_owned(), number, first_seen });
        }
        if known.is_none() {
            claim.work.next_actor += 1;
        }
    }
    if !changed.is_empty() {
        actors::save(&mut claim.tx, claim.project, &changed).await.context("write actors")?;
    }
    Ok(Numbers(numbers))
}

/// Each actor with the earliest time at which it was seen.
fn first_seen<'a>(actors: impl Iterator<Item = (i16, &'a str, DateTime<Utc>)>) -> BTreeMap<(i16, &'a str), DateTime<Utc>> {
    let mut seen = BTreeMap::<_, DateTime<Utc>>::new();
    for (kind, id, ts) in actors.filter(|(kind, ..)| ActorKind::from_code(*kind).is_some()) {
        let first = seen.entry((kind, id)).or_insert(ts);
        *first = ts.min(*first);
    }
    seen
}
