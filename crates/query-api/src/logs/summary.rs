//! What a search finds, counted by level and time and by value.

use std::ops::ControlFlow;
use std::time::Duration;

use analysis::calendar::Frame;
use analysis::facets::Facets;
use chrono::{DateTime, Utc};
use protocol::access::Role;
use protocol::filter::search::LEVEL;
use protocol::filter::{Field, Filter};
use protocol::logs::{LevelCounts, LogBucket, LogOrder, LogScope, LogSummary, levels};
use protocol::receipt::{Accuracy, BotRule};
use storage::logs;

use super::scan::{Scan, scan};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Rows that are looked at for facets, and for the buckets of a search by more than the level.
const ROWS_MAX: u64 = 20_000;
/// After this no more of them are read.
const TIME_MAX: Duration = Duration::from_secs(2);
/// Rows that are counted from the index alone.
const COUNTED_MAX: i64 = 1_000_000;

/// Counts what a search finds. By the level alone, records over time are counted from an index, which reaches far; any other search,
/// and facets, look at the newest records of the range.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a range without buckets; else when the database does not answer in time.
pub async fn summary(state: &QueryState, context: &ProjectContext, scope: &LogScope) -> Result<LogSummary, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, scope)).await
}

async fn run(state: &QueryState, context: &ProjectContext, scope: &LogScope) -> Result<LogSummary, ApiError> {
    let mut making = Making::from_rows(state);
    let (frame, (from, until)) = super::time(&making, context, scope.period)?;
    let asked = Scan { filter: &scope.filter, from, until, order: LogOrder::Newest, after: None, rows_max: ROWS_MAX, time_max: TIME_MAX };
    let by_level = is_by_level(&scope.filter);
    let mut counts = vec![LevelCounts::default(); frame.buckets.len()];
    let mut facets = Facets::default();
    let mut weighted = false;
    let scanned = scan(state, context, asked, |_, log| {
        facets.add(&log);
        weighted |= log.weight > 1.0;
        if let (false, Some(bucket)) = (by_level, frame.index_of(log.ts)) {
            counts[bucket].add(log.level, log.weight);
        }
        ControlFlow::Continue(())
    })
    .await?;
    let searched = scanned.told();
    let mut counted_back_to = searched.stopped_at;
    making.rows_read = scanned.rows;
    if by_level {
        let bounds: Vec<DateTime<Utc>> = frame.buckets.iter().map(|bucket| bucket.start).collect();
        let cells = logs::over_time(state.db(), context.id(), from, until, &bounds, COUNTED_MAX).await?;
        let rows: u64 = cells.iter().map(|cell| cell.rows).sum();
        let is_cut = rows >= COUNTED_MAX.unsigned_abs();
        counted_back_to = cells.iter().map(|cell| cell.oldest).min().filter(|_| is_cut);
        making.rows_read += rows;
        let allowed = levels(&scope.filter);
        for cell in cells.iter().filter(|cell| allowed.contains(&cell.level)) {
            weighted |= cell.weighted;
            if let Some(counts) = counts.get_mut(cell.bucket) {
                counts.add(cell.level, cell.records);
            }
        }
    }
    making.weighted = weighted;
    let mut receipt = making.receipt(context, counted(scope, counted_back_to.is_some()), from, until, Accuracy::Exact);
    receipt.filter = scope.filter.to_string();
    receipt.bots = BotRule::All;
    let mut total = LevelCounts::default();
    for level in protocol::level::Level::ALL {
        total.add(level, counts.iter().map(|counts| counts.of(level)).sum());
    }
    let buckets = buckets(&frame, &counts, counted_back_to, &making);
    Ok(LogSummary { step: frame.step, buckets, total, counted_back_to, facets: facets.told(), searched, receipt })
}

/// Whether a filter asks for nothing but levels.
fn is_by_level(filter: &Filter) -> bool {
    filter
        .conditions()
        .iter()
        .all(|condition| matches!(condition, Filter::Term(term) if matches!(&term.field, Field::Prop(key) if key == LEVEL)))
}

fn counted(scope: &LogScope, partly: bool) -> String {
    let part = if partly { " Only the newest were counted." } else { "" };
    format!("Stored log records of {} by their own time, each by its sample rate.{part}", scope.period.sentence())
}

fn buckets(frame: &Frame, counts: &[LevelCounts], counted_back_to: Option<DateTime<Utc>>, making: &Making) -> Vec<LogBucket> {
    let bucket = |(bucket, records): (&analysis::calendar::Bucket, &LevelCounts)| LogBucket {
        start: bucket.start,
        end: bucket.end,
        utc_offset_seconds: bucket.utc_offset_seconds,
        open: making.is_open(bucket.end),
        partial: counted_back_to.is_some_and(|reached| bucket.start <= reached),
        records: *records,
    };
    frame.buckets.iter().zip(counts).map(bucket).collect()
}
