//! Retention: of those who began in a period, how many came back in the periods after.

use crate::history::{Cancel, Cancelled, History, OUT, Rows, Run, Selection, Spread, Visit};

/// Periods of one answer: a person's activity is a bit each.
pub const PERIODS_MAX: usize = 128;

/// How retention is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Which periods somebody begins in.
    pub start: Start,
    /// When somebody has come back.
    pub back: Back,
}

/// Which periods somebody begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// The first of the range in which they did the start event.
    First,
    /// Every one in which they did it.
    Every,
}

/// When somebody has come back after so many periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Back {
    /// With the return event in exactly that period.
    On,
    /// In that period or a later one of the range.
    OnOrAfter,
}

/// Those who began in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// How many there are.
    pub people: u64,
    /// How many of them came back in the same period (after they began, or with the event they began with where it is
    /// a return event too), in the next one, and so on to the last of the range.
    pub back: Vec<u64>,
}

/// One cohort per bucket of `spread`, of which there are `periods`, at most [`PERIODS_MAX`].
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(
    history: &History,
    (start, back): (&Selection, &Selection),
    spread: &Spread,
    periods: usize,
    rule: Rule,
    cancel: &Cancel,
) -> Result<Vec<Cohort>, Cancelled> {
    let periods = periods.min(PERIODS_MAX);
    let empty = || (0..periods).map(|first| Cohort { people: 0, back: vec![0; periods - first] }).collect::<Vec<_>>();
    let same = start == back;
    let visitor = || Visitor { history, start, back, same, spread, rule, periods, starts: vec![i64::MAX; periods], cohorts: empty() };
    let mut cohorts = empty();
    for visitor in history.walk(cancel, visitor)? {
        for (cohort, other) in cohorts.iter_mut().zip(visitor.cohorts) {
            cohort.people += other.people;
            cohort.back.iter_mut().zip(other.back).for_each(|(back, other)| *back += other);
        }
    }
    Ok(cohorts)
}

struct Visitor<'a> {
    history: &'a History,
    start: &'a Selection,
    back: &'a Selection,
    /// The start event is the return event.
    same: bool,
    spread: &'a Spread,
    rule: Rule,
    periods: usize,
    /// When the person at hand first did the start event in each period.
    starts: Vec<i64>,
    cohorts: Vec<Cohort>,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, _person: u32, runs: &[Run]) {
        let activity = if self.same { self.seen(runs) } else { self.began_and_came(runs) };
        self.settle(activity);
    }
}

/// A person's periods, a bit each.
#[derive(Clone, Copy, Debug, Default)]
struct Activity {
    /// In which the start event was done.
    started: u128,
    /// In which the return event was done.
    returned: u128,
    /// In which it was done not before the first start event of the same period.
    returned_after: u128,
}

impl Visitor<'_> {
    /// Where start and return are the same event, nothing depends on the times within a period.
    fn seen(&mut self, runs: &[Run]) -> Activity {
        let mut seen = 0_u128;
        for run in runs {
            let block = run.block as usize;
            match self.spread.whole(block) {
                Some(period) if usize::from(period) < self.periods => {
                    if seen & (1 << period) == 0 && self.start[block].first(run.rows()).is_some() {
                        seen |= 1 << period;
                    }
                }
                Some(_) => {}
                None => self.each_row(self.start, *run, |_, period, _| seen |= 1 << period),
            }
        }
        Activity { started: seen, returned: seen, returned_after: seen }
    }

    fn began_and_came(&mut self, runs: &[Run]) -> Activity {
        let mut started = 0_u128;
        for run in runs {
            self.each_period(self.start, *run, |visitor, period, ts_ms| {
                let earliest = &mut visitor.starts[period];
                *earliest = if started & (1 << period) == 0 { ts_ms } else { (*earliest).min(ts_ms) };
                started |= 1 << period;
            });
        }
        let mut activity = Activity { started, ..Activity::default() };
        if started == 0 {
            return activity;
        }
        // In the period in which they began, what came before does not count as coming back.
        for run in runs {
            self.each_row(self.back, *run, |visitor, period, ts_ms| {
                activity.returned |= 1 << period;
                if started & (1 << period) != 0 && ts_ms >= visitor.starts[period] {
                    activity.returned_after |= 1 << period;
                }
            });
        }
        activity
    }

    fn settle(&mut self, Activity { started, returned, returned_after }: Activity) {
        let mut firsts = if self.rule.start == Start::First { started & started.wrapping_neg() } else { started };
        while firsts != 0 {
            let first = firsts.trailing_zeros() as usize;
            firsts &= firsts - 1;
            let later = (returned >> first) & !1;
            let mut came = later | ((returned_after >> first) & 1);
            if self.rule.back == Back::OnOrAfter && came != 0 {
                came |= u128::MAX >> came.leading_zeros();
            }
            let cohort = &mut self.cohorts[first];
            cohort.people += 1;
            while came != 0 {
                cohort.back[came.trailing_zeros() as usize] += 1;
                came &= came - 1;
            }
        }
    }

    /// Calls `each` at least once for each period that has a row of the run, with the earliest such row's time.
    fn each_period(&mut self, rows: &Selection, run: Run, each: impl FnMut(&mut Self, usize, i64)) {
        let block = run.block as usize;
        if let (Some(period), Some(first)) = (self.spread.whole(block), rows[block].first(run.rows())) {
            self.call(block, first, period, each);
        } else {
            self.each_row(rows, run, each);
        }
    }

    fn each_row(&mut self, rows: &Selection, run: Run, mut each: impl FnMut(&mut Self, usize, i64)) {
        let block = run.block as usize;
        let range = run.rows();
        if let (Some(period), Rows::All) = (self.spread.whole(block), &rows[block])
            && let Some(last) = range.clone().last()
        {
            // The latest row of the run stands for all: whatever began in this run, began no later.
            self.call(block, last, period, each);
            return;
        }
        rows[block].for_each(range, |row| {
            let period = self.spread.bucket(block, self.history.times(block)[row]);
            self.call(block, row, period, &mut each);
        });
    }

    fn call(&mut self, block: usize, row: usize, period: u16, mut each: impl FnMut(&mut Self, usize, i64)) {
        if period != OUT && usize::from(period) < self.periods {
            let ts_ms = self.history.midnight(block) + i64::from(self.history.times(block)[row]);
            each(self, period.into(), ts_ms);
        }
    }
}
