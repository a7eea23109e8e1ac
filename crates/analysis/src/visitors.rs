//! The people of a range, one by one: when they were here, how often, and their last event.

use roaring::RoaringBitmap;

use crate::history::{Cancel, Cancelled, History, OUT, RowRef, Run, Selection, Spread, Visit};
use crate::segment::Number;

/// Days that can be told apart, by the project's calendar; later ones count as the last.
pub const DAYS_MAX: usize = 128;

/// A person of the range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visitor {
    /// Who.
    pub person: u32,
    /// Sum of the events' weights.
    pub events: f64,
    /// Days with an event.
    pub days: u32,
    /// The last event; of several at the same time, any.
    pub last: RowRef,
}

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum By {
    /// The latest last event.
    LastSeen,
    Events,
    Days,
}

/// Everybody with a chosen row in some bucket of `spread` (a bucket a day, at most [`DAYS_MAX`]) and, where `only` is given,
/// whose number is in it; in no order.
///
/// # Errors
/// When it was cancelled meanwhile.
pub fn list(
    history: &History,
    rows: &Selection,
    spread: &Spread,
    only: Option<&RoaringBitmap>,
    cancel: &Cancel,
) -> Result<Vec<Visitor>, Cancelled> {
    let weights = history.weights();
    let visit = || Listing { history, rows, spread, only, weights: &weights, found: Vec::new() };
    Ok(history.walk(cancel, visit)?.into_iter().flat_map(|listing| listing.found).collect())
}

/// One page of `visitors`: `take` of them after the first `skip`. Of equal ones the lower number comes first.
pub fn page(mut visitors: Vec<Visitor>, by: By, skip: usize, take: usize) -> Vec<Visitor> {
    let order = |a: &Visitor, b: &Visitor| {
        let measure = match by {
            By::LastSeen => b.last.ts_ms.cmp(&a.last.ts_ms),
            By::Events => b.events.total_cmp(&a.events),
            By::Days => b.days.cmp(&a.days),
        };
        // Who was here last is the more interesting one of two.
        measure.then_with(|| b.last.ts_ms.cmp(&a.last.ts_ms)).then_with(|| a.person.cmp(&b.person))
    };
    let end = skip.saturating_add(take).min(visitors.len());
    if skip >= end {
        return Vec::new();
    }
    if end < visitors.len() {
        visitors.select_nth_unstable_by(end, order);
        visitors.truncate(end);
    }
    visitors.sort_unstable_by(order);
    visitors.split_off(skip)
}

struct Listing<'a> {
    history: &'a History,
    rows: &'a Selection,
    spread: &'a Spread,
    only: Option<&'a RoaringBitmap>,
    weights: &'a [Option<&'a Number>],
    found: Vec<Visitor>,
}

impl Visit for Listing<'_> {
    fn person(&mut self, person: u32, runs: &[Run]) {
        if self.only.is_some_and(|only| !only.contains(person)) {
            return;
        }
        let mut found: Option<Visitor> = None;
        let mut days = 0_u128;
        for (place, run) in runs.iter().enumerate() {
            let block = run.block as usize;
            if self.spread.whole(block) == Some(OUT) {
                continue;
            }
            let (times, midnight) = (self.history.times(block), self.history.midnight(block));
            self.rows[block].for_each(run.rows(), |row| {
                let day = self.spread.bucket(block, times[row]);
                if day == OUT {
                    return;
                }
                days |= 1 << day.min(DAYS_MAX as u16 - 1);
                let ts_ms = midnight + i64::from(times[row]);
                let here = RowRef { ts_ms, block: run.block, row: row as u32, run: place as u32 };
                let weight = self.weights[block].and_then(|weights| weights.at(row)).unwrap_or(1.0);
                let visitor = found.get_or_insert(Visitor { person, events: 0.0, days: 0, last: here });
                visitor.events += weight;
                if ts_ms >= visitor.last.ts_ms {
                    visitor.last = here;
                }
            });
        }
        self.found.extend(found.map(|visitor| Visitor { days: days.count_ones(), ..visitor }));
    }
}
