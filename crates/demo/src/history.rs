//! The shop's past.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use crate::dice::Dice;
use crate::gauges;
use crate::person::Person;
use crate::signal::Signal;
use crate::visit;

const ARRIVALS: u64 = 3;
const GAUGES_EVERY: TimeDelta = TimeDelta::minutes(5);
/// A server takes items of the last 30 days. A history of that length begins later by this, so that its first items are
/// not too old when they arrive.
const HEAD_START: TimeDelta = TimeDelta::hours(2);
/// On Saturdays and Sundays more people have time.
const WEEKEND: f64 = 1.25;
/// How many of a hundred visits begin in which two hours of the visitor's day.
const HOURS: [(u32, i64); 12] =
    [(2, 0), (1, 2), (1, 4), (5, 6), (8, 8), (10, 10), (11, 12), (9, 14), (11, 16), (16, 18), (17, 20), (9, 22)];

/// Which past: equal parameters make equal signals.
#[derive(Clone, Debug)]
pub struct History {
    /// Makes another shop when it differs.
    pub seed: u64,
    /// People who may come.
    pub users: u32,
    /// Length in days, ending at `until`.
    pub days: u32,
    /// No signal is at or after this.
    pub until: DateTime<Utc>,
}

impl History {
    /// Equal histories have equal names, others have others.
    pub fn name(&self) -> String {
        format!("demo {} {} {} {}", self.seed, self.users, self.days, self.until.to_rfc3339())
    }

    /// No signal is before this.
    pub fn from(&self) -> DateTime<Utc> {
        self.until - TimeDelta::days(i64::from(self.days)) + HEAD_START
    }

    /// The days in UTC that the history touches, oldest first.
    pub fn dates(&self) -> Vec<NaiveDate> {
        let last = self.until.date_naive();
        self.from().date_naive().iter_days().take_while(|date| *date <= last).collect()
    }

    /// What happens on one of [`dates`](Self::dates), person by person; not in the order of time.
    pub fn signals(&self, date: NaiveDate) -> impl Iterator<Item = Signal> + '_ {
        let people = (0..u64::from(self.users)).flat_map(move |index| self.visits(&Person::of(self.seed, index), date));
        let within = self.from()..self.until;
        people.chain(self.gauges(date)).filter(move |signal| within.contains(&signal.at))
    }

    fn visits(&self, person: &Person, date: NaiveDate) -> Vec<Signal> {
        let mut dice = Dice::of(&[self.seed, ARRIVALS, person.index, date.num_days_from_ce() as u64]);
        let midnight = date.and_time(NaiveTime::MIN).and_utc();
        let knows_the_shop = midnight >= self.until - TimeDelta::minutes((person.known_for_days * 1_440.0) as i64);
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        if !knows_the_shop || !dice.chance(person.habit * if weekend { WEEKEND } else { 1.0 }) {
            return Vec::new();
        }
        let visits = if dice.chance(0.3) { 2 } else { 1 };
        (0..visits)
            .flat_map(|_| {
                let local_seconds = dice.weighted(&HOURS) * 3_600 + (dice.unit() * 7_200.0) as i64;
                let begin = midnight + TimeDelta::seconds(local_seconds - person.home.utc_offset * 3_600);
                visit::walk(&mut dice, person, begin, self.until)
            })
            .collect()
    }

    fn gauges(&self, date: NaiveDate) -> impl Iterator<Item = Signal> + '_ {
        let midnight = date.and_time(NaiveTime::MIN).and_utc();
        (0..)
            .map(move |n| midnight + GAUGES_EVERY * n)
            .take_while(move |at| at.date_naive() == date)
            .flat_map(|at| gauges::read(self.seed, at))
    }
}
