//! The buckets of keys and projects that have a rate.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use storage::api_keys::Grant;

use super::Owner;
use super::bucket::{Bucket, Left};

/// Buckets remembered. Full ones are forgotten first, which loses nothing.
const BUCKETS_MAX: usize = 10_000;

/// How fast each key and project sends, as far as this process sees it.
#[derive(Default)]
pub(crate) struct Rates {
    buckets: Mutex<HashMap<Owner, Bucket>>,
}

/// A rate that was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooFast {
    pub(crate) owner: Owner,
    pub(crate) events_per_second: u32,
    /// Until a first event may pass.
    pub(crate) wait: Duration,
}

impl Rates {
    /// Whether anything of this key may pass at the moment.
    ///
    /// # Errors
    /// [`TooFast`], of the key or its project.
    pub(crate) fn check(&self, grant: &Grant, now: Instant) -> Result<(), TooFast> {
        for (owner, events_per_second) in rates(grant) {
            let wait = bucket(&mut self.lock(), owner, events_per_second, now).wait(now);
            if !wait.is_zero() {
                return Err(TooFast { owner, events_per_second, wait });
            }
        }
        Ok(())
    }

    /// Lets `events` of this key pass, or none of them.
    ///
    /// # Errors
    /// [`TooFast`], of the key or its project.
    pub(crate) fn take(&self, grant: &Grant, events: u64, now: Instant) -> Result<(), TooFast> {
        let mut taken = Vec::new();
        for (owner, events_per_second) in rates(grant) {
            let mut buckets = self.lock();
            if let Err(wait) = bucket(&mut buckets, owner, events_per_second, now).take(events, now) {
                for owner in &taken {
                    if let Some(bucket) = buckets.get_mut(owner) {
                        bucket.give_back(events);
                    }
                }
                return Err(TooFast { owner, events_per_second, wait });
            }
            taken.push(owner);
        }
        Ok(())
    }

    /// Undoes a [`Rates::take`] whose events were not taken after all.
    pub(crate) fn give_back(&self, grant: &Grant, events: u64) {
        for (owner, _) in rates(grant) {
            if let Some(bucket) = self.lock().get_mut(&owner) {
                bucket.give_back(events);
            }
        }
    }

    /// What is left of the key's rate or its project's, whichever makes the sender wait longer; `None` when neither has one.
    pub(crate) fn left(&self, grant: &Grant, now: Instant) -> Option<Left> {
        rates(grant)
            .map(|(owner, events_per_second)| bucket(&mut self.lock(), owner, events_per_second, now).left(now))
            .min_by_key(|left| (left.now, Reverse(left.full_after)))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Owner, Bucket>> {
        // Nothing panics while it is held.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rates(grant: &Grant) -> impl Iterator<Item = (Owner, u32)> + use<> {
    let of_key = grant.key_limit.events_per_second.map(|rate| (Owner::Key(grant.key_id), rate));
    let of_project = grant.project_limit.events_per_second.map(|rate| (Owner::Project(grant.project_id), rate));
    of_key.into_iter().chain(of_project)
}

/// The owner's bucket; a new one when it has none or its rate has changed.
fn bucket(buckets: &mut HashMap<Owner, Bucket>, owner: Owner, events_per_second: u32, now: Instant) -> &mut Bucket {
    if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&owner) {
        buckets.retain(|_, bucket| !bucket.is_full(now));
        if buckets.len() >= BUCKETS_MAX {
            buckets.clear();
        }
    }
    let bucket = buckets.entry(owner).or_insert_with(|| Bucket::new(events_per_second, now));
    if bucket.events_per_second() != events_per_second {
        *bucket = Bucket::new(events_per_second, now);
    }
    bucket
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use protocol::id::ProjectId;
    use storage::send_limits::SendLimit;

    use super::*;

    fn grant(key_id: i32, of_key: Option<u32>, of_project: Option<u32>) -> Grant {
        let limit = |events_per_second| SendLimit { events_per_second, events_per_month: None };
        Grant {
            key_id,
            project_id: ProjectId(1),
            scopes: Vec::new(),
            dedupe: false,
            keep_segments_days: 400,
            key_limit: limit(of_key),
            project_limit: limit(of_project),
            route_rules: Arc::default(),
        }
    }

    #[test]
    fn a_key_and_its_project_are_both_asked() {
        let (rates, now) = (Rates::default(), Instant::now());
        let (narrow, wide) = (grant(1, Some(10), Some(100)), grant(2, None, Some(100)));
        rates.take(&narrow, 60, now).expect("a full bucket");
        let refused = rates.check(&narrow, now).expect_err("the key has sent too much");
        assert_eq!((refused.owner, refused.events_per_second), (Owner::Key(1), 10));
        assert_eq!(rates.left(&narrow, now).map(|left| left.now), Some(0));
        // What the narrow key sent counts for the project; what it was refused does not.
        assert!(rates.take(&narrow, 1_000, now).is_err());
        assert_eq!(rates.left(&wide, now).map(|left| left.now), Some(440));
        rates.take(&wide, 440, now).expect("something is left");
        assert_eq!(rates.check(&wide, now).map_err(|refused| refused.owner), Err(Owner::Project(ProjectId(1))));
    }

    #[test]
    fn a_project_that_refuses_costs_its_key_nothing() {
        let (rates, now) = (Rates::default(), Instant::now());
        let key = grant(1, Some(10), Some(1));
        rates.take(&key, 5, now).expect("full buckets");
        assert!(rates.take(&key, 5, now).is_err());
        assert_eq!(rates.lock().get_mut(&Owner::Key(1)).map(|bucket| bucket.left(now).now), Some(45));
        rates.give_back(&key, 5);
        assert_eq!(rates.check(&key, now), Ok(()));
    }

    #[test]
    fn without_a_rate_nothing_is_remembered() {
        let (rates, now) = (Rates::default(), Instant::now());
        let key = grant(1, None, None);
        assert_eq!(rates.take(&key, u64::from(u32::MAX), now), Ok(()));
        assert_eq!((rates.left(&key, now), rates.lock().len()), (None, 0));
    }

    #[test]
    fn a_changed_rate_counts_at_once_and_full_buckets_are_forgotten() {
        let (rates, now) = (Rates::default(), Instant::now());
        rates.take(&grant(1, Some(1), None), 50, now).expect("a full bucket");
        assert!(rates.check(&grant(1, Some(1), None), now).is_err());
        assert!(rates.check(&grant(1, Some(2), None), now).is_ok());
        rates.take(&grant(1, Some(2), None), 50, now).expect("a full bucket");
        (2..=BUCKETS_MAX as i32 + 1).for_each(|key| assert!(rates.check(&grant(key, Some(1), None), now).is_ok()));
        assert!(rates.lock().len() <= BUCKETS_MAX);
        assert!(rates.check(&grant(1, Some(2), None), now).is_err());
    }
}
