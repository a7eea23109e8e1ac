//! Lines and areas as path data: straight segments, broken where there is no data.

use std::fmt::Write as _;

use super::scale::Scale;

/// The inner, stretched svg is this wide; strokes do not scale with it.
pub const WIDTH: f64 = 1_000.0;

/// Where a bucket's point stands, from 0 to 1: in its middle.
pub fn centre(index: usize, buckets: usize) -> f64 {
    (index as f64 + 0.5) / buckets.max(1) as f64
}

/// What is drawn for one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strokes {
    /// Complete buckets, one subpath per run without a gap.
    pub line: String,
    /// The same runs, closed down to the ground.
    pub area: String,
    /// From the last complete bucket to the open one.
    pub open: String,
    /// Complete points whose neighbours on both sides are missing: a line cannot show them.
    pub lone: Vec<usize>,
    /// The open bucket's point.
    pub open_point: Option<usize>,
}

/// The strokes of `values`, one per bucket; `open` says that the last bucket is not complete.
pub fn strokes(values: &[Option<f64>], scale: &Scale, open: bool) -> Strokes {
    let n = values.len();
    let complete = if open { n.saturating_sub(1) } else { n };
    let at = |i: usize, y: f64| format!("{:.1} {y:.1}", centre(i, n) * WIDTH);
    let point = |i: usize, value: f64| at(i, scale.y(value));
    let mut strokes = Strokes::default();
    for run in runs(&values[..complete]) {
        if run.len() == 1 {
            // The dashes to the open bucket show the newest point.
            if !(open && run[0].0 + 1 == complete && values[complete].is_some()) {
                strokes.lone.push(run[0].0);
            }
            continue;
        }
        for (k, (i, value)) in run.iter().enumerate() {
            let _ = write!(strokes.line, "{}{}", if k == 0 { 'M' } else { 'L' }, point(*i, *value));
            let _ = write!(strokes.area, "{}{}", if k == 0 { 'M' } else { 'L' }, point(*i, *value));
        }
        let (first, last) = (run[0].0, run[run.len() - 1].0);
        let _ = write!(strokes.area, "L{}L{}Z", at(last, scale.ground()), at(first, scale.ground()));
    }
    if open
        && n > 0
        && let Some(value) = values[n - 1]
    {
        strokes.open_point = Some(n - 1);
        if n > 1
            && let Some(before) = values[n - 2]
        {
            strokes.open = format!("M{}L{}", point(n - 2, before), point(n - 1, value));
        }
    }
    strokes
}

fn runs(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = Vec::new();
    for (i, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) if run.last().is_some_and(|(last, _)| last + 1 == i) => run.push((i, *value)),
            (Some(value), _) => runs.push(vec![(i, *value)]),
            (None, _) => {}
        }
    }
    runs
}

/// The longest run of buckets without data between two with data, as (first, last); `None` when it is too short to name.
pub fn widest_gap(values: &[Option<f64>]) -> Option<(usize, usize)> {
    let known: Vec<usize> = values.iter().enumerate().filter(|(_, v)| v.is_some()).map(|(i, _)| i).collect();
    let (from, until) = known.windows(2).map(|w| (w[0] + 1, w[1])).max_by_key(|(from, until)| until - from)?;
    // "no data" takes about a tenth of the plot.
    ((until - from) * 10 >= values.len()).then_some((from, until - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: fn() -> Scale = || Scale::covering([10.0], 2, true, 100.0);

    #[test]
    fn a_gap_breaks_the_line() {
        let strokes = strokes(&[Some(0.0), Some(10.0), None, Some(5.0), Some(10.0)], &SCALE(), false);
        assert_eq!(strokes.line, "M100.0 100.0L300.0 0.0M700.0 50.0L900.0 0.0");
        assert_eq!(strokes.open_point, None);
    }

    #[test]
    fn the_open_bucket_is_a_stroke_of_its_own() {
        let strokes = strokes(&[Some(10.0), Some(10.0), Some(5.0)], &SCALE(), true);
        assert_eq!(strokes.line, "M166.7 0.0L500.0 0.0");
        assert_eq!(strokes.open, "M500.0 0.0L833.3 50.0");
        assert_eq!(strokes.open_point, Some(2));
    }

    #[test]
    fn a_point_between_two_gaps_is_a_dot() {
        assert_eq!(strokes(&[None, Some(10.0), None, Some(1.0), Some(2.0)], &SCALE(), false).lone, [1]);
        assert_eq!(strokes(&[None, None, Some(1.0), Some(2.0)], &SCALE(), true).lone, Vec::<usize>::new());
    }

    #[test]
    fn nothing_draws_nothing() {
        assert_eq!(strokes(&[], &SCALE(), true), Strokes::default());
    }

    #[test]
    fn only_a_gap_with_room_for_words_is_named() {
        let mut values = vec![Some(1.0); 30];
        values[10] = None;
        assert_eq!(widest_gap(&values), None);
        values[9..14].fill(None);
        assert_eq!(widest_gap(&values), Some((9, 13)));
        assert_eq!(widest_gap(&[None, None]), None);
    }
}
