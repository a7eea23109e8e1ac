//! The words below a chart: which buckets get one, and what it says.

use chrono::{NaiveDateTime, NaiveTime};
use protocol::range::Step;

use crate::clock;

/// One label below the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeLabel {
    /// From 0 to 1 across the plot.
    pub x: f64,
    /// Said before it where there is room.
    pub weekday: &'static str,
    /// What it says.
    pub text: String,
    /// `first` and `last` lie against the edges; `minor`, `middle` and `few` go where room is short.
    pub class: &'static str,
}

/// Labels that fit a wide plot; every second one is dropped on narrow ones.
const LABELS_MAX: usize = 13;
/// So few labels lose their weekdays first, and every second one only on the narrowest plots.
const FEW: usize = 8;
/// Half of so many still fit a phone.
const MANY: usize = 11;
/// Sub-day intervals, in minutes, then whole days.
const UNITS: [i64; 14] = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1_440, 2_880, 4_320, 10_080];
/// Days between two labels of a chart in days.
const DAY_UNITS: [usize; 6] = [1, 2, 3, 7, 14, 28];
/// How near to the end a label may stand before it touches the last one.
const END: f64 = 0.94;

/// The labels of buckets that start at these wall times, oldest first; `open` says that the last one is not over.
pub fn labels(starts: &[NaiveDateTime], step: Step, open: bool) -> Vec<TimeLabel> {
    if starts.is_empty() {
        return Vec::new();
    }
    let labels = if step == Step::Day1 { of_days(starts, open) } else { of_times(starts, open) };
    thin(labels)
}

/// A day's label stands below its middle; they count back from the newest.
fn of_days(starts: &[NaiveDateTime], open: bool) -> Vec<TimeLabel> {
    let n = starts.len();
    let unit = DAY_UNITS.into_iter().find(|unit| n.div_ceil(*unit) <= LABELS_MAX).unwrap_or(n.div_ceil(LABELS_MAX));
    let mut labels: Vec<_> = (0..n)
        .rev()
        .step_by(unit)
        .map(|i| TimeLabel {
            x: (i as f64 + 0.5) / n as f64,
            weekday: if n <= FEW && !(open && i == n - 1) { clock::weekday_name(starts[i]) } else { "" },
            text: if open && i == n - 1 { "Today".to_owned() } else { clock::day(starts[i]) },
            class: "",
        })
        .collect();
    labels.reverse();
    labels
}

/// A time's label stands at the start of the bucket in which a new hour, quarter or day begins.
fn of_times(starts: &[NaiveDateTime], open: bool) -> Vec<TimeLabel> {
    let n = starts.len();
    let minutes = |at: &NaiveDateTime| at.and_utc().timestamp() / 60;
    let span = minutes(&starts[n - 1]) - minutes(&starts[0]);
    let unit = UNITS.into_iter().find(|unit| span / unit < LABELS_MAX as i64).unwrap_or(40_320);
    let begins = |i: usize| {
        let cell = minutes(&starts[i]).div_euclid(unit);
        if i == 0 { minutes(&starts[0]) % unit == 0 } else { minutes(&starts[i - 1]).div_euclid(unit) != cell }
    };
    let mut labels: Vec<_> = (0..n)
        .filter(|i| begins(*i))
        .map(|i| TimeLabel {
            x: i as f64 / n as f64,
            weekday: "",
            text: time_text(i.checked_sub(1).map(|i| starts[i]), starts[i]),
            class: if i == 0 { "first" } else { "" },
        })
        .filter(|label| !open || label.x < END)
        .collect();
    if open {
        labels.push(TimeLabel { x: 1.0, weekday: "", text: "Now".to_owned(), class: "last" });
    }
    labels
}

/// The first label of a day is its date, so that a time never stands for two days.
fn time_text(before: Option<NaiveDateTime>, at: NaiveDateTime) -> String {
    let new_day = before.map_or(at.time() == NaiveTime::MIN, |before| before.date() != at.date());
    if new_day { clock::day(at) } else { clock::minute(at) }
}

/// Marks what may go on a narrow plot, counting from the end: the newest label always stays.
fn thin(mut labels: Vec<TimeLabel>) -> Vec<TimeLabel> {
    let (few, many) = (labels.len() <= FEW, labels.len() > MANY);
    for (i, label) in labels.iter_mut().rev().enumerate() {
        label.class = match (label.class, i % 4) {
            ("", 1 | 3) if few => "few",
            ("first", 1 | 3) if few => "first few",
            (class, _) if few => class,
            ("", 1 | 3) => "minor",
            ("", 2) if many => "middle",
            ("first", 1 | 3) => "first minor",
            ("first", 2) if many => "first middle",
            (class, _) => class,
        };
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{NaiveDate, TimeDelta};

    fn starts(n: i64, minutes: i64, last: &str) -> Vec<NaiveDateTime> {
        let last: NaiveDateTime = last.parse().expect("a time");
        (0..n).rev().map(|i| last - TimeDelta::minutes(i * minutes)).collect()
    }

    fn texts(labels: &[TimeLabel]) -> Vec<&str> {
        labels.iter().map(|l| l.text.as_str()).collect()
    }

    #[test]
    fn a_week_names_every_day_and_today_last() {
        let labels = labels(&starts(7, 1_440, "2026-05-14T00:00:00"), Step::Day1, true);
        assert_eq!(texts(&labels), ["8 May", "9 May", "10 May", "11 May", "12 May", "13 May", "Today"]);
        assert_eq!(labels.iter().map(|l| l.weekday).collect::<Vec<_>>(), ["Fri", "Sat", "Sun", "Mon", "Tue", "Wed", ""]);
        assert_eq!(labels.iter().map(|l| l.class).collect::<Vec<_>>(), ["", "few", "", "few", "", "few", ""]);
        assert!((labels[0].x - 0.5 / 7.0).abs() < 1e-9);
    }

    #[test]
    fn a_quarter_of_a_year_counts_weeks_back_from_today() {
        let labels = labels(&starts(90, 1_440, "2026-05-14T00:00:00"), Step::Day1, true);
        assert_eq!(labels.len(), 13);
        assert_eq!(texts(&labels)[11..], ["7 May", "Today"]);
        assert_eq!(labels[9..].iter().map(|l| l.class).collect::<Vec<_>>(), ["minor", "middle", "minor", ""]);
    }

    #[test]
    fn six_hours_in_five_minutes_are_named_by_the_half_hour() {
        let labels = labels(&starts(72, 5, "2026-05-14T14:00:00"), Step::Minutes5, true);
        assert_eq!(texts(&labels)[..3], ["08:30", "09:00", "09:30"]);
        assert_eq!(labels.last().map(|l| (l.text.as_str(), l.class)), Some(("Now", "last")));
        assert!(labels.len() <= LABELS_MAX + 1);
    }

    #[test]
    fn midnight_within_a_day_of_hours_is_named_by_its_date() {
        let labels = labels(&starts(24, 60, "2026-05-14T14:00:00"), Step::Hour1, true);
        assert!(texts(&labels).contains(&"14 May"), "{labels:?}");
        assert!(texts(&labels).contains(&"22:00"), "{labels:?}");
    }

    #[test]
    fn a_clock_change_moves_no_label_off_its_day() {
        // Six-hour buckets that start an hour off after the change still begin each day once.
        let before = starts(8, 360, "2026-03-28T18:00:00");
        let after: Vec<_> = (0..12)
            .map(|i| NaiveDate::from_ymd_opt(2026, 3, 29).and_then(|d| d.and_hms_opt(1, 0, 0)).expect("a time") + TimeDelta::hours(6 * i))
            .collect();
        let labels = labels(&[before, after].concat(), Step::Hours6, false);
        assert_eq!(texts(&labels).iter().filter(|t| **t == "30 Mar").count(), 1, "{labels:?}");
    }
}
