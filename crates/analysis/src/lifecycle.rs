//! Lifecycle: of the people of a period, who is new, who came back from the period before, and who from further away; and
//! who of the period before did not come.

use crate::history::{Cancel, Cancelled, History, OUT, Run, Selection, Spread, Visit};

/// One period's people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stages {
    /// Never seen before.
    pub new: u64,
    /// Seen in the period before too.
    pub returning: u64,
    /// Seen before, but not in the period before.
    pub resurrected: u64,
    /// Seen in the period before, and not in this one.
    pub dormant: u64,
}

/// The stages of each of `periods` periods. Bucket `n + 1` of `spread` is period `n`; bucket 0 is the period before the
/// first one; [`OUT`] is anything earlier, and must hold nothing that is later. "Never" reaches as far back as the
/// history does.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn count(history: &History, rows: &Selection, spread: &Spread, periods: usize, cancel: &Cancel) -> Result<Vec<Stages>, Cancelled> {
    let visitor = || Visitor { history, rows, spread, seen: vec![false; periods + 1], stages: vec![Stages::default(); periods] };
    let mut stages = vec![Stages::default(); periods];
    for visitor in history.walk(cancel, visitor)? {
        for (stages, other) in stages.iter_mut().zip(visitor.stages) {
            stages.new += other.new;
            stages.returning += other.returning;
            stages.resurrected += other.resurrected;
            stages.dormant += other.dormant;
        }
    }
    Ok(stages)
}

struct Visitor<'a> {
    history: &'a History,
    rows: &'a Selection,
    spread: &'a Spread,
    /// In which periods the person at hand was seen, the one before the first included.
    seen: Vec<bool>,
    stages: Vec<Stages>,
}

impl Visit for Visitor<'_> {
    fn person(&mut self, _person: u32, runs: &[Run]) {
        self.seen.fill(false);
        let mut before = false;
        let mut note = |bucket: u16| match bucket {
            OUT => before = true,
            bucket => self.seen[bucket as usize] = true,
        };
        for run in runs {
            let (block, range) = (run.block as usize, run.rows());
            match self.spread.whole(block) {
                Some(bucket) => self.rows[block].first(range).into_iter().for_each(|_| note(bucket)),
                None => {
                    let times = self.history.times(block);
                    self.rows[block].for_each(range, |row| note(self.spread.bucket(block, times[row])));
                }
            }
        }
        for (period, stages) in self.stages.iter_mut().enumerate() {
            let (last, now) = (self.seen[period], self.seen[period + 1]);
            match (now, last, before) {
                (true, true, _) => stages.returning += 1,
                (true, false, true) => stages.resurrected += 1,
                (true, false, false) => stages.new += 1,
                (false, true, _) => stages.dormant += 1,
                (false, false, _) => {}
            }
            before |= last;
        }
    }
}
