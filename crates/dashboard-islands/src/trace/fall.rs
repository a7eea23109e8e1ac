//! What the island has to know of a trace: its spans, and of what happened beside them a word each. The whole answer, with every
//! prop of every event, would make the page and the wasm larger for nothing that is shown.

use std::collections::HashMap;

use protocol::number;
use protocol::timeline::TimelineBody;
use protocol::trace::SpanId;
use protocol::traces::{TraceAnswer, TraceSpan};
use serde::{Deserialize, Serialize};

use super::mark::{ERROR, EVENT, LOG, POINT};

/// A trace as rows with marks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fall {
    /// How long it took, in microseconds.
    pub duration_us: i64,
    /// Its services; spans name them by their place.
    pub services: Vec<String>,
    /// In reading order.
    pub spans: Vec<TraceSpan>,
    /// What happened beside them.
    pub marks: Vec<FallMark>,
}

/// A mark on a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FallMark {
    /// The place of the row.
    pub row: usize,
    /// Microseconds from the beginning.
    pub at_us: i64,
    /// The place of its shape in the legend.
    pub shape: usize,
    /// What it was.
    pub title: String,
}

impl Fall {
    /// Of the answer. What names no span that is there stands on the first row.
    pub fn of(answer: &TraceAnswer) -> Self {
        let rows: HashMap<SpanId, usize> = answer.spans.iter().enumerate().map(|(place, span)| (span.span_id, place)).collect();
        let mark = |mark: &protocol::traces::TraceMark| {
            let (shape, title) = said(&mark.item.body)?;
            let row = mark.span_id.and_then(|span| rows.get(&span).copied()).unwrap_or_default();
            // A clock that is a little off must not put it out of sight.
            Some(FallMark { row, at_us: mark.at_us.clamp(0, answer.duration_us), shape, title })
        };
        Self {
            duration_us: answer.duration_us,
            services: answer.services.clone(),
            spans: answer.spans.clone(),
            marks: answer.marks.iter().filter_map(mark).collect(),
        }
    }

    /// Some of its rows, from one place to before another, and their marks.
    #[must_use]
    pub fn cut(mut self, from: usize, until: usize) -> Self {
        let until = until.min(self.spans.len());
        self.spans = self.spans.drain(from.min(until)..until).collect();
        self.marks.retain_mut(|mark| {
            let there = (from..until).contains(&mark.row);
            mark.row = mark.row.saturating_sub(from);
            there
        });
        self
    }
}

fn said(body: &TimelineBody) -> Option<(usize, String)> {
    Some(match body {
        TimelineBody::Error { error_type, message, .. } => {
            (ERROR, error_type.as_ref().map_or_else(|| message.clone(), |kind| format!("{kind}: {message}")))
        }
        TimelineBody::Log { level, message, .. } => (LOG, format!("{}: {message}", level.word())),
        TimelineBody::Event { name, .. } => (EVENT, name.clone()),
        TimelineBody::View { route, .. } => (EVENT, format!("page view {}", route.as_deref().unwrap_or_default())),
        TimelineBody::Metric { metric, value, .. } => (POINT, format!("{} {}", metric.name, number::with_unit(*value, &metric.unit))),
        TimelineBody::Span { .. } | TimelineBody::Identity { .. } => return None,
    })
}
