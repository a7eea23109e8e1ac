//! Figures as people read them: one rule for pages, islands and the terminal.
//!
//! Counts are full to 99,999, then three figures with k, M, B; money already from 10,000 on. Durations are µs, ms, s, then m s, then h m; bytes are
//! powers of 1,000. What is not known is a dash, never a zero.

/// A count in short: `41,286`, `284k`, `1.42M`.
pub fn count(value: f64) -> String {
    if value.abs() < 99_999.5 {
        return if value.fract() == 0.0 { grouped(value as i64) } else { decimal(value) };
    }
    shortened(value).unwrap_or_else(|| grouped(value as i64))
}

/// Three figures with k, M or B.
fn shortened(value: f64) -> Option<String> {
    // 999,950 would round to 1000k; the next unit takes it.
    let (unit, word) = [(1e9, "B"), (1e6, "M"), (1e3, "k")].into_iter().find(|(unit, _)| value.abs() >= unit * 0.9995)?;
    Some(format!("{}{word}", figures(value / unit)))
}

/// A whole number with commas: `41,286`.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('−');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of something: `1 flush`, `1,204 flushes`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n.cast_signed()), if n == 1 { one } else { many })
}

/// A value in its unit: `412 ms`, `2.84 s`, `1.42 GB`, `€184.50`, `318 jobs`.
pub fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "" | "none" | "count" => count_or_decimal(value),
        "ns" | "nanosecond" => duration(value / 1e9),
        "us" | "µs" | "microsecond" => duration(value / 1e6),
        "ms" | "millisecond" => duration(value / 1e3),
        "s" | "second" | "seconds" => duration(value),
        "byte" | "bytes" | "b" | "B" => bytes(value),
        "percent" | "%" => format!("{}%", figures(value)),
        "ratio" => format!("{}%", figures(value * 100.0)),
        other => match sign_of(other) {
            Some(sign) => money(value, sign),
            None => format!("{}\u{a0}{other}", count_or_decimal(value)),
        },
    }
}

/// The same where there is room for all of it: money to the cent.
pub fn in_full(value: f64, unit: &str) -> String {
    sign_of(unit).map_or_else(|| with_unit(value, unit), |sign| signed(sign, value, &cents(value.abs())))
}

/// Seconds as people say them: `412 ms`, `2.84 s`, `2 m 14 s`, `3 h 05 m`.
pub fn duration(seconds: f64) -> String {
    let magnitude = seconds.abs();
    if magnitude == 0.0 {
        "0\u{a0}ms".to_owned()
    } else if magnitude < 0.9995e-3 {
        format!("{}\u{a0}µs", figures(seconds * 1e6))
    } else if magnitude < 0.9995 {
        format!("{}\u{a0}ms", figures(seconds * 1e3))
    } else if magnitude < 59.95 {
        format!("{}\u{a0}s", figures(seconds))
    } else if magnitude < 3_599.5 {
        let whole = seconds.round() as i64;
        format!("{}\u{a0}m\u{a0}{:02}\u{a0}s", whole / 60, (whole % 60).abs())
    } else {
        let minutes = (seconds / 60.0).round() as i64;
        format!("{}\u{a0}h\u{a0}{:02}\u{a0}m", minutes / 60, (minutes % 60).abs())
    }
}

/// Bytes in powers of 1,000: `1.42 GB`.
pub fn bytes(value: f64) -> String {
    for (unit, word) in [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")] {
        if value.abs() >= unit * 0.9995 {
            return format!("{}\u{a0}{word}", figures(value / unit));
        }
    }
    format!("{}\u{a0}B", figures(value))
}

/// A share of 1: `38.1%`, `0.34%`.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value != 0.0 && value.abs() < 1.0 { format!("{}%", trim(format!("{value:.2}"))) } else { format!("{value:.1}%") }
}

/// A relative change with a real minus: `+12.4%`; `None` against zero.
pub fn change(now: f64, before: f64) -> Option<String> {
    if before == 0.0 {
        return None;
    }
    let value = (now / before - 1.0) * 100.0;
    let text = format!("{:.1}%", value.abs());
    Some(match text.as_str() {
        "0.0%" => "±0.0%".to_owned(),
        _ if value < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    })
}

/// The change of a share in percentage points, with a real minus: `−1.7 pp`.
pub fn points(now: f64, before: f64) -> String {
    let value = (now - before) * 100.0;
    let text = format!("{:.1}\u{a0}pp", value.abs());
    match text.as_str() {
        "0.0\u{a0}pp" => format!("±{text}"),
        _ if value < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    }
}

/// What stands before an amount of a currency.
pub fn sign_of(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "usd" | "USD" => "$",
        "eur" | "EUR" => "€",
        "gbp" | "GBP" => "£",
        _ => return None,
    })
}

fn money(value: f64, sign: &str) -> String {
    let amount = value.abs();
    // 9,999.995 would round to ten thousand; it is written as one.
    let short = shortened(amount).filter(|_| amount >= 9_999.995);
    signed(sign, value, &short.unwrap_or_else(|| cents(amount)))
}

fn signed(sign: &str, value: f64, amount: &str) -> String {
    format!("{}{sign}{amount}", if value < 0.0 { "−" } else { "" })
}

fn cents(value: f64) -> String {
    let hundredths = (value * 100.0).round() as i64;
    format!("{}.{:02}", grouped(hundredths / 100), hundredths % 100)
}

fn count_or_decimal(value: f64) -> String {
    if value.fract() == 0.0 || value.abs() >= 99_999.5 { count(value) } else { decimal(value) }
}

fn decimal(value: f64) -> String {
    if value.abs() >= 1_000.0 { grouped(value.round() as i64) } else { figures(value) }
}

/// Three figures: `2.84`, `28.4`, `284`; small ones keep their size: `0.00412`.
fn figures(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    let whole_digits = magnitude.log10().floor() as i32 + 1;
    let places = usize::try_from((3 - whole_digits).clamp(0, 8)).unwrap_or(0);
    let text = format!("{magnitude:.places$}");
    let text = if places > 0 { trim(text) } else { text };
    if value < 0.0 { format!("−{text}") } else { text }
}

fn trim(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_full_to_99_999_then_three_figures() {
        for (value, text) in [
            (0.0, "0"),
            (7.0, "7"),
            (41_286.0, "41,286"),
            (99_999.0, "99,999"),
            (100_000.0, "100k"),
            (284_312.0, "284k"),
            (999_960.0, "1M"),
            (1_420_000.0, "1.42M"),
            (2.5e9, "2.5B"),
            (-1_234.0, "−1,234"),
            (18.4, "18.4"),
        ] {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn a_value_is_shown_in_the_unit_that_reads_best() {
        for (value, unit, text) in [
            (412.0, "ms", "412 ms"),
            (2_840.0, "ms", "2.84 s"),
            (0.4, "ms", "400 µs"),
            (134.0, "s", "2 m 14 s"),
            (11_100.0, "s", "3 h 05 m"),
            (1.42e9, "bytes", "1.42 GB"),
            (184.5, "eur", "€184.50"),
            (9_999.99, "usd", "$9,999.99"),
            (12_512.34, "usd", "$12.5k"),
            (-1_420_000.0, "gbp", "−£1.42M"),
            (318.0, "jobs", "318 jobs"),
            (0.381, "ratio", "38.1%"),
            (0.0, "ms", "0 ms"),
        ] {
            assert_eq!(with_unit(value, unit).replace('\u{a0}', " "), text);
        }
    }

    #[test]
    fn money_is_exact_where_there_is_room() {
        assert_eq!(in_full(12_512.34, "usd"), "$12,512.34");
        assert_eq!(in_full(-1_420_000.0, "gbp"), "−£1,420,000.00");
        assert_eq!(in_full(2_840.0, "ms"), with_unit(2_840.0, "ms"), "nothing else is");
    }

    #[test]
    fn one_of_something_is_no_plural() {
        assert_eq!(counted(0, "flush", "flushes"), "0 flushes");
        assert_eq!(counted(1, "flush", "flushes"), "1 flush");
        assert_eq!(counted(1_204, "time", "times"), "1,204 times");
    }

    #[test]
    fn a_change_against_zero_is_unknown() {
        assert_eq!(change(5.0, 0.0), None);
        assert_eq!(change(112.4, 100.0).as_deref(), Some("+12.4%"));
        assert_eq!(change(98.3, 100.0).as_deref(), Some("−1.7%"));
        assert_eq!(change(100.0, 100.0).as_deref(), Some("±0.0%"));
    }

    #[test]
    fn small_percents_keep_two_places() {
        assert_eq!(percent(0.0034), "0.34%");
        assert_eq!(percent(0.381), "38.1%");
        assert_eq!(percent(0.0), "0.0%");
    }
}
