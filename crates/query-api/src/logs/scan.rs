//! Walks through log records, as far as it may.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use protocol::filter::{Field, Filter, Term, Test};
use protocol::level::Level;
use protocol::logs::{LogOrder, Searched, StoredLog, levels};
use protocol::trace::TraceId;
use storage::logs::{self, LogPlace, Walk};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// Rows that are read at once, the first time: what is common is found among few.
const FIRST: i64 = 500;
/// Rows that are read at once.
const CHUNK: i64 = 5_000;

/// Which records are walked through, and how far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'s> {
    /// What is looked for.
    pub(super) filter: &'s Filter,
    /// By their own time, inclusive.
    pub(super) from: DateTime<Utc>,
    /// Exclusive.
    pub(super) until: DateTime<Utc>,
    pub(super) order: LogOrder,
    /// Only records behind this one.
    pub(super) after: Option<LogPlace>,
    /// Rows that are looked at.
    pub(super) rows_max: u64,
    /// After this no more rows are read.
    pub(super) time_max: Duration,
}

/// How far it got.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanned {
    /// Rows that were looked at.
    pub(super) rows: u64,
    /// The last one; of nothing where it began.
    pub(super) last: Option<LogPlace>,
    /// There is no row behind the last one.
    pub(super) done: bool,
    /// Whoever was told of what was found wanted no more.
    pub(super) broke: bool,
}

impl Scanned {
    /// In the words of the answer. A search that was told to stop has not stopped by itself.
    pub(super) fn told(&self) -> Searched {
        let by_itself = !self.done && !self.broke;
        Searched { records: self.rows, stopped_at: self.last.filter(|_| by_itself).map(|place| place.ts) }
    }
}

/// Tells `each` of the records that match, in their order, until it has enough, nothing is left or the bound is reached.
pub(super) async fn scan(
    state: &QueryState,
    context: &ProjectContext,
    scan: Scan<'_>,
    mut each: impl FnMut(LogPlace, StoredLog) -> ControlFlow<()>,
) -> Result<Scanned, ApiError> {
    let began = Instant::now();
    let mut scanned = Scanned { last: scan.after, ..Scanned::default() };
    if scan.filter.is_nothing() {
        return Ok(Scanned { done: true, ..scanned });
    }
    let notable = levels(scan.filter).iter().all(|level| *level >= Level::Warning);
    let trace = trace(scan.filter);
    let mut limit = FIRST;
    while scanned.rows < scan.rows_max && (scanned.rows == 0 || began.elapsed() < scan.time_max) {
        let left = i64::try_from(scan.rows_max - scanned.rows).unwrap_or(CHUNK);
        limit = limit.min(left);
        let walk = Walk { from: scan.from, until: scan.until, order: scan.order, after: scanned.last, notable, trace, limit };
        let rows = logs::walk(state.db(), context.id(), walk).await?;
        let read = rows.len() as i64;
        for (place, log) in rows {
            scanned.rows += 1;
            scanned.last = Some(place);
            if log.matches(scan.filter) && each(place, log).is_break() {
                return Ok(Scanned { broke: true, ..scanned });
            }
        }
        if read < limit {
            return Ok(Scanned { done: true, ..scanned });
        }
        limit = CHUNK;
    }
    Ok(scanned)
}

/// The one trace that everything that matches is of.
fn trace(filter: &Filter) -> Option<TraceId> {
    filter.conditions().iter().find_map(|condition| match condition {
        Filter::Term(Term { field: Field::Trace, test: Test::Is(id) }) => TraceId::parse(id.text()),
        _ => None,
    })
}
