//! Which part of a trace's time is looked at.

/// From and until, in microseconds from the trace's beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    pub(super) from: f64,
    pub(super) until: f64,
}

impl Look {
    /// Where a moment lies, in percent of the width.
    pub(super) fn percent(self, at: f64) -> f64 {
        (at - self.from) / (self.until - self.from) * 100.0
    }

    /// Whether a moment is looked at.
    pub(super) fn holds(self, at: f64) -> bool {
        (self.from..=self.until).contains(&at)
    }

    /// The part of a time that can be seen: left and width in percent; `None` for one outside.
    pub(super) fn span(self, start: f64, end: f64) -> Option<(f64, f64)> {
        if end < self.from || start > self.until {
            return None;
        }
        let (left, right) = (self.percent(start.max(self.from)), self.percent(end.min(self.until)));
        Some((left, right - left))
    }

    /// A part of this, by shares of its width in either order; `None` for one that is too narrow to be meant.
    pub(super) fn part(self, a: f64, b: f64) -> Option<Self> {
        let (a, b) = (a.min(b).max(0.0), a.max(b).min(1.0));
        let width = self.until - self.from;
        let part = Self { from: self.from + a * width, until: self.from + b * width };
        (b - a > 0.005 && part.until - part.from >= 1.0).then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_outside_is_not_seen_and_what_reaches_outside_is_cut() {
        let look = Look { from: 100.0, until: 200.0 };
        assert_eq!(look.span(50.0, 99.0), None);
        assert_eq!(look.span(50.0, 150.0), Some((0.0, 50.0)));
        assert_eq!(look.span(190.0, 900.0), Some((90.0, 10.0)));
    }

    #[test]
    fn a_part_may_be_marked_from_either_end_and_a_click_is_none() {
        let look = Look { from: 0.0, until: 1_000.0 };
        assert_eq!(look.part(0.75, 0.25), Some(Look { from: 250.0, until: 750.0 }));
        assert_eq!(look.part(-0.5, 0.1), Some(Look { from: 0.0, until: 100.0 }));
        assert_eq!(look.part(0.5, 0.5), None);
    }
}
