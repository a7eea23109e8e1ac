//! Which rows are there, and where one goes from one of them.

use std::collections::BTreeSet;

use protocol::span::SpanStatus;
use protocol::traces::TraceSpan;

/// The places of the rows that no folded one hides.
pub(super) fn visible(spans: &[TraceSpan], folded: &BTreeSet<usize>) -> Vec<usize> {
    let mut places = Vec::with_capacity(spans.len());
    let mut place = 0;
    while let Some(span) = spans.get(place) {
        places.push(place);
        place += 1 + if folded.contains(&place) { span.descendants } else { 0 };
    }
    places
}

/// The rows above one, nearest first.
pub(super) fn ancestors(spans: &[TraceSpan], place: usize) -> Vec<usize> {
    let mut above = Vec::new();
    let mut depth = spans.get(place).map_or(0, |span| span.depth);
    for before in (0..place.min(spans.len())).rev() {
        if spans[before].depth < depth {
            depth = spans[before].depth;
            above.push(before);
        }
        if depth == 0 {
            break;
        }
    }
    above
}

/// The next of these places after one, from the beginning again when there is none.
pub(super) fn next_of(places: &[usize], after: Option<usize>) -> Option<usize> {
    let next = places.partition_point(|place| after.is_some_and(|after| *place <= after));
    places.get(next).or_else(|| places.first()).copied()
}

/// The places of spans whose name, kind of work or service holds a text, whatever its capitals.
pub(super) fn holding(spans: &[TraceSpan], services: &[String], text: &str) -> Vec<usize> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Vec::new();
    }
    let holds = |word: &str| word.to_lowercase().contains(&text);
    let services: Vec<bool> = services.iter().map(|service| holds(service)).collect();
    let found = |span: &TraceSpan| {
        holds(&span.name)
            || span.op.as_deref().is_some_and(holds)
            || span.service.and_then(|service| services.get(service).copied()).unwrap_or_default()
    };
    spans.iter().enumerate().filter(|(_, span)| found(span)).map(|(place, _)| place).collect()
}

/// The places of spans that failed.
pub(super) fn failed(spans: &[TraceSpan]) -> Vec<usize> {
    spans.iter().enumerate().filter(|(_, span)| span.status == SpanStatus::Error).map(|(place, _)| place).collect()
}

/// The deepest of the first chain of spans that failed: where to look first. The first span where none did.
pub fn first_failed(spans: &[TraceSpan]) -> usize {
    let mut at = None::<usize>;
    for place in failed(spans) {
        match at {
            Some(last) if place > last + spans[last].descendants => break,
            _ => at = Some(place),
        }
    }
    at.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use protocol::trace::SpanId;

    use super::*;

    /// Depths as given; those that are negative failed.
    fn spans(depths: &[i32]) -> Vec<TraceSpan> {
        let depth = |place: usize| depths[place].unsigned_abs() as usize - 1;
        (0..depths.len())
            .map(|place| TraceSpan {
                span_id: SpanId([place as u8 + 1; 8]),
                name: format!("Step {place}"),
                op: None,
                service: Some(place % 2),
                status: if depths[place] < 0 { SpanStatus::Error } else { SpanStatus::Ok },
                depth: depth(place),
                descendants: (place + 1..depths.len()).take_while(|below| depth(*below) > depth(place)).count(),
                start_us: 0,
                duration_us: 1,
                self_us: 1,
                critical_us: Vec::new(),
                shift_us: 0,
                orphan: false,
            })
            .collect()
    }

    #[test]
    fn a_folded_row_hides_all_below_it_and_nothing_else() {
        let spans = spans(&[1, 2, 3, 3, 2, 1]);
        assert_eq!(visible(&spans, &BTreeSet::new()), [0, 1, 2, 3, 4, 5]);
        assert_eq!(visible(&spans, &BTreeSet::from([1])), [0, 1, 4, 5]);
        assert_eq!(visible(&spans, &BTreeSet::from([0, 1])), [0, 5]);
        assert_eq!((ancestors(&spans, 3), ancestors(&spans, 4), ancestors(&spans, 5)), (vec![1, 0], vec![0], vec![]));
    }

    #[test]
    fn search_and_errors_go_round() {
        let spans = spans(&[1, -2, 2, -2]);
        assert_eq!(failed(&spans), [1, 3]);
        let next = |after| next_of(&failed(&spans), after);
        assert_eq!((next(None), next(Some(1)), next(Some(3))), (Some(1), Some(3), Some(1)));
        assert_eq!(next_of(&[], Some(1)), None);
        let services = ["web".to_owned(), "api".to_owned()];
        assert_eq!(holding(&spans, &services, "STEP 2"), [2]);
        assert_eq!(holding(&spans, &services, "api"), [1, 3]);
        assert_eq!(holding(&spans, &services, " "), [] as [usize; 0]);
    }

    #[test]
    fn one_looks_first_at_the_deepest_of_the_first_spans_that_failed() {
        assert_eq!(first_failed(&spans(&[-1, -2, -3, 3, -2])), 2);
        assert_eq!(first_failed(&spans(&[1, 2, -2, -2])), 2);
        assert_eq!(first_failed(&spans(&[1, 2])), 0);
    }
}
