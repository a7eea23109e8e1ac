//! What undoing or restoring a link would do, before anybody does it.

use std::collections::BTreeMap;

use analysis::calendar;
use analysis::persons::{self, Difference, Link, Persons};
use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Role;
use protocol::identity_link::{BeforeAfter, DayPeople, LinkChange, LinkPreview, Person, PersonActor};
use protocol::range::Range;
use protocol::receipt::{Accuracy, BotRule};
use roaring::RoaringBitmap;
use storage::actors;
use storage::event_quarters::Dimension;
use storage::identity_links::StoredLink;

use super::links::{describe, find, name};
use super::persons::{Resolved, end, resolved};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::rollup::{Slice, each_row, people_of};
use crate::{ApiError, QueryState, budget};

/// Actors whose names and events are read: two persons at their limit.
const ACTORS_READ_MAX: usize = 2_000;
/// Events of one actor that are counted.
const EVENTS_COUNTED_MAX: i64 = 10_000;

/// Which persons a change of this link would make of which, with their events. An undone link would be restored, any other
/// undone. Events are raw ones, as long as they are kept; of each actor at most 10,000 are counted.
///
/// # Errors
/// [`ApiError::UnknownLink`]; else when the database does not answer in time.
pub async fn preview(state: &QueryState, context: &ProjectContext, link: i64) -> Result<LinkPreview, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, link)).await
}

async fn run(state: &QueryState, context: &ProjectContext, link: i64) -> Result<LinkPreview, ApiError> {
    let mut making = Making::from_rows(state);
    let stored = find(state, context, link).await?;
    let resolved = resolved(state, context.id()).await?;
    let change = if stored.undone { LinkChange::Restore } else { LinkChange::Undo };
    let (difference, persons_after) = compare(resolved.clone(), links_after(&resolved.links, &stored, change)?).await?;
    let touched: Vec<u32> = difference.before.iter().flatten().copied().collect();
    let actors = read_actors(state, context, &touched).await?;
    making.rows_read += actors.values().map(|actor| actor.events).sum::<u64>();

    let days = match difference.before.is_empty() {
        true => Vec::new(),
        false => days(state, context, &mut making, [&resolved.persons, &persons_after]).await?,
    };
    let since = making.now - TimeDelta::hours(24);
    let counted = "Stored events of the actors that the change touches, bots included, up to 10,000 of each; people among them, and those \
                   with an event in the last 24 hours. People of each day are counted without bots.";
    let from = actors.values().filter_map(|actor| actor.last_event).min().unwrap_or(since).min(since);
    let mut receipt = making.receipt(context, counted, from, making.now, Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(LinkPreview {
        link: describe(stored, &resolved.persons)?,
        change,
        before: people(&difference.before, &actors),
        after: people(&difference.after, &actors),
        people: both(&difference, |persons| persons.len() as u64),
        people_24h: both(&difference, |persons| active(persons, &actors, since)),
        days,
        events: actors.values().map(|actor| actor.events).sum(),
        events_at_least: actors.values().any(|actor| actor.events >= EVENTS_COUNTED_MAX.unsigned_abs()),
        partial: touched.len() > ACTORS_READ_MAX,
        receipt,
    })
}

/// The links as they would be. One that is refused for its ids joins nobody either way.
fn links_after(links: &[Link], stored: &StoredLink, change: LinkChange) -> Result<Vec<Link>, ApiError> {
    let mut after: Vec<Link> = links.iter().filter(|link| link.id != stored.link_id).copied().collect();
    if change == LinkChange::Restore && stored.refused.is_none() {
        let (from, to) = (end(stored.from_kind, stored.from_actor)?, end(stored.to_kind, stored.to_actor)?);
        after.push(Link { ts: stored.ts, id: stored.link_id, from, to });
    }
    Ok(after)
}

/// Beside the requests: a project may have a million links.
async fn compare(now: std::sync::Arc<Resolved>, after: Vec<Link>) -> Result<(Difference, Persons), ApiError> {
    let work = tokio::task::spawn_blocking(move || {
        let after = persons::resolve(&after);
        (persons::difference(&now.persons, &after), after)
    });
    work.await.map_err(|error| ApiError::Fault(format!("comparing persons failed: {error}")))
}

/// Each day's people, counted with either persons.
async fn days(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    persons: [&Persons; 2],
) -> Result<Vec<DayPeople>, ApiError> {
    let frame =
        calendar::audience(Range::Days30, making.now, context.zone()).ok_or_else(|| ApiError::range(Range::Days30, &Range::AUDIENCE))?;
    let mut people = vec![[RoaringBitmap::new(), RoaringBitmap::new()]; frame.buckets.len()];
    let all = Slice { dimension: Dimension::All, value: None, bots: BotRule::Humans };
    each_row(state, context, making, all, &frame, |row| {
        if let Some(day) = frame.index_of(row.bucket) {
            for (people, persons) in people[day].iter_mut().zip(persons) {
                *people |= people_of(row, persons)?;
            }
        }
        Ok(())
    })
    .await?;
    let day = |(bucket, [before, after]): (&calendar::Bucket, &[RoaringBitmap; 2])| DayPeople {
        day: bucket.start.with_timezone(&context.zone()).date_naive(),
        people: BeforeAfter { before: before.len(), after: after.len() },
    };
    Ok(frame.buckets.iter().zip(&people).map(day).collect())
}

/// The first of these actors with their names and events, by number.
async fn read_actors(state: &QueryState, context: &ProjectContext, numbers: &[u32]) -> Result<BTreeMap<u32, PersonActor>, ApiError> {
    let numbers: Vec<i64> = numbers.iter().take(ACTORS_READ_MAX).copied().map(i64::from).collect();
    let named = actors::named(state.db(), context.id(), &numbers).await?;
    let (kinds, ids): (Vec<i16>, Vec<String>) = named.iter().map(|actor| (actor.kind, actor.id.clone())).unzip();
    let activity = actors::activity(state.db(), context.id(), &kinds, &ids, EVENTS_COUNTED_MAX).await?;
    let mut by_number = BTreeMap::new();
    for (actor, activity) in named.into_iter().zip(activity) {
        let number = end(actor.kind, actor.number)?.actor;
        let actor = name(actor.kind, actor.id)?;
        by_number.insert(number, PersonActor { actor, events: activity.events.unsigned_abs(), last_event: activity.last_event });
    }
    Ok(by_number)
}

fn people(persons: &[Vec<u32>], actors: &BTreeMap<u32, PersonActor>) -> Vec<Person> {
    let person = |numbers: &Vec<u32>| {
        let actors: Vec<PersonActor> = numbers.iter().filter_map(|number| actors.get(number).cloned()).collect();
        Person { events: actors.iter().map(|actor| actor.events).sum(), actors }
    };
    persons.iter().map(person).filter(|person| !person.actors.is_empty()).collect()
}

fn active(persons: &[Vec<u32>], actors: &BTreeMap<u32, PersonActor>, since: DateTime<Utc>) -> u64 {
    let is_active = |number: &u32| actors.get(number).and_then(|actor| actor.last_event).is_some_and(|at| at >= since);
    persons.iter().filter(|person| person.iter().any(is_active)).count() as u64
}

fn both(difference: &Difference, count: impl Fn(&[Vec<u32>]) -> u64) -> BeforeAfter {
    BeforeAfter { before: count(&difference.before), after: count(&difference.after) }
}
