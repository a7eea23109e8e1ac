use serde::{Deserialize, Serialize};

use super::{Scope, TimeBucket};
use crate::range::Step;
use crate::receipt::Receipt;

/// Who is new, who returns, who came back from further away, and who did not come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LifecycleQuery {
    /// Which events make somebody active.
    pub scope: Scope,
    /// The width of a period: a day, a week or a month of the project's zone.
    pub step: Step,
}

impl Default for LifecycleQuery {
    fn default() -> Self {
        Self { scope: Scope::default(), step: Step::Day1 }
    }
}

/// One period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifecycleBucket {
    /// When.
    pub period: TimeBucket,
    /// Active for the first time, as far back as events are kept.
    pub new: u64,
    /// Active in the period before too.
    pub returning: u64,
    /// Active before, but not in the period before.
    pub resurrected: u64,
    /// Active in the period before, and not in this one.
    pub dormant: u64,
}

/// The answer to [`LifecycleQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names say it")]
pub struct LifecycleAnswer {
    pub buckets: Vec<LifecycleBucket>,
    pub receipt: Receipt,
}
