//! Annotations: what people note beside their figures, such as a mailing or an outage.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 200;
/// Annotations of one project.
pub const ANNOTATIONS_MAX: i64 = 1_000;

/// A note of what happened at some time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Annotation {
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What it was.
    pub text: String,
    /// Who noted it: `account 3`, `key 7` or `command line`.
    pub made_by: String,
    /// When it was noted.
    pub made_at: DateTime<Utc>,
}
