//! What else happened during a trace.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::id::ActorKind;
use protocol::timeline::{TimelineBody, TimelineItem};
use protocol::trace::{SpanId, TraceId};
use protocol::traces::{MARKS_MAX, TraceMark};
use storage::timeline::{self, Whose, Window};
use storage::traces::{self, Of};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// An item, and the span that it names.
pub(super) type Found = (Option<SpanId>, TimelineItem);

/// A trace, and what its spans say of it.
#[derive(Clone, Copy)]
pub(super) struct During<'t> {
    pub(super) trace: TraceId,
    /// Where its spans begin; none without spans.
    pub(super) begin: Option<DateTime<Utc>>,
    pub(super) duration: TimeDelta,
    pub(super) users: &'t [String],
    pub(super) sessions: &'t [String],
}

/// Marks, oldest first, and whether some kind has more of them.
pub(super) struct Marks {
    pub(super) marks: Vec<Found>,
    pub(super) more: bool,
}

/// Errors, log records, points and events of a trace; also events of its users that name no trace, from the time of its spans.
pub(super) async fn marks(state: &QueryState, context: &ProjectContext, during: During<'_>) -> Result<Marks, ApiError> {
    let mut kinds = of(state, context, Of { trace: during.trace, span: None, limit: MARKS_MAX as i64 + 1 }).await?;
    kinds.push(events_without_trace(state, context, during).await?);
    let more = kinds.iter().any(|kind| kind.len() > MARKS_MAX);
    kinds.iter_mut().for_each(|kind| kind.truncate(MARKS_MAX));
    let mut marks = kinds.concat();
    marks.sort_by_key(|(_, item)| item.ts);
    Ok(Marks { marks, more })
}

/// What names a trace, or one of its spans: each kind by itself, oldest first.
pub(super) async fn of(state: &QueryState, context: &ProjectContext, of: Of) -> Result<Vec<Vec<Found>>, ApiError> {
    let (db, project) = (state.db(), context.id());
    Ok(vec![
        traces::errors(db, project, of).await?,
        traces::logs(db, project, of).await?,
        traces::points(db, project, of).await?,
        traces::events(db, project, of).await?,
    ])
}

/// Not every client says in which trace somebody did something; whose trace it is, and when, is known all the same.
async fn events_without_trace(state: &QueryState, context: &ProjectContext, during: During<'_>) -> Result<Vec<Found>, ApiError> {
    let Some(begin) = during.begin else { return Ok(Vec::new()) };
    let kinds = [(ActorKind::User, during.users), (ActorKind::Session, during.sessions)];
    let actors: Vec<(i16, String)> = kinds.iter().flat_map(|(kind, ids)| ids.iter().map(|id| (kind.code(), id.clone()))).collect();
    let (kinds, ids): (Vec<i16>, Vec<String>) = actors.into_iter().unzip();
    let whose = Whose { kinds: &kinds, ids: &ids, users: &[], sessions: &[] };
    let until = begin + during.duration + TimeDelta::milliseconds(1);
    let window = Window { from: begin, until, limit: MARKS_MAX as i64 + 1 };
    let mut events = timeline::events(state.db(), context.id(), whose, window, None).await?;
    events.reverse();
    Ok(events.into_iter().filter(|stored| stored.item.trace_id.is_none()).map(|stored| (None, stored.item)).collect())
}

/// Marks as they are told: on the corrected clock of the span that they name, since its clock told their time.
pub(super) fn told(marks: Vec<Found>, begin: DateTime<Utc>, shifts: &HashMap<SpanId, i64>) -> Vec<TraceMark> {
    let mark = |(span_id, item): Found| {
        // Events name a span for the browser's part of the trace, whose clock is the one that others are moved to.
        let shift = match item.body {
            TimelineBody::Event { .. } | TimelineBody::View { .. } => 0,
            _ => span_id.and_then(|span| shifts.get(&span).copied()).unwrap_or_default(),
        };
        let at_us = (item.ts - begin).num_microseconds().unwrap_or_default().saturating_add(shift);
        TraceMark { span_id, at_us, item }
    };
    marks.into_iter().map(mark).collect()
}
