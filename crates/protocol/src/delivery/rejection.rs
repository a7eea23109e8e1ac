//! Refused items and requests, as they are shown.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::outcome::Signal;
use crate::problem::ProblemCode;
use crate::verdict::ItemCode;

/// A refused item, or a request that was refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rejection {
    /// Sorts by time.
    pub id: Uuid,
    /// When it was refused.
    pub at: DateTime<Utc>,
    /// Of which signal; `None` where the request was refused before that was known.
    pub signal: Option<Signal>,
    /// Position in the batch; `None` for a whole request.
    pub index: Option<u32>,
    /// Why, for programs: a verdict's code for an item, a problem's for a request.
    pub code: String,
    /// Why, for people, with what was found.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// The item's own id, as sent.
    pub item_id: Option<String>,
    /// The item's name.
    pub name: Option<String>,
    /// `name/version` of the SDK, or empty.
    pub sdk: String,
    /// How the item begins; values of keys that name secrets are masked.
    pub excerpt: String,
    /// The batch, where it got as far as having an id in the ledger.
    pub batch_id: Option<Uuid>,
    /// Finds a refused request in the server's log.
    pub correlation_id: Option<String>,
}

impl Rejection {
    /// The page of the documentation that says more: `/docs/verdicts#too_old`.
    pub fn docs(&self) -> String {
        format!("/docs/{}#{}", if self.index.is_some() { "verdicts" } else { "problems" }, self.code)
    }
}

/// What to do about an item's or a request's code; empty for a word that is neither.
pub fn hint(code: &str) -> &'static str {
    let of_item = ItemCode::ALL.into_iter().find(|known| known.word() == code).map(ItemCode::hint);
    of_item.or_else(|| ProblemCode::ALL.into_iter().find(|known| known.word() == code).map(ProblemCode::hint)).unwrap_or_default()
}
