//! Shades of squares: nothing, and four steps of something.

/// The darkest one.
const DARKEST: f64 = 4.0;

/// By the square root, so that one large value does not make all others look empty.
pub(crate) fn shade(value: f64, most: f64) -> u8 {
    if value <= 0.0 || most <= 0.0 { 0 } else { ((value / most).sqrt() * DARKEST).ceil().clamp(1.0, DARKEST) as u8 }
}

#[cfg(test)]
mod tests {
    use super::shade;

    #[test]
    fn anything_shows_and_only_the_largest_are_darkest() {
        assert_eq!([0.0, 1.0, 100.0, 400.0, 1_000.0].map(|value| shade(value, 1_000.0)), [0, 1, 2, 3, 4]);
    }
}
