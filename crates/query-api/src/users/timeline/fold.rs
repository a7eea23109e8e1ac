//! What went on behind something: spans, log records and points of its trace.

use std::collections::HashMap;

use protocol::timeline::TimelineItem;
use protocol::trace::TraceId;

use super::is_anchor;

/// Puts spans, log records and points under the first item of their trace that somebody did or that went wrong; those of no
/// such trace stay. In no order.
pub(super) fn into_moments(items: Vec<TimelineItem>) -> Vec<TimelineItem> {
    let (mut anchors, mut others): (Vec<TimelineItem>, Vec<TimelineItem>) = items.into_iter().partition(|item| is_anchor(&item.body));
    anchors.sort_by_key(|item| item.ts);
    others.sort_by_key(|item| item.ts);
    let mut first = HashMap::<TraceId, usize>::new();
    for (place, anchor) in anchors.iter().enumerate() {
        if let Some(trace) = anchor.trace_id {
            first.entry(trace).or_insert(place);
        }
    }
    let mut alone = Vec::new();
    for item in others {
        match item.trace_id.and_then(|trace| first.get(&trace)) {
            Some(place) => anchors[*place].moment.push(item),
            None => alone.push(item),
        }
    }
    anchors.extend(alone);
    anchors
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use protocol::span::SpanStatus;
    use protocol::timeline::TimelineBody;

    use super::*;

    fn item(second: i64, trace: u8, body: TimelineBody) -> TimelineItem {
        let trace_id = (trace > 0).then_some(TraceId([trace; 16]));
        let ts = DateTime::from_timestamp(second, 0).expect("a time");
        TimelineItem { ts, trace_id, session_id: None, release: None, body, moment: Vec::new() }
    }

    fn event(second: i64, trace: u8) -> TimelineItem {
        item(second, trace, TimelineBody::Event { name: "e".to_owned(), route: None, props: serde_json::Map::new() })
    }

    fn span(second: i64, trace: u8) -> TimelineItem {
        let (name, status) = ("GET /".to_owned(), SpanStatus::Ok);
        item(second, trace, TimelineBody::Span { name, op: None, service: None, duration_ms: 1.0, status })
    }

    #[test]
    fn what_shares_a_trace_is_told_once_under_its_first_item() {
        let folded = into_moments(vec![span(5, 1), event(4, 1), event(3, 1), span(2, 1), span(6, 2), span(7, 0), event(8, 0)]);
        let told: Vec<(i64, Vec<i64>)> =
            folded.iter().map(|item| (item.ts.timestamp(), item.moment.iter().map(|behind| behind.ts.timestamp()).collect())).collect();
        assert_eq!(told, [(3, vec![2, 5]), (4, vec![]), (8, vec![]), (6, vec![]), (7, vec![])]);
    }
}
