//! Keys remembered for a short time, so that a request does not ask the database for its key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::api_keys::{self, Grant, Presented};
use crate::{Db, Error, Result};

/// A revoked key works for at most this long, while the database answers.
const KNOWN_FOR: TimeDelta = TimeDelta::seconds(30);
/// A new key is refused for at most this long after somebody tried it too early.
const UNKNOWN_FOR: TimeDelta = TimeDelta::seconds(3);
/// While the database is away, a key that was known goes on working for this long: else nothing could be acknowledged.
const KNOWN_WHILE_AWAY_FOR: TimeDelta = TimeDelta::hours(24);
/// Nobody waits longer than this for a look-up: a database that hangs gives no error of its own.
const LOOK_UP_WITHIN: Duration = Duration::from_millis(800);
/// Keys remembered; a flood of invented ones empties the cache instead of growing it.
const KEYS_MAX: usize = 10_000;

/// Until when what is believed.
type Entry = (DateTime<Utc>, Option<Arc<Grant>>);
type Entries = HashMap<Presented, Entry>;

/// What presented keys may do, as the database said a moment ago.
#[derive(Debug, Default)]
pub struct KeyCache {
    entries: Mutex<Entries>,
}

impl KeyCache {
    /// What `presented` may do; `None` when it is unknown or revoked.
    ///
    /// # Errors
    /// When it is not remembered and the database does not answer.
    pub async fn grant(&self, db: &Db, presented: Presented, now: DateTime<Utc>) -> Result<Option<Arc<Grant>>> {
        match self.remembered(&presented, now) {
            Some(known) => Ok(known),
            None => self.look_up(db, presented, now).await,
        }
    }

    /// The same for a sender of signals, who may be acknowledged without the database: while it is away, keys go on working
    /// that were known before. An unknown key may have been made since, so that it is not called unknown. Nobody is asked when
    /// the database `is_away`.
    ///
    /// # Errors
    /// When it is not remembered and the database does not answer.
    pub async fn grant_to_send(&self, db: &Db, presented: Presented, now: DateTime<Utc>, is_away: bool) -> Result<Option<Arc<Grant>>> {
        let remembered = self.entry(&presented);
        let found = match &remembered {
            Some((until, grant)) if now < *until => return Ok(grant.clone()),
            _ if is_away => Err(Error::away()),
            _ => self.look_up(db, presented, now).await,
        };
        match (found, remembered) {
            (Err(error), Some((until, Some(grant)))) if error.is_away() && now < until + KNOWN_WHILE_AWAY_FOR => Ok(Some(grant)),
            (found, _) => found,
        }
    }

    async fn look_up(&self, db: &Db, presented: Presented, now: DateTime<Utc>) -> Result<Option<Arc<Grant>>> {
        let found = tokio::time::timeout(LOOK_UP_WITHIN, api_keys::find(db, &presented)).await;
        Ok(self.remember(presented, found.unwrap_or_else(|_| Err(Error::away()))?.map(Arc::new), now))
    }

    fn entry(&self, presented: &Presented) -> Option<Entry> {
        self.lock().get(presented).cloned()
    }

    fn remember(&self, presented: Presented, grant: Option<Arc<Grant>>, now: DateTime<Utc>) -> Option<Arc<Grant>> {
        let until = now + if grant.is_some() { KNOWN_FOR } else { UNKNOWN_FOR };
        let mut entries = self.lock();
        if entries.len() >= KEYS_MAX {
            entries.retain(|_, (_, grant)| grant.is_some());
        }
        if entries.len() >= KEYS_MAX {
            entries.clear();
        }
        entries.insert(presented, (until, grant.clone()));
        grant
    }

    /// What is remembered of `presented`, without asking the database; `None` when nothing is.
    pub fn remembered(&self, presented: &Presented, now: DateTime<Utc>) -> Option<Option<Arc<Grant>>> {
        self.entry(presented).filter(|(until, _)| now < *until).map(|(_, grant)| grant)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Entries> {
        // Nothing panics while it is held; and a half-made cache would still be only a cache.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
