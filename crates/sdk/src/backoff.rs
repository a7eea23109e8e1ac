//! When to try again.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The longest time that a server's Retry-After is obeyed.
pub(crate) const RETRY_AFTER_MAX: Duration = Duration::from_secs(600);

/// Full jitter: a random share of a ceiling that doubles with each failure in a row, from `base` up to `cap`.
/// `chance` is from 0 to 1.
pub(crate) fn wait(failures: u32, base: Duration, cap: Duration, chance: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(30);
    let ceiling = base.saturating_mul(1 << doublings).min(cap);
    ceiling.mul_f64(chance.clamp(0.0, 1.0))
}

/// The wait that a `Retry-After` header asks for: seconds or an HTTP date, at most ten minutes.
pub(crate) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let header = header.trim();
    let wait = match header.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = DateTime::parse_from_rfc2822(header).ok()?;
            at.with_timezone(&Utc).signed_duration_since(now).to_std().unwrap_or(Duration::ZERO)
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_millis(500);
    const CAP: Duration = Duration::from_secs(60);

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let ceilings: Vec<u128> = [1, 2, 3, 7, 8, 1_000_000].map(|n| wait(n, BASE, CAP, 1.0).as_millis()).to_vec();
        assert_eq!(ceilings, [500, 1_000, 2_000, 32_000, 60_000, 60_000]);
        assert_eq!(wait(3, BASE, CAP, 0.25).as_millis(), 500);
        assert_eq!(wait(3, BASE, CAP, 0.0), Duration::ZERO);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_bounded() {
        let now = "2026-05-14T14:00:00Z".parse().expect("a time");
        for (header, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("99999999", Some(600)),
            ("Thu, 14 May 2026 14:00:30 GMT", Some(30)),
            ("Thu, 14 May 2026 13:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(retry_after(header, now).map(|wait| wait.as_secs()), seconds, "{header}");
        }
    }
}
