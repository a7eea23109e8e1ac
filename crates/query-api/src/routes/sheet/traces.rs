use protocol::traces::{TimedAnswer, TimedRow, TraceRow, TracesAnswer};

use super::{Sheet, optional};

impl Sheet for TracesAnswer {
    const NAME: &'static str = "traces";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads =
            ["began", "trace", "span", "name", "op", "service", "duration_ms", "status", "user", "release", "spans", "failed_spans"];
        let row = |row: &TraceRow| {
            vec![
                row.ts.to_rfc3339(),
                row.trace_id.to_string(),
                row.span_id.to_string(),
                row.name.clone(),
                optional(row.op.as_deref()),
                optional(row.service.as_deref()),
                row.duration_ms.to_string(),
                row.status.word().to_owned(),
                optional(row.user_id.as_deref()),
                optional(row.release.as_deref()),
                row.spans.to_string(),
                row.failed.to_string(),
            ]
        };
        std::iter::once(heads.map(str::to_owned).to_vec()).chain(self.rows.iter().map(row)).collect()
    }
}

impl Sheet for TimedAnswer {
    const NAME: &'static str = "timed";

    fn lines(&self) -> Vec<Vec<String>> {
        let heads = ["name", "service", "release", "spans", "failed", "cancelled", "p50_ms", "p95_ms"];
        let row = |row: &TimedRow| {
            vec![
                row.name.clone(),
                optional(row.service.as_deref()),
                optional(row.release.as_deref()),
                row.spans.to_string(),
                row.failed.to_string(),
                row.cancelled.to_string(),
                optional(row.p50_ms),
                optional(row.p95_ms),
            ]
        };
        std::iter::once(heads.map(str::to_owned).to_vec()).chain(self.rows.iter().map(row)).collect()
    }
}
