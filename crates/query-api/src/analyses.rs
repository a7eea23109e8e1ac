//! Analyses of events, a file each: what is asked, which history answers it, and how its figures are told.

mod active;
mod breakdowns;
mod frame;
mod funnel;
mod hours;
mod journeys;
mod lifecycle;
mod pair;
mod retention;
mod routes;
mod sessions;
mod suggestions;
mod trend;
mod usage;

pub use active::active;
pub use breakdowns::breakdowns;
pub(crate) use frame::{buckets, frame};
pub use funnel::funnel;
pub use hours::hours;
pub use journeys::journeys;
pub use lifecycle::lifecycle;
pub use retention::retention;
pub use routes::routes;
pub(crate) use sessions::figures as session_figures;
pub use sessions::sessions;
pub use suggestions::suggestions;
pub use trend::trend;
pub use usage::usage;

use self::pair::{joined_pair, pair};

use analysis::trend::{By, Cell, Key};
use protocol::analyses::{GroupKey, TrendCounts, TrendRank};

/// A value of a breakdown, as it is told.
fn group(key: &Key) -> GroupKey {
    match key {
        Key::Value(value) => GroupKey::Value(value.to_string()),
        Key::Absent => GroupKey::Absent,
        Key::Other => GroupKey::Other,
    }
}

/// What values are ranked by.
fn by(rank: TrendRank) -> By {
    match rank {
        TrendRank::Events => By::Events,
        TrendRank::People => By::People,
    }
}

/// What was counted, as it is told.
fn counts(cell: &Cell) -> TrendCounts {
    TrendCounts { events: cell.events, people: cell.people }
}

/// The middle of some numbers (the lower one of two), or another share of them.
fn quantile(numbers: &mut [i64], share: f64) -> Option<i64> {
    if numbers.is_empty() {
        return None;
    }
    let place = ((numbers.len() as f64 * share).ceil() as usize).clamp(1, numbers.len()) - 1;
    Some(*numbers.select_nth_unstable(place).1)
}

/// Part of whole, from 0 to 1; `None` of nothing.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_the_lower_one_of_two() {
        assert_eq!(quantile(&mut [4, 1, 3, 2], 0.5), Some(2));
        assert_eq!(quantile(&mut [3, 1, 2], 0.5), Some(2));
        assert_eq!(quantile(&mut (1..=10).collect::<Vec<_>>(), 0.9), Some(9));
        assert_eq!(quantile(&mut [], 0.5), None);
    }
}
