//! What a span spent itself.

/// Of a time, what none of these lies in.
pub(super) fn self_time((from, until): (i64, i64), others: impl Iterator<Item = (i64, i64)>) -> i64 {
    let mut others: Vec<(i64, i64)> = others.map(|(start, end)| (start.max(from), end.min(until))).filter(|(a, b)| a < b).collect();
    others.sort_unstable();
    let (mut covered, mut reached) = (0, from);
    for (start, end) in others {
        covered += (end - start.max(reached)).max(0);
        reached = reached.max(end);
    }
    until - from - covered
}
