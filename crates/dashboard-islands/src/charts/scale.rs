//! A value axis: from values to pixels, with ticks that people can read.

/// A linear axis of some height in pixels. Its ends are ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    step: f64,
    height: f64,
}

impl Scale {
    /// An axis that covers zero and `values`, with about `intervals` intervals of 1, 2, 2.5 or 5 × 10ⁿ.
    /// `whole` keeps ticks whole: half a person is no tick.
    pub fn covering(values: impl IntoIterator<Item = f64>, intervals: u32, whole: bool, height: f64) -> Self {
        let (low, high) = values.into_iter().filter(|v| v.is_finite()).fold((0.0_f64, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        let span = if high > low { high - low } else { 1.0 };
        let step = nice_step(span / f64::from(intervals.max(1)), whole);
        // A hair of tolerance, so that 0.3 / 0.1 does not become four intervals.
        let (low, high) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
        let high = if high > low { high } else { low + step };
        Self { low, high, step, height }
    }

    /// An axis without ticks from `low` to `high`, which both stay two pixels or more off the edges: for shapes.
    pub fn fitting(low: f64, high: f64, height: f64) -> Self {
        let span = if high > low { high - low } else { 1.0 };
        let step = span * height / (height - 5.0);
        let low = low - 2.0 * step / height;
        Self { low, high: low + step, step, height }
    }

    /// Pixels from the top for a value.
    pub fn y(&self, value: f64) -> f64 {
        self.height - self.height * (value - self.low) / (self.high - self.low)
    }

    /// The values of the grid lines, lowest first.
    pub fn ticks(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step).round() as i64;
        let first = (self.low / self.step).round() as i64;
        (first..=first + count).map(|n| n as f64 * self.step).collect()
    }

    /// Between two ticks.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// Of the plot, in pixels.
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Where bars and areas stand: at zero, or at the lower edge when zero lies below it.
    pub fn ground(&self) -> f64 {
        self.y(0.0).min(self.height)
    }
}

fn nice_step(raw: f64, whole: bool) -> f64 {
    if whole && raw <= 1.0 {
        return 1.0;
    }
    let magnitude = 10_f64.powf(raw.log10().floor());
    let steps: &[f64] = if whole && magnitude < 10.0 { &[1.0, 2.0, 5.0, 10.0] } else { &[1.0, 2.0, 2.5, 5.0, 10.0] };
    steps.iter().copied().find(|m| m * magnitude >= raw * (1.0 - 1e-9)).unwrap_or(10.0) * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_zero_and_the_largest_value() {
        assert_eq!(Scale::covering([2_700.0, 3_524.0], 4, true, 250.0).ticks(), [0.0, 1_000.0, 2_000.0, 3_000.0, 4_000.0]);
        assert_eq!(Scale::covering([0.3], 3, false, 96.0).ticks().len(), 4);
        assert_eq!(Scale::covering([230.0], 4, true, 100.0).ticks(), [0.0, 100.0, 200.0, 300.0]);
    }

    #[test]
    fn half_a_person_is_no_tick() {
        assert_eq!(Scale::covering([2.0], 4, true, 100.0).ticks(), [0.0, 1.0, 2.0]);
        assert_eq!(Scale::covering([9.0], 4, true, 100.0).ticks(), [0.0, 5.0, 10.0]);
        assert_eq!(Scale::covering([9.0], 4, false, 100.0).ticks(), [0.0, 2.5, 5.0, 7.5, 10.0]);
    }

    #[test]
    fn nothing_and_zeros_still_have_an_axis() {
        assert_eq!(Scale::covering([], 4, true, 100.0).ticks(), [0.0, 1.0]);
        assert_eq!(Scale::covering([0.0, f64::NAN], 4, true, 100.0).y(0.0), 100.0);
    }

    #[test]
    fn values_below_zero_get_their_own_ticks() {
        let scale = Scale::covering([-30.0, 80.0], 4, true, 100.0);
        assert_eq!(scale.ticks(), [-50.0, 0.0, 50.0, 100.0]);
        assert!((scale.ground() - 66.666).abs() < 0.01);
        assert_eq!(scale.y(100.0), 0.0);
    }
}
