//! Forgetting a person.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Days for which what still comes of an erased id is left out: as long as a batch may be repeated, and a day more.
pub const TOMBSTONE_DAYS: i64 = 8;

/// A person who is or was forgotten. Whose ids these were is not said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Erasure {
    /// Its number.
    pub id: Uuid,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// Who asked.
    pub asked_by: String,
    /// Ids that the person had.
    pub actors: i32,
    /// Rows that were removed, by place.
    pub found: BTreeMap<String, i64>,
    /// What has to happen before it can finish.
    pub waits_for: Option<String>,
    /// When nothing was left; null while it runs.
    pub finished_at: Option<DateTime<Utc>>,
}
