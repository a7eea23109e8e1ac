//! Wrong passwords, counted per account and sender.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

/// Wrong passwords until the next attempt is refused unseen.
const FAILURES_MAX: u32 = 10;
/// Counted from the first one; after this the count begins anew.
const WINDOW: TimeDelta = TimeDelta::minutes(10);
/// Pairs of account and sender remembered. A flood beyond forgets the pairs that are over, then everything: the hashing
/// itself, two at a time, then bounds how fast anybody guesses.
const PAIRS_MAX: usize = 10_000;

type Pair = ([u8; 32], IpAddr);

/// Who failed how often, since when.
#[derive(Default)]
pub(super) struct Throttle {
    failures: Mutex<HashMap<Pair, (u32, DateTime<Utc>)>>,
}

impl Throttle {
    /// Seconds until this pair may try again; `None` when it may now.
    pub(super) fn wait_seconds(&self, email: &str, peer: IpAddr, now: DateTime<Utc>) -> Option<u32> {
        let (failures, since) = self.lock().get(&pair(email, peer)).copied()?;
        let left = since + WINDOW - now;
        (failures >= FAILURES_MAX && left > TimeDelta::zero()).then(|| u32::try_from(left.num_seconds() + 1).unwrap_or(u32::MAX))
    }

    /// Notes a wrong password.
    pub(super) fn failed(&self, email: &str, peer: IpAddr, now: DateTime<Utc>) {
        let mut failures = self.lock();
        if failures.len() >= PAIRS_MAX {
            failures.retain(|_, (_, since)| *since + WINDOW > now);
            if failures.len() >= PAIRS_MAX {
                failures.clear();
            }
        }
        let entry = failures.entry(pair(email, peer)).or_insert((0, now));
        if entry.1 + WINDOW <= now {
            *entry = (0, now);
        }
        entry.0 = entry.0.saturating_add(1);
    }

    /// Forgets the pair: its password was right.
    pub(super) fn succeeded(&self, email: &str, peer: IpAddr) {
        self.lock().remove(&pair(email, peer));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Pair, (u32, DateTime<Utc>)>> {
        // Nothing panics while it is held.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address as its hash: whatever somebody types here, an entry has one size.
fn pair(email: &str, peer: IpAddr) -> Pair {
    (Sha256::digest(email.as_bytes()).into(), peer)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::BROADCAST);

    #[test]
    fn the_eleventh_attempt_waits_until_ten_minutes_after_the_first() {
        let throttle = Throttle::default();
        let now: DateTime<Utc> = "2026-05-14T12:00:00Z".parse().expect("a time");
        for _ in 0..10 {
            assert_eq!(throttle.wait_seconds("a@example.com", HOME, now), None);
            throttle.failed("a@example.com", HOME, now);
        }
        assert_eq!(throttle.wait_seconds("a@example.com", HOME, now), Some(601));
        assert_eq!(throttle.wait_seconds("a@example.com", AWAY, now), None);
        assert_eq!(throttle.wait_seconds("b@example.com", HOME, now), None);
        assert_eq!(throttle.wait_seconds("a@example.com", HOME, now + WINDOW), None);
    }

    #[test]
    fn a_flood_of_senders_does_not_grow_it() {
        let throttle = Throttle::default();
        let now: DateTime<Utc> = "2026-05-14T12:00:00Z".parse().expect("a time");
        for n in 0..u32::try_from(PAIRS_MAX).expect("small") * 2 {
            throttle.failed("a@example.com", IpAddr::V4(Ipv4Addr::from(n)), now);
        }
        assert!(throttle.lock().len() <= PAIRS_MAX);
    }
}
