//! The newest events.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use protocol::filter::{Field, Filter, Value};
use protocol::id::ProjectId;
use protocol::live::{LIVE_FEED_ROWS, LiveEvent};
use protocol::receipt::BotRule;
use storage::Db;
use storage::live_events::{self, NewestEvent};

use super::detail::{detail, payload};
use crate::ApiError;

/// Events arrive a little out of order: the feed is the newest by their own time among the newest of this many by arrival.
const CANDIDATES: usize = LIVE_FEED_ROWS * 5;
/// With a filter, among so many: what it lets through may be rare.
const CANDIDATES_FILTERED: usize = 2_000;

/// Newest first by the event's own time, which is the time that is shown; of equal ones the last to arrive. What arrives long
/// after it happened, such as the queue of a device that was offline, does not push aside what happens now.
pub(super) async fn read(
    db: &Db,
    project: ProjectId,
    earliest: DateTime<Utc>,
    bots: BotRule,
    filter: &Filter,
) -> Result<Vec<LiveEvent>, ApiError> {
    let candidates = if filter.is_all() { CANDIDATES } else { CANDIDATES_FILTERED };
    let mut newest = live_events::newest(db, project, earliest, bots, candidates as i64).await?;
    newest.retain(|newest| filter.matches(&|field| value(newest, field)));
    newest.sort_by_key(|newest| Reverse(newest.event.ts));
    newest.truncate(LIVE_FEED_ROWS);
    let told = |NewestEvent { event, props, .. }| LiveEvent { detail: detail(&props), payload: payload(&props), ..event };
    Ok(newest.into_iter().map(told).collect())
}

fn value<'a>(newest: &'a NewestEvent, field: &Field) -> Value<'a> {
    let NewestEvent { event, os, release, referrer, .. } = newest;
    let text = match field {
        Field::Name => Some(&event.name),
        Field::Route => event.route.as_ref(),
        Field::Country => event.country.as_ref(),
        Field::Os => os.as_ref(),
        Field::Release => release.as_ref(),
        Field::Referrer => referrer.as_ref(),
        // No filter of Live is about another field.
        _ => None,
    };
    text.map_or(Value::Absent, |text| Value::Text(text))
}
