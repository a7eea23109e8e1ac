//! Active people: distinct persons of each day, and of the 7 and 30 days that end with it.

use crate::history::{Cancel, Cancelled, History, OUT, Run, Selection, Spread, Visit};

/// Days of each window, the day itself included.
pub const WINDOWS: [usize; 3] = [1, 7, 30];
/// Days before the first one that the longest window takes in.
pub const DAYS_BEFORE: usize = 29;

/// The people of each window that ends with one day, in the order of [`WINDOWS`].
pub type Active = [u64; WINDOWS.len()];

/// For each of `days` days. Bucket `DAYS_BEFORE + n` of `spread` is day `n`; those before it are the days before the first one.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(history: &History, rows: &Selection, spread: &Spread, days: usize, cancel: &Cancel) -> Result<Vec<Active>, Cancelled> {
    let all = DAYS_BEFORE + days;
    let visitor = || Visitor { history, rows, spread, seen: vec![false; all], changes: vec![[0; WINDOWS.len()]; all + 1] };
    let mut changes = vec![[0_i64; WINDOWS.len()]; all + 1];
    for visitor in history.walk(cancel, visitor)? {
        for (change, other) in changes.iter_mut().zip(visitor.changes) {
            change.iter_mut().zip(other).for_each(|(change, other)| *change += other);
        }
    }
    let mut active = [0_i64; WINDOWS.len()];
    let by_day = changes[..all].iter().map(|change| {
        active.iter_mut().zip(change).for_each(|(active, change)| *active += change);
        active.map(i64::unsigned_abs)
    });
    Ok(by_day.skip(DAYS_BEFORE).collect())
}

struct Visitor<'a> {
    history: &'a History,
    rows: &'a Selection,
    spread: &'a Spread,
    /// On which days the person at hand was seen.
    seen: Vec<bool>,
    /// How the people of each window change from one day to the next.
    changes: Vec<[i64; WINDOWS.len()]>,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, _person: u32, runs: &[Run]) {
        self.seen.fill(false);
        for run in runs {
            self.look(*run);
        }
        for (window, days) in WINDOWS.into_iter().enumerate() {
            // Somebody is in the windows that end with a day they were seen on, or with one of the next: those of days close to one
            // another are one stretch.
            let mut until = 0;
            for day in (0..self.seen.len()).filter(|day| self.seen[*day]) {
                if day >= until {
                    self.changes[day][window] += 1;
                } else {
                    self.changes[until][window] += 1;
                }
                until = (day + days).min(self.seen.len());
                self.changes[until][window] -= 1;
            }
        }
    }
}

impl Visitor<'_> {
    fn look(&mut self, run: Run) {
        let (block, range) = (run.block as usize, run.rows());
        let mut note = |bucket: u16| {
            if bucket != OUT {
                self.seen[bucket as usize] = true;
            }
        };
        match self.spread.whole(block) {
            Some(bucket) => self.rows[block].first(range).into_iter().for_each(|_| note(bucket)),
            None => {
                let times = self.history.times(block);
                self.rows[block].for_each(range, |row| note(self.spread.bucket(block, times[row])));
            }
        }
    }
}
