//! How endpoints, moments, page loads and jobs do: by what spans are timed with, see `protocol::span::DURATION_METRIC`.

use std::collections::BTreeMap;

use analysis::cell::Cell;
use protocol::access::Role;
use protocol::filter::Filter;
use protocol::metric::{Aggregate, MetricKind};
use protocol::span::{DURATION_METRIC, SpanStatus};
use protocol::traces::{TimedAnswer, TimedBy, TimedQuery, TimedRow};
use storage::metric_series::{self, SeriesRow};

use super::aggregate::{SKETCH_ERROR, frame};
use super::cells;
use super::matching::Asked;
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Rows of an answer.
const ROWS_MAX: usize = 200;

/// Spans by name and service, and by release where that is asked for.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a time without buckets and a filter by what spans are not timed by; else when the database
/// does not answer in time.
pub async fn timed(state: &QueryState, context: &ProjectContext, query: &TimedQuery) -> Result<TimedAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

/// Name, service, release.
type Key<'s> = (&'s str, Option<&'s str>, Option<&'s str>);

/// What the series of one key say together.
struct Sum {
    all: Option<Cell>,
    failed: i64,
    cancelled: i64,
    trend: Vec<u64>,
}

async fn run(state: &QueryState, context: &ProjectContext, query: &TimedQuery) -> Result<TimedAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame(query.period, None, &making, context)?;
    let series = metric_series::of_metric(state.db(), context.id(), DURATION_METRIC, MetricKind::Distribution, "ms").await?;
    // Where nothing was timed yet, nothing can be wrong with the filter.
    let filter = if series.is_empty() { &Filter::all() } else { &query.filter };
    let matching = Asked::of(filter, DURATION_METRIC, &series)?;
    let asked =
        |series: &&SeriesRow| series.tags.get("op").is_some_and(|op| query.of.ops().contains(&op.as_str())) && matching.matches(*series);
    let asked: Vec<&SeriesRow> = series.iter().filter(asked).collect();
    let keys: Vec<Key<'_>> = asked.iter().map(|series| key(series, query.by)).collect();
    let mut sums = BTreeMap::<Key<'_>, Sum>::new();
    cells::each(state, context, &mut making, &frame, &asked, |place, start, cell| {
        let sum =
            sums.entry(keys[place]).or_insert_with(|| Sum { all: None, failed: 0, cancelled: 0, trend: vec![0; frame.buckets.len()] });
        match asked[place].tags.get("status").map(String::as_str) {
            Some(status) if status == SpanStatus::Error.word() => sum.failed += cell.n,
            Some(status) if status == SpanStatus::Cancelled.word() => sum.cancelled += cell.n,
            _ => {}
        }
        if let Some(bucket) = frame.index_of(start) {
            sum.trend[bucket] += cell.n.unsigned_abs();
        }
        match &mut sum.all {
            Some(all) => all.merge(cell),
            empty => *empty = Some(cell.clone()),
        }
    })
    .await?;
    let mut rows: Vec<TimedRow> = sums.into_iter().filter_map(|(key, sum)| told(key, sum)).collect();
    // The sort is stable: of equal ones the first by name.
    rows.sort_by_key(|row| std::cmp::Reverse(row.spans));
    let more = rows.len() > ROWS_MAX;
    rows.truncate(ROWS_MAX);
    let until = frame.end().min(making.now);
    let counted = format!("Stored spans with the op {} that began in {}.", query.of.ops().join(" or "), query.period.sentence());
    let mut receipt = making.receipt(context, counted, frame.start(), frame.end(), SKETCH_ERROR);
    receipt.filter = query.filter.to_string();
    Ok(TimedAnswer { of: query.of, rows, more, minutes: (until - frame.start()).as_seconds_f64() / 60.0, receipt })
}

fn key(series: &SeriesRow, by: TimedBy) -> Key<'_> {
    let tag = |key: &str| series.tags.get(key).map(String::as_str);
    let release = match by {
        TimedBy::Name => None,
        TimedBy::Release => tag("release"),
    };
    (tag("name").unwrap_or(""), tag("service"), release)
}

fn told((name, service, release): Key<'_>, sum: Sum) -> Option<TimedRow> {
    let cell = sum.all?;
    Some(TimedRow {
        name: name.to_owned(),
        service: service.map(str::to_owned),
        release: release.map(str::to_owned),
        spans: cell.n.unsigned_abs(),
        failed: sum.failed.unsigned_abs(),
        cancelled: sum.cancelled.unsigned_abs(),
        p50_ms: cell.aggregate(Aggregate::P50, 1.0),
        p95_ms: cell.aggregate(Aggregate::P95, 1.0),
        trend: sum.trend,
    })
}
