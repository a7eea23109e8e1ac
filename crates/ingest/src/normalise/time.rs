//! The time of a signal: the client's clock, corrected and kept within bounds.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::limits::{CLOCK_SKEW_MINUTES_KEPT, FUTURE_HOURS_CLAMPED, FUTURE_MINUTES_KEPT, IMPORT_DAYS_MAX, LATE_DAYS_MAX};
use protocol::outcome::Signal;
use protocol::time::Timestamp;
use protocol::verdict::ItemCode;
use storage::flags::{CLOCK_CORRECTED, FUTURE_CLAMPED};

use crate::validate::Refusal;

/// How a batch's times are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The server's clock.
    pub(crate) now: DateTime<Utc>,
    /// How far the sender's clock is behind ours, when that is more than delay can explain.
    skew: Option<TimeDelta>,
    /// How old an item may be.
    age_max: TimeDelta,
    /// How old an event or identity may be, whose day is found in segments, not in rollups that are dropped earlier.
    event_age_max: TimeDelta,
}

/// An item's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) ts: DateTime<Utc>,
    /// As sent, when `ts` differs.
    pub(crate) client_ts: Option<DateTime<Utc>>,
    pub(crate) flags: i32,
}

impl Reading {
    /// Live signals: a clock that is off by more than the bound is corrected by `sent_at`.
    pub(crate) fn live(now: DateTime<Utc>, sent_at: Option<&Timestamp>) -> Self {
        let skew = match sent_at {
            Some(Timestamp::At(sent_at)) => Some(now - *sent_at).filter(|skew| skew.abs() > TimeDelta::minutes(CLOCK_SKEW_MINUTES_KEPT)),
            _ => None,
        };
        let age_max = TimeDelta::days(LATE_DAYS_MAX);
        Self { now, skew, age_max, event_age_max: age_max }
    }

    /// History: times are what they say. Its events may be as old as what the project keeps of them.
    pub(crate) fn import(now: DateTime<Utc>, event_days: u32) -> Self {
        Self { now, skew: None, age_max: TimeDelta::days(IMPORT_DAYS_MAX), event_age_max: TimeDelta::days(event_days.into()) }
    }

    /// How items of this signal are read.
    pub(crate) fn of(self, signal: Signal) -> Self {
        let age_max = if matches!(signal, Signal::Event | Signal::Identity) { self.event_age_max } else { self.age_max };
        Self { age_max, ..self }
    }

    /// A time as sent.
    pub(crate) fn readable(&self, sent: &Timestamp) -> Result<DateTime<Utc>, Refusal> {
        match sent {
            Timestamp::At(at) => Ok(*at),
            Timestamp::Unreadable(text) => Err(Refusal::new(ItemCode::TimeUnreadable, format!("the time is {text:?}"))),
        }
    }

    /// A time of the sender's clock on ours.
    pub(crate) fn corrected(&self, client: DateTime<Utc>) -> DateTime<Utc> {
        self.skew.and_then(|skew| client.checked_add_signed(skew)).unwrap_or(client)
    }

    /// What the sender's clock shows at this moment.
    pub(crate) fn device_now(&self) -> DateTime<Utc> {
        self.skew.and_then(|skew| self.now.checked_sub_signed(skew)).unwrap_or(self.now)
    }

    /// Where an item belongs in time; an item without a time happened now.
    pub(crate) fn place(&self, sent: Option<&Timestamp>) -> Result<Placed, Refusal> {
        let Some(sent) = sent else {
            return Ok(Placed { ts: self.now, client_ts: None, flags: 0 });
        };
        let client = self.readable(sent)?;
        let ts = self.corrected(client);
        let corrected = if ts == client { 0 } else { CLOCK_CORRECTED };
        if ts > self.now + TimeDelta::hours(FUTURE_HOURS_CLAMPED) {
            Err(Refusal::new(ItemCode::TooNew, format!("ts is {}, the server's time is {}", ts.to_rfc3339(), self.now.to_rfc3339())))
        } else if ts > self.now + TimeDelta::minutes(FUTURE_MINUTES_KEPT) {
            Ok(Placed { ts: self.now, client_ts: Some(client), flags: corrected | FUTURE_CLAMPED })
        } else if ts < self.now - self.age_max {
            Err(Refusal::new(ItemCode::TooOld, format!("ts is {}, older than {} days", ts.to_rfc3339(), self.age_max.num_days())))
        } else {
            Ok(Placed { ts, client_ts: (corrected != 0).then_some(client), flags: corrected })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn place(sent_at: Option<&str>, ts: &str) -> Result<(String, i32), ItemCode> {
        let sent_at = sent_at.map(Timestamp::parse);
        Reading::live(at("2026-05-14T12:00:00Z"), sent_at.as_ref())
            .place(Some(&Timestamp::parse(ts)))
            .map(|placed| (placed.ts.format("%d %H:%M").to_string(), placed.flags))
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_wrong_clock_is_corrected_and_a_slow_network_is_not() {
        assert_eq!(place(Some("2026-05-14T11:30:00Z"), "2026-05-14T11:00:00Z"), Ok(("14 11:00".to_owned(), 0)));
        assert_eq!(place(Some("2019-01-01T00:00:00Z"), "2018-12-31T23:50:00Z"), Ok(("14 11:50".to_owned(), CLOCK_CORRECTED)));
        assert_eq!(place(Some("2030-01-01T00:00:00Z"), "2029-12-31T23:50:00Z"), Ok(("14 11:50".to_owned(), CLOCK_CORRECTED)));
    }

    #[test]
    fn the_future_is_kept_clamped_or_refused() {
        assert_eq!(place(None, "2026-05-14T12:04:00Z"), Ok(("14 12:04".to_owned(), 0)));
        assert_eq!(place(None, "2026-05-14T12:06:00Z"), Ok(("14 12:00".to_owned(), FUTURE_CLAMPED)));
        assert_eq!(place(None, "2026-05-15T12:00:01Z"), Err(ItemCode::TooNew));
    }

    #[test]
    fn imported_events_may_be_as_old_as_what_is_kept_of_them() {
        let import = Reading::import(at("2026-05-14T12:00:00Z"), 400);
        let is_taken = |signal, ts| import.of(signal).place(Some(&Timestamp::parse(ts))).is_ok();
        assert!(is_taken(Signal::Event, "2025-04-09T12:00:00Z") && is_taken(Signal::Identity, "2025-04-09T12:00:00Z"));
        assert!(!is_taken(Signal::Event, "2025-04-09T11:59:59Z"));
        assert!(is_taken(Signal::Metric, "2026-04-14T12:00:00Z") && !is_taken(Signal::Metric, "2026-04-14T11:59:59Z"));
    }

    #[test]
    fn the_past_is_kept_for_seven_days() {
        assert_eq!(place(None, "2026-05-07T12:00:00Z"), Ok(("07 12:00".to_owned(), 0)));
        assert_eq!(place(None, "2026-05-07T11:59:59Z"), Err(ItemCode::TooOld));
        assert_eq!(place(None, "yesterday"), Err(ItemCode::TimeUnreadable));
    }
}
