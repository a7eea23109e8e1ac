//! Looks for traces by their spans.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use protocol::access::Role;
use protocol::range::Period;
use protocol::receipt::Accuracy;
use protocol::span::{Span, SpanStatus};
use protocol::traces::{SEARCH_ROWS, SPANS_MAX, TraceRow, TraceSort, TracesAnswer, TracesOf, TracesQuery};
use storage::traces::{self, Window};
use uuid::Uuid;

use super::durations::Durations;
use super::failures::Failures;
use super::found;
use crate::access::ProjectContext;
use crate::explorer::frame;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Spans that one answer looks at.
pub(super) const LOOKED_AT_MAX: i64 = 50_000;

/// Traces, or spans, that match: some rows, and how long all of them took.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a time that has not begun; else when the database does not answer in time.
pub async fn search(state: &QueryState, context: &ProjectContext, query: &TracesQuery) -> Result<TracesAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &TracesQuery) -> Result<TracesAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    let frame = frame(query.period, None, &making, context)?;
    let (from, until) = match query.period {
        Period::Between { from, until } => (from, until),
        _ => (frame.start(), frame.end()),
    };
    let wants_failures = query.of == TracesOf::Roots || found::asks_for_errors(&query.filter);
    let failures = match wants_failures {
        true => Failures::of(state, context, &mut making, (from, until)).await?,
        false => Failures::default(),
    };
    let mut columns = found::columns(&query.filter);
    if found::needs_errors(&query.filter) && columns.traces.is_none() {
        columns.traces = Some(failures.traces());
    }
    // How many failed before that is not known, so nobody may ask for it.
    let cut = failures.known_from.filter(|_| found::asks_for_errors(&query.filter));
    let attributes = found::needs_attributes(&query.filter);
    let window = Window { from: cut.unwrap_or(from), until, limit: LOOKED_AT_MAX, attributes };
    let (mut first, mut durations) = (First::new(query.sort), Durations::default());
    let (mut looked_at, mut oldest, mut with_errors) = (0, until, 0);
    traces::each(state.db(), context.id(), query.of, &columns, window, |ts, span| {
        looked_at += 1;
        oldest = ts;
        let errors = failures.in_trace(span.trace_id);
        if found::matches(&query.filter, &span, errors) {
            with_errors += u64::from(errors > 0);
            durations.add(span.duration_ms.unwrap_or_default(), span.status == SpanStatus::Error);
            first.add(ts, span);
        }
    })
    .await?;
    making.rows_read += looked_at as u64;
    let rows = rows(state, context, &mut making, first.kept()).await?;
    let what = match query.of {
        TracesOf::Roots => "Spans without a parent",
        TracesOf::Spans => "Spans",
    };
    let counted = format!("{what} that began in {}, as they are stored.", query.period.sentence());
    let mut receipt = making.receipt(context, counted, from, until, Accuracy::Exact);
    receipt.filter = query.filter.to_string();
    Ok(TracesAnswer {
        of: query.of,
        sort: query.sort,
        rows,
        matching: durations.count(),
        failed: durations.failed(),
        with_errors: (wants_failures && failures.known_from.is_none_or(|from| oldest >= from)).then_some(with_errors),
        durations: durations.bins(),
        p50_ms: durations.percentile(0.5),
        p95_ms: durations.percentile(0.95),
        looked_back_to: if looked_at == LOOKED_AT_MAX { Some(oldest) } else { cut },
        receipt,
    })
}

/// The spans that come first, of those that were added newest first.
struct First {
    sort: TraceSort,
    kept: Vec<(DateTime<Utc>, Span)>,
}

impl First {
    fn new(sort: TraceSort) -> Self {
        Self { sort, kept: Vec::with_capacity(2 * SEARCH_ROWS) }
    }

    fn add(&mut self, ts: DateTime<Utc>, span: Span) {
        if self.sort == TraceSort::Latest && self.kept.len() >= SEARCH_ROWS {
            return;
        }
        self.kept.push((ts, span));
        if self.kept.len() == 2 * SEARCH_ROWS {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.sort == TraceSort::Slowest {
            self.kept.sort_by(|(_, a), (_, b)| b.duration_ms.unwrap_or_default().total_cmp(&a.duration_ms.unwrap_or_default()));
        }
        self.kept.truncate(SEARCH_ROWS);
    }

    fn kept(mut self) -> Vec<(DateTime<Utc>, Span)> {
        self.cut();
        self.kept
    }
}

/// What was found, each with how large its trace is.
async fn rows(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    found: Vec<(DateTime<Utc>, Span)>,
) -> Result<Vec<TraceRow>, ApiError> {
    let ids: BTreeSet<Uuid> = found.iter().map(|(_, span)| Uuid::from_bytes(span.trace_id.0)).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let sizes = traces::sizes(state.db(), context.id(), &ids, SPANS_MAX as i64).await?;
    making.rows_read += sizes.iter().map(|size| size.spans).sum::<u64>();
    let sizes: HashMap<_, _> = sizes.into_iter().map(|size| (size.trace, size)).collect();
    let row = |(ts, span): (DateTime<Utc>, Span)| {
        let size = sizes.get(&span.trace_id);
        TraceRow {
            trace_id: span.trace_id,
            span_id: span.span_id,
            ts,
            duration_ms: span.duration_ms.unwrap_or_default(),
            name: span.name,
            op: span.op,
            service: span.service,
            status: span.status,
            release: span.release,
            user_id: span.user_id,
            spans: size.map_or(1, |size| size.spans),
            failed: size.map_or(0, |size| size.failed),
            services: size.map(|size| size.services.clone()).unwrap_or_default(),
        }
    };
    Ok(found.into_iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use protocol::trace::{SpanId, TraceId};

    use super::*;

    #[test]
    fn the_first_of_many_are_the_same_as_of_all_sorted() {
        let mut dice = 17_u64;
        let durations: Vec<f64> = (0..777)
            .map(|_| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (dice >> 40) as f64
            })
            .collect();
        let first = |sort| {
            let mut first = First::new(sort);
            for ms in &durations {
                let text = serde_json::json!({"trace_id": TraceId([1; 16]), "span_id": SpanId([1; 8]), "name": "x", "duration_ms": ms});
                first.add(DateTime::UNIX_EPOCH, serde_json::from_value(text).expect("a span"));
            }
            first.kept().into_iter().filter_map(|(_, span)| span.duration_ms).collect::<Vec<f64>>()
        };
        assert_eq!(first(TraceSort::Latest), durations[..SEARCH_ROWS]);
        let mut sorted = durations.clone();
        sorted.sort_by_key(|ms| Reverse(ms.to_bits()));
        assert_eq!(first(TraceSort::Slowest), sorted[..SEARCH_ROWS]);
    }
}
