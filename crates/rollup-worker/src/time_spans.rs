//! Spans as points of one metric, `$span.duration`: how often, how long, with which end, of every endpoint and release. A page
//! that asks for rates and percentiles of endpoints reads cells like those of any other metric, on any range, within the same
//! limit of series; single spans are read for single traces.

use std::collections::BTreeMap;

use anyhow::Context as _;
use protocol::limits::ATTRIBUTE_BYTES_MAX;
use protocol::metric::MetricKind;
use protocol::span::{DURATION_METRIC, ROUTE, SpanStatus};
use storage::flushes::{self, FlushPoint, FlushSpan};

use crate::claim::Claim;

/// What is timed: work that somebody waits for at a border of a program. Steps within one are seen in their trace.
const TIMED: [&str; 6] = ["http.server", CLIENT, "pageload", "navigation", "moment", "job"];
const CLIENT: &str = "http.client";

/// The points of the claim's spans.
pub(crate) async fn time_spans(claim: &mut Claim) -> anyhow::Result<Vec<FlushPoint>> {
    let mut points = Vec::new();
    for flush in claim.flushes.iter().filter(|flush| flush.spans > 0) {
        let found = flushes::spans(&mut claim.tx, claim.project, flush).await.context("read spans")?;
        anyhow::ensure!(
            found.len() as i64 == i64::from(flush.spans),
            "the flush announced {} spans and holds {}",
            flush.spans,
            found.len()
        );
        points.extend(found.into_iter().filter_map(point));
    }
    Ok(points)
}

fn point(span: FlushSpan) -> Option<FlushPoint> {
    let op = span.op.filter(|op| TIMED.contains(&op.as_str()))?;
    let status = SpanStatus::from_code(span.status).unwrap_or_default();
    // A client names the address that it asked, of which there are too many.
    let name = (op != CLIENT).then_some(span.name);
    let known = [("name", name), ("op", Some(op)), ("service", span.service), (ROUTE, span.route), ("release", span.release)];
    let tags = known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), bounded(value?))));
    Some(FlushPoint {
        ts: span.ts,
        name: DURATION_METRIC.to_owned(),
        kind: MetricKind::Distribution,
        unit: "ms".to_owned(),
        value: span.duration_ms,
        set_hash: None,
        tags: tags.chain([("status".to_owned(), status.word().to_owned())]).collect::<BTreeMap<_, _>>(),
        environment: span.environment,
    })
}

/// As long as a tag's value may be.
fn bounded(mut value: String) -> String {
    let end = value.floor_char_boundary(ATTRIBUTE_BYTES_MAX);
    value.truncate(end);
    value
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn span(op: Option<&str>) -> FlushSpan {
        FlushSpan {
            ts: DateTime::UNIX_EPOCH,
            duration_ms: 12.5,
            name: "GET /cart".to_owned(),
            op: op.map(str::to_owned),
            service: Some("shop".to_owned()),
            status: SpanStatus::Error.code(),
            route: Some("ü".repeat(ATTRIBUTE_BYTES_MAX)),
            environment: "prod".to_owned(),
            release: None,
        }
    }

    #[test]
    fn what_somebody_waits_for_is_timed_with_its_end_and_steps_within_are_not() {
        let timed = point(span(Some("http.server"))).expect("a point");
        assert_eq!((timed.value, timed.unit.as_str(), timed.tags["status"].as_str()), (12.5, "ms", "error"));
        assert!(!timed.tags.contains_key("release") && timed.tags["route"].len() <= ATTRIBUTE_BYTES_MAX);
        assert_eq!((point(span(Some("db.query"))), point(span(None))), (None, None));
        let asked = point(span(Some(CLIENT))).expect("a point");
        assert_eq!((timed.tags.contains_key("name"), asked.tags.contains_key("name")), (true, false));
    }
}
