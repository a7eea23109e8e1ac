//! One trace: its spans in their places, and what else happened during it.

use std::collections::HashMap;

use analysis::waterfall::{Placed, Row, waterfall};
use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Role;
use protocol::receipt::Accuracy;
use protocol::trace::{SpanId, TraceId};
use protocol::traces::{MARKS_MAX, SPANS_MAX, TraceAnswer, TraceSpan};
use storage::traces::{self, TraceRow};

use super::marks::{self, During};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Users, sessions and releases of a trace that are told.
const NAMES_MAX: usize = 10;

/// A trace as a waterfall.
///
/// # Errors
/// [`ApiError::UnknownTrace`] where nothing of it is stored; else when the database does not answer in time.
pub async fn trace(state: &QueryState, context: &ProjectContext, trace: TraceId) -> Result<TraceAnswer, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, run(state, context, trace)).await
}

async fn run(state: &QueryState, context: &ProjectContext, trace: TraceId) -> Result<TraceAnswer, ApiError> {
    let mut making = Making::from_rows(state);
    let mut stored = traces::spans(state.db(), context.id(), trace, SPANS_MAX as i64 + 1).await?;
    making.rows_read += stored.len() as u64;
    let more_spans = stored.len() > SPANS_MAX;
    stored.truncate(SPANS_MAX);
    let placed: Vec<Placed<'_>> = stored.iter().map(place).collect();
    let fall = waterfall(&placed);
    let mut services = Vec::new();
    let service_of = places(fall.rows.iter().filter_map(|row| stored[row.span].service.as_deref()), &mut services);
    let users = names(stored.iter().filter_map(|span| span.user_id.as_deref()));
    let sessions = names(stored.iter().filter_map(|span| span.session_id.as_deref()));
    let releases = names(stored.iter().filter_map(|span| span.release.as_deref()));
    let known = (!stored.is_empty()).then(|| at(fall.begin));
    let during = During { trace, begin: known, duration: TimeDelta::microseconds(fall.duration), users: &users, sessions: &sessions };
    let found = marks::marks(state, context, during).await?;
    let mut visitors = traces::visitors(state.db(), context.id(), trace, MARKS_MAX as i64).await?;
    visitors.truncate(NAMES_MAX);
    making.rows_read += found.marks.len() as u64;
    let Some(begin) = known.or_else(|| found.marks.first().map(|(_, item)| item.ts)) else {
        return Err(ApiError::UnknownTrace(trace.to_string()));
    };
    let shifts: HashMap<SpanId, i64> = fall.rows.iter().map(|row| (stored[row.span].span_id, row.shift)).collect();
    let last = found.marks.last().map_or(begin, |(_, item)| item.ts);
    let duration_us = if stored.is_empty() { (last - begin).num_microseconds().unwrap_or_default() } else { fall.duration };
    let spans = fall.rows.iter().map(|row| told(row, &stored[row.span], &service_of)).collect();
    let until = begin + TimeDelta::microseconds(duration_us);
    let receipt = making.receipt(context, "Everything stored that names the trace.", begin, until, Accuracy::Exact);
    Ok(TraceAnswer {
        trace_id: trace,
        begin,
        duration_us,
        spans,
        services,
        releases,
        users,
        sessions,
        visitors,
        marks: marks::told(found.marks, begin, &shifts),
        more_spans,
        more_marks: found.more,
        duplicates: fall.duplicates as u64,
        rootless: fall.rootless,
        receipt,
    })
}

fn place(span: &TraceRow) -> Placed<'_> {
    Placed {
        id: span.span_id,
        parent: span.parent_span_id,
        start: span.ts.timestamp_micros(),
        duration: (span.duration_ms * 1_000.0).round() as i64,
        service: span.service.as_deref(),
    }
}

fn told(row: &Row, span: &TraceRow, service_of: &HashMap<&str, usize>) -> TraceSpan {
    TraceSpan {
        span_id: span.span_id,
        name: span.name.clone(),
        op: span.op.clone(),
        service: span.service.as_deref().and_then(|service| service_of.get(service).copied()),
        status: span.status,
        depth: row.depth,
        descendants: row.descendants,
        start_us: row.start,
        duration_us: (span.duration_ms * 1_000.0).round() as i64,
        self_us: row.self_time,
        critical_us: row.critical.clone(),
        shift_us: row.shift,
        orphan: row.orphan,
    }
}

/// Where each name stands in the list of all, which is in the order of their first.
fn places<'n>(all: impl Iterator<Item = &'n str>, list: &mut Vec<String>) -> HashMap<&'n str, usize> {
    let mut places = HashMap::new();
    for name in all {
        places.entry(name).or_insert_with(|| {
            list.push(name.to_owned());
            list.len() - 1
        });
    }
    places
}

/// The first names, each once.
fn names<'n>(all: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut names = Vec::new();
    places(all, &mut names);
    names.truncate(NAMES_MAX);
    names
}

/// Stored times are microseconds, so none is out of range.
fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
