//! Keys remembered for a short time, so that a request does not ask the database for its key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::api_keys::{self, Grant, Presented};
use crate::{Db, Result};

/// A revoked key works for at most this long.
const KNOWN_FOR: TimeDelta = TimeDelta::seconds(30);
/// A new key is refused for at most this long after somebody tried it too early.
const UNKNOWN_FOR: TimeDelta = TimeDelta::seconds(3);
/// Keys remembered; a flood of invented ones empties the cache instead of growing it.
const KEYS_MAX: usize = 10_000;

type Entries = HashMap<Presented, (DateTime<Utc>, Option<Arc<Grant>>)>;

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
        if let Some((until, grant)) = self.lock().get(&presented)
            && now < *until
        {
            return Ok(grant.clone());
        }
        let grant = api_keys::find(db, &presented).await?.map(Arc::new);
        let until = now + if grant.is_some() { KNOWN_FOR } else { UNKNOWN_FOR };
        let mut entries = self.lock();
        if entries.len() >= KEYS_MAX {
            entries.clear();
        }
        entries.insert(presented, (until, grant.clone()));
        Ok(grant)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Entries> {
        // Nothing panics while it is held; and a half-made cache would still be only a cache.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
