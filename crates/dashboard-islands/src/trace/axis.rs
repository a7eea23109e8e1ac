//! The time axis above the lanes.

use super::look::Look;
use crate::charts::tick;

/// Ticks that a width has room for, at most.
const TICKS: f64 = 6.0;

/// Moments that are marked: multiples of 1, 2 or 5 times a power of ten, and how far they are apart.
pub(super) fn ticks(look: Look) -> (Vec<f64>, f64) {
    let rough = (look.until - look.from) / TICKS;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough).unwrap_or(rough);
    let first = (look.from / step).ceil() as i64;
    let last = (look.until / step).floor() as i64;
    ((first..=last).map(|times| times as f64 * step).collect(), step)
}

/// The labels as HTML. What would be cut off at the right end is left out.
pub(super) fn html(look: Look) -> String {
    let (ticks, step) = ticks(look);
    let labels = tick::labels(&ticks, step, "us");
    let label = |(at, label): (&f64, String)| {
        let left = look.percent(*at);
        let class = if left < 3.0 { " class=\"first\"" } else { "" };
        if left > 95.0 { String::new() } else { format!("<span{class} style=\"left:{left:.2}%\">{label}</span>") }
    };
    ticks.iter().zip(labels).map(label).collect()
}

/// The lines below them.
pub(super) fn lines(look: Look) -> String {
    ticks(look).0.into_iter().map(|at| format!("<i class=\"tick\" style=\"left:{:.2}%\"></i>", look.percent(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_no_more_than_there_is_room_for() {
        let of = |from, until| ticks(Look { from, until }).0;
        assert_eq!(of(0.0, 2_960_000.0), [0.0, 500_000.0, 1_000_000.0, 1_500_000.0, 2_000_000.0, 2_500_000.0]);
        assert_eq!(of(1_000.0, 1_100.0), [1_000.0, 1_020.0, 1_040.0, 1_060.0, 1_080.0, 1_100.0]);
        assert_eq!(of(0.0, 1.0).len(), 6);
    }
}
