//! Log records as they arrive.
//!
//! Each stream asks for what arrived since it asked last, once per refresh, and looks at a bounded number of rows: of a project
//! that writes more, what is left out is said.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::Stream;
use protocol::access::Role;
use protocol::filter::Filter;
use protocol::logs::LogTail;
use storage::logs;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use uuid::Uuid;

use crate::access::ProjectContext;
use crate::live::stream_room;
use crate::{ApiError, QueryState, budget};

/// Rows that are looked at at once.
const ROWS_MAX: i64 = 2_000;
/// A flush is visible a little after its time of receipt, and clocks of ingest processes differ: so long before the last look it
/// is looked again, and flushes that were seen are left out.
const OVERLAP: TimeDelta = TimeDelta::seconds(15);
/// A stream ends after this long; the browser comes back at once, and is asked again who it is.
const STREAM_LASTS: Duration = Duration::from_secs(15 * 60);
/// However the refresh is configured, the database is asked at most this often for one stream.
const TICK_MIN: Duration = Duration::from_millis(100);

/// What arrives from a few seconds ago on and matches, at most one message per refresh and none while nothing arrives. Ends when the
/// server stops, and after a quarter of an hour. While the database is away nothing comes.
///
/// # Errors
/// [`ApiError::Busy`] when too many streams are open; else when the caller may not read.
pub async fn tail(
    state: &QueryState,
    context: ProjectContext,
    filter: Filter,
) -> Result<impl Stream<Item = LogTail> + Send + use<>, ApiError> {
    context.require(Role::Viewer)?;
    let room = stream_room(state)?;
    let from = state.clock().now() - OVERLAP;
    let following = Following {
        state: state.clone(),
        context,
        filter,
        from,
        known: HashMap::new(),
        ends_at: Instant::now() + STREAM_LASTS,
        _room: room,
    };
    Ok(futures::stream::unfold(following, |mut following| async move { Some((following.next().await?, following)) }))
}

/// One open stream.
struct Following {
    state: QueryState,
    context: ProjectContext,
    filter: Filter,
    /// What was received before is not looked at.
    from: DateTime<Utc>,
    /// Flushes that were seen and may be met again, with their time of receipt.
    known: HashMap<Uuid, DateTime<Utc>>,
    ends_at: Instant,
    _room: OwnedSemaphorePermit,
}

impl Following {
    /// The next message that says something; `None` at the end.
    async fn next(&mut self) -> Option<LogTail> {
        let mut stop = self.state.shutdown();
        let tick = self.state.config().live_refresh.max(TICK_MIN);
        loop {
            tokio::select! {
                () = tokio::time::sleep(tick) => {}
                Ok(_) = stop.wait_for(|stopped| *stopped) => return None,
                () = tokio::time::sleep_until(self.ends_at) => return None,
            }
            let state = self.state.clone();
            match budget::within(&state, self.look()).await {
                Ok(tail) if !tail.records.is_empty() || tail.left_out => return Some(tail),
                // Nothing new; or the database is away, and the next look may be answered.
                Ok(_) | Err(_) => {}
            }
        }
    }

    async fn look(&mut self) -> Result<LogTail, ApiError> {
        let now = self.state.clock().now();
        let known: Vec<Uuid> = self.known.keys().copied().collect();
        let rows = logs::arrived(self.state.db(), self.context.id(), self.from, &known, ROWS_MAX).await?;
        let mut left_out = rows.len() as i64 == ROWS_MAX;
        self.known.extend(rows.iter().map(|(place, _)| (place.flush_id, place.received_at)));
        // Whoever cannot keep up goes on with what arrives from now on.
        self.from = if left_out { now } else { self.from.max(now - OVERLAP) };
        self.known.retain(|_, received_at| *received_at >= self.from);
        let mut records: Vec<_> = rows.into_iter().map(|(_, log)| log).filter(|log| log.matches(&self.filter)).collect();
        if records.len() > LogTail::RECORDS_MAX {
            records.drain(..records.len() - LogTail::RECORDS_MAX);
            left_out = true;
        }
        Ok(LogTail { records, left_out })
    }
}
