//! The evening on which the payment gateway did not answer.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

/// The hour at which it begins, in UTC: when most of the shop's visitors have time.
const HOUR: u32 = 17;
const LASTED: TimeDelta = TimeDelta::minutes(150);

/// Whether the gateway is down at a time, in a shop whose history ends at `end`: on the last evening that was over by then.
pub(crate) fn gateway_is_down(at: DateTime<Utc>, end: DateTime<Utc>) -> bool {
    let of_day = |days| (end.date_naive() - Days::new(days)).and_time(NaiveTime::from_hms_opt(HOUR, 0, 0).unwrap_or_default()).and_utc();
    let began = if of_day(0) + LASTED <= end { of_day(0) } else { of_day(1) };
    (began..began + LASTED).contains(&at)
}
