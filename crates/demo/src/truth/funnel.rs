//! From looking to buying.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Step;

const STEPS: [&str; 4] = ["product.viewed", "cart.add", "checkout.started", "checkout.completed"];
const WITHIN: TimeDelta = TimeDelta::minutes(30);

/// The funnel's events of every person: when, and which step.
#[derive(Default)]
pub(super) struct Visitors(BTreeMap<String, Vec<(DateTime<Utc>, usize)>>);

impl Visitors {
    pub(super) fn see(&mut self, user: &str, at: DateTime<Utc>, event: &str) {
        if let Some(step) = STEPS.iter().position(|name| *name == event) {
            self.0.entry(user.to_owned()).or_default().push((at, step));
        }
    }

    /// The people who reached each step.
    pub(super) fn steps(self) -> Vec<Step> {
        let mut users = [0; STEPS.len()];
        for (_, mut events) in self.0 {
            events.sort_unstable();
            users.iter_mut().take(reached(&events)).for_each(|users| *users += 1);
        }
        STEPS.iter().zip(users).map(|(event, users)| Step { event: (*event).to_owned(), users }).collect()
    }
}

/// How many steps somebody made: the best over every event that may be the first step.
fn reached(events: &[(DateTime<Utc>, usize)]) -> usize {
    (0..events.len()).map(|first| reached_from(&events[first..])).max().unwrap_or(0)
}

fn reached_from(events: &[(DateTime<Utc>, usize)]) -> usize {
    let mut next = 0;
    for (at, step) in events {
        if *at - events[0].0 > WITHIN || (next == 0 && *step != 0) {
            break;
        }
        if *step == next {
            next += 1;
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(events: &[(i64, &str)]) -> Vec<u64> {
        let mut visitors = Visitors::default();
        for (minute, event) in events {
            visitors.see("u1", DateTime::UNIX_EPOCH + TimeDelta::minutes(*minute), event);
        }
        visitors.steps().iter().map(|step| step.users).collect()
    }

    #[test]
    fn steps_count_in_their_order_only() {
        assert_eq!(steps(&[(0, "product.viewed"), (1, "cart.add"), (2, "checkout.completed")]), [1, 1, 0, 0]);
        assert_eq!(steps(&[(0, "cart.add"), (1, "product.viewed")]), [1, 0, 0, 0]);
        assert_eq!(steps(&[(0, "cart.add")]), [0, 0, 0, 0]);
    }

    #[test]
    fn the_best_of_several_tries_counts_and_time_is_limited() {
        assert_eq!(steps(&[(0, "product.viewed"), (20, "product.viewed"), (40, "cart.add")]), [1, 1, 0, 0]);
        assert_eq!(steps(&[(0, "product.viewed"), (31, "cart.add")]), [1, 0, 0, 0]);
        assert_eq!(steps(&[(0, "product.viewed"), (30, "cart.add")]), [1, 1, 0, 0]);
    }
}
