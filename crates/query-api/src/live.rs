//! Live: who is here now.
//!
//! One window of small rows per project is kept in memory while somebody looks, and refreshed by reading what arrived
//! since; every viewer shares it. Nothing else is remembered: after a restart the window is read again.

mod detail;
mod feed;
mod people;
mod stream;
mod watched;
mod window;

use std::sync::Arc;

use chrono::TimeDelta;
use protocol::access::Role;
use protocol::live::{LiveAnswer, LiveEvent, LiveMinute, LiveQuery};
use protocol::receipt::{Accuracy, Receipt};

use crate::access::ProjectContext;
use crate::receipt::COMMIT_TAKES_AT_MOST;
use crate::{ApiError, QueryState, budget};

pub(crate) use stream::room as stream_room;
pub use stream::stream;
pub(crate) use watched::LiveWindows;
use window::{ROWS_MAX, Window};

/// What the Live page shows at this moment. Figures are at most [`crate::QueryConfig::live_refresh`] old.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a filter by what is not held; else when the database does not answer in time.
pub async fn live(state: &QueryState, context: &ProjectContext, query: &LiveQuery) -> Result<Arc<LiveAnswer>, ApiError> {
    context.require(Role::Viewer)?;
    check(query)?;
    let watched = state.live().watched(state, context)?;
    budget::within(state, watched.answer(state, context, query)).await
}

fn check(query: &LiveQuery) -> Result<(), ApiError> {
    match query.filter.fields().into_iter().find(|field| !LiveQuery::FIELDS.contains(field)) {
        None => Ok(()),
        Some(field) => Err(ApiError::InvalidParameter {
            name: "filter",
            problem: format!("cannot be by `{}` on Live", field.word()),
            allowed: LiveQuery::FIELDS.map(|field| field.word().to_owned()).join(", "),
        }),
    }
}

/// Draws up the answer from what the window holds.
fn answer(context: &ProjectContext, held: &Window, query: &LiveQuery, feed: Vec<LiveEvent>) -> LiveAnswer {
    let now = held.refreshed_at();
    let length = TimeDelta::minutes(query.window.minutes());
    let counting = std::time::Instant::now();
    let figures = held.count(now, query);
    let complete_through = now - COMMIT_TAKES_AT_MOST;
    let minute = |minute: &analysis::live::Minute| LiveMinute {
        start: minute.start,
        people: minute.people,
        events: minute.events,
        open: minute.start + TimeDelta::minutes(1) > complete_through,
    };
    let [countries, systems, routes, releases, referrers] = held.slices(&figures);
    let minutes = figures.minutes.iter().map(minute).collect();
    LiveAnswer {
        now,
        utc_offset_seconds: analysis::calendar::utc_offset_seconds(now, context.zone()),
        window: query.window,
        people: figures.people,
        sessions: figures.sessions,
        events: figures.events,
        bot_events: figures.bot_events,
        minutes,
        countries,
        systems,
        routes,
        releases,
        referrers,
        feed,
        receipt: Receipt {
            counted: counted(held, now - length),
            from: now - length,
            until: now,
            zone: context.project().zone.clone(),
            filter: query.filter.to_string(),
            bots: query.bots,
            accuracy: Accuracy::Exact,
            complete_through,
            missing: None,
            weighted: false,
            rows_read: held.rows(),
            elapsed_ms: (held.refresh_took() + counting.elapsed()).as_secs_f64() * 1_000.0,
        },
    }
}

fn counted(held: &Window, from: chrono::DateTime<chrono::Utc>) -> String {
    let whole = "Distinct people with an event in the window, by the event's own time; imports left out.";
    if held.is_partial(from) { format!("{whole} Only the newest {ROWS_MAX} events are counted.") } else { whole.to_owned() }
}
