//! The unit that a metric's name tells.

/// Last words of names, and the unit that they mean. A timer without a unit counts milliseconds: a duration is one.
const WORDS: [(&[&str], &str); 11] = [
    (&["ms", "millis", "milliseconds", "duration", "latency", "execution_time", "elapsed", "dwell"], "ms"),
    (&["us", "micros", "microseconds"], "us"),
    (&["ns", "nanos", "nanoseconds"], "ns"),
    (&["s", "secs", "seconds", "duration_seconds"], "s"),
    (&["bytes"], "bytes"),
    (&["kb", "kilobytes"], "kilobytes"),
    (&["usd", "dollars"], "usd"),
    (&["eur", "euros"], "eur"),
    (&["gbp"], "gbp"),
    (&["percent", "pct"], "percent"),
    (&["ratio"], "ratio"),
];

/// The unit of the last word of a name, words being parted by dots and underscores; empty when it names none.
pub(super) fn implied(name: &str) -> &'static str {
    let last = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is = |word: &str| last == word || last.strip_suffix(word).is_some_and(|before| before.ends_with('_'));
    WORDS.iter().find(|(words, _)| words.iter().any(|word| is(word))).map_or("", |(_, unit)| unit)
}

#[cfg(test)]
mod tests {
    use super::implied;

    #[test]
    fn the_last_word_of_a_name_tells_its_unit() {
        for (name, unit) in [
            ("query.duration_ms", "ms"),
            ("bot.database.operation.duration", "ms"),
            ("bot.command.execution_time", "ms"),
            ("file.size_bytes", "bytes"),
            ("cart.amount_usd", "usd"),
            ("revenue.usd", "usd"),
            ("cpu.percent", "percent"),
            ("job.wait_seconds", "s"),
            ("queue.depth", ""),
            ("terms", ""),
            ("bot.command.usage", ""),
        ] {
            assert_eq!(implied(name), unit, "{name}");
        }
    }
}
