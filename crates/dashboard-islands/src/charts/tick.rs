//! The words of an axis: one unit for all ticks of a decade, as many decimals as the step needs, zero as `0`.

use protocol::number;

/// The labels of `ticks`, which lie `step` apart, in `unit`. A unit that is a word (jobs, requests) is left to the title.
pub fn labels(ticks: &[f64], step: f64, unit: &str) -> Vec<String> {
    ticks.iter().map(|tick| label(*tick, step, unit)).collect()
}

fn label(value: f64, step: f64, unit: &str) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let Some(family) = Family::of(unit) else { return plain(value, step) };
    let value = value * family.factor;
    let (size, word) =
        family.sizes.iter().copied().find(|(size, _)| value.abs() >= size * 0.9995).unwrap_or(family.sizes[family.sizes.len() - 1]);
    if word == "m" {
        return number::duration(value);
    }
    format!("{}{}{word}{}", family.before, decimals(value / size, step * family.factor / size), family.after).replace(' ', "\u{a0}")
}

/// Units that have larger and smaller ones.
struct Family {
    /// To the unit that `sizes` are in.
    factor: f64,
    before: &'static str,
    after: &'static str,
    /// Largest first.
    sizes: &'static [(f64, &'static str)],
}

const SECONDS: &[(f64, &str)] = &[(60.0, "m"), (1.0, " s"), (1e-3, " ms"), (1e-6, " µs")];
const BYTES: &[(f64, &str)] = &[(1e12, " TB"), (1e9, " GB"), (1e6, " MB"), (1e3, " kB"), (1.0, " B")];
const MONEY: &[(f64, &str)] = &[(1e9, "B"), (1e6, "M"), (1e3, "k"), (1.0, "")];
const ONES: &[(f64, &str)] = &[(1e9, "B"), (1e6, "M"), (1e5, "k"), (1.0, "")];

impl Family {
    fn of(unit: &str) -> Option<Self> {
        let seconds = |factor| Self { factor, before: "", after: "", sizes: SECONDS };
        Some(match unit {
            "ns" | "nanosecond" => seconds(1e-9),
            "us" | "µs" | "microsecond" => seconds(1e-6),
            "ms" | "millisecond" => seconds(1e-3),
            "s" | "second" | "seconds" => seconds(1.0),
            "byte" | "bytes" | "b" | "B" => Self { factor: 1.0, before: "", after: "", sizes: BYTES },
            "percent" | "%" => Self { factor: 1.0, before: "", after: "%", sizes: &[(1.0, "")] },
            "ratio" => Self { factor: 100.0, before: "", after: "%", sizes: &[(1.0, "")] },
            money => Self { factor: 1.0, before: number::sign_of(money)?, after: "", sizes: MONEY },
        })
    }
}

fn plain(value: f64, step: f64) -> String {
    let (size, word) = ONES.iter().copied().find(|(size, _)| value.abs() >= size * 0.9995).unwrap_or((1.0, ""));
    // From 100,000 on thousands are counted, but shown from the thousand.
    let size = if word == "k" { 1e3 } else { size };
    format!("{}{word}", decimals(value / size, step / size))
}

/// The number with as many decimals as tell two ticks apart.
fn decimals(value: f64, step: f64) -> String {
    let places = (0..=4_usize).find(|places| {
        let shifted = step * 10_f64.powi(*places as i32);
        (shifted - shifted.round()).abs() < 1e-6 && shifted > 0.5
    });
    match places.unwrap_or(4) {
        0 => number::grouped(value.round() as i64),
        places => format!("{}{:.places$}", if value < 0.0 { "−" } else { "" }, value.abs()),
    }
}

/// The unit is a symbol that stands on every figure; any other one is a word for titles.
pub fn is_symbol(unit: &str) -> bool {
    Family::of(unit).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ticks: &[f64], step: f64, unit: &str) -> String {
        labels(ticks, step, unit).join(" | ").replace('\u{a0}', " ")
    }

    #[test]
    fn ticks_of_one_decade_share_a_unit_and_decimals() {
        assert_eq!(shown(&[0.0, 500.0, 1_000.0, 1_500.0], 500.0, "ms"), "0 | 500 ms | 1.0 s | 1.5 s");
        assert_eq!(shown(&[0.0, 250.0, 500.0], 250.0, "ms"), "0 | 250 ms | 500 ms");
        assert_eq!(shown(&[0.0, 0.5, 1.0], 0.5, "ms"), "0 | 500 µs | 1.0 ms");
        assert_eq!(shown(&[0.0, 30.0, 60.0, 90.0], 30.0, "s"), "0 | 30 s | 1 m 00 s | 1 m 30 s");
    }

    #[test]
    fn counts_are_grouped_and_shortened_from_a_hundred_thousand() {
        assert_eq!(shown(&[0.0, 1_000.0, 2_000.0], 1_000.0, "requests"), "0 | 1,000 | 2,000");
        assert_eq!(shown(&[0.0, 100_000.0, 200_000.0], 100_000.0, ""), "0 | 100k | 200k");
        assert_eq!(shown(&[0.0, 500_000.0, 1_000_000.0, 1_500_000.0], 500_000.0, ""), "0 | 500k | 1.0M | 1.5M");
        assert_eq!(shown(&[0.0, 0.2, 0.4], 0.2, ""), "0 | 0.2 | 0.4");
    }

    #[test]
    fn bytes_money_and_shares_carry_their_sign() {
        assert_eq!(shown(&[0.0, 5e8, 1e9], 5e8, "bytes"), "0 | 500 MB | 1.0 GB");
        assert_eq!(shown(&[0.0, 50.0], 50.0, "eur"), "0 | €50");
        assert_eq!(shown(&[0.0, 5_000.0, 12_500.0], 2_500.0, "usd"), "0 | $5.0k | $12.5k");
        assert_eq!(shown(&[0.0, 0.01, 0.02], 0.01, "ratio"), "0 | 1% | 2%");
        assert_eq!(shown(&[-50.0, 0.0, 50.0], 50.0, "percent"), "−50% | 0 | 50%");
    }
}
