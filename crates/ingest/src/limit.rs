//! How much a key and its project may send: rates by the second, quotas by the month. Both count items, not requests.
//!
//! A request is checked before its body is read, when nobody knows yet how many items it holds, and charged after it has
//! been decoded. A rate may so be exceeded by one batch, which the bucket then owes.

pub(crate) mod bucket;
pub(crate) mod headers;
mod quotas;
mod rates;

use std::time::Instant;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use storage::Db;
use storage::api_keys::Grant;

use crate::rejection::Rejection;
use bucket::Left;
use quotas::Quotas;
use rates::{Rates, TooFast};

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Key(i32),
    Project(ProjectId),
}

impl Owner {
    fn word(self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::Project(_) => "project",
        }
    }
}

/// What every key and project has sent.
#[derive(Default)]
pub(crate) struct Limits {
    rates: Rates,
    quotas: Quotas,
}

impl Limits {
    /// Whether a request of this key is read at all: not while it owes events.
    pub(crate) fn check_rate(&self, grant: &Grant, now: Instant) -> Result<(), Rejection> {
        self.rates.check(grant, now).map_err(too_fast)
    }

    /// Whether a request of this key is read at all: not when the month is used up.
    pub(crate) async fn check_quota(&self, db: &Db, grant: &Grant, time: DateTime<Utc>, now: Instant) -> Result<(), Rejection> {
        match self.quotas.check(db, grant, time, now).await {
            None => Ok(()),
            Some(up) => {
                Err(Rejection::QuotaExceeded { whose: up.owner.word(), events_per_month: up.events_per_month, retry_after: up.wait })
            }
        }
    }

    /// Charges a decoded batch.
    pub(crate) fn charge(&self, grant: &Grant, items: usize, now: Instant) -> Result<(), Rejection> {
        self.rates.take(grant, items as u64, now).map_err(too_fast)
    }

    /// The batch was refused for a reason that its sender is not to blame for.
    pub(crate) fn give_back(&self, grant: &Grant, items: usize) {
        self.rates.give_back(grant, items as u64);
    }

    /// Items that were stored use up the month.
    pub(crate) fn stored(&self, grant: &Grant, items: u64) {
        self.quotas.add(grant, items);
    }

    /// What is left of the rate; `None` when neither the key nor its project has one.
    pub(crate) fn left(&self, grant: &Grant, now: Instant) -> Option<Left> {
        self.rates.left(grant, now)
    }
}

fn too_fast(refused: TooFast) -> Rejection {
    Rejection::TooFast { whose: refused.owner.word(), events_per_second: refused.events_per_second, retry_after: refused.wait }
}
