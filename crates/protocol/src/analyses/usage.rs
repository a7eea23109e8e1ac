use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Scope;
use crate::receipt::Receipt;

/// Which features are used, which variants are shown, and what is searched for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsageQuery {
    /// Which events.
    pub scope: Scope,
    /// Rows of each list.
    pub top: usize,
}

impl UsageQuery {
    /// Rows of each list, at most.
    pub const TOP_MAX: usize = 200;
    /// The prop by which an event of any name says which feature it used, such as `feature.toggled` or `feature_used`.
    pub const FEATURE: &'static str = "feature";
    /// The props of `$exposure`.
    pub const EXPOSURE: [&'static str; 2] = ["experiment", "variant"];
    /// The names of the events that are a search. The last one has found nothing, whatever its props say.
    pub const SEARCHES: [&'static str; 5] = ["search", "search.performed", "search_performed", "$search", Self::FRUITLESS];
    /// A search that found nothing.
    pub const FRUITLESS: &'static str = "search.zero_results";
    /// The prop that says what was searched for.
    pub const SEARCHED: &'static str = "query";
    /// The props that say how much was found, in the order in which they are looked for.
    pub const FOUND: [&'static str; 3] = ["results_count", "results", "hits"];
}

impl Default for UsageQuery {
    fn default() -> Self {
        Self { scope: Scope::default(), top: 10 }
    }
}

/// One feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeatureRow {
    /// Its name: the value of the prop `feature`.
    pub feature: String,
    /// Events with it, weighted by sample rate.
    pub uses: f64,
    /// Distinct persons who used it.
    pub people: u64,
    /// When it was last used.
    pub last: DateTime<Utc>,
}

/// One variant of an experiment or a flag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExposureRow {
    /// The experiment; null where the event names none.
    pub experiment: Option<String>,
    /// The variant that was shown; null where the event names none.
    pub variant: Option<String>,
    /// Times that it was shown, weighted by sample rate.
    pub exposures: f64,
    /// Distinct persons who saw it.
    pub people: u64,
    /// When it was last shown.
    pub last: DateTime<Utc>,
}

/// What was searched for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchRow {
    /// The words; null where the event has none.
    pub query: Option<String>,
    /// Searches, weighted by sample rate.
    pub searches: f64,
    /// Of those, the ones that found nothing.
    pub fruitless: f64,
    /// Distinct persons who searched for it and found nothing.
    pub people: u64,
}

/// The answer to [`UsageQuery`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageAnswer {
    /// Distinct persons with any event of the scope: who could have used a feature.
    pub people: u64,
    /// The features with the most people first.
    pub features: Vec<FeatureRow>,
    /// By experiment, the variant with the most people first.
    pub exposures: Vec<ExposureRow>,
    /// What was searched for in vain, the most often first.
    pub fruitless: Vec<SearchRow>,
    /// All searches, weighted by sample rate.
    pub searches: f64,
    /// All searches that found nothing.
    pub fruitless_total: f64,
    /// What these figures say about themselves.
    pub receipt: Receipt,
}

impl UsageAnswer {
    /// Part of the people who used a feature; `None` without anybody.
    pub fn adoption(&self, row: &FeatureRow) -> Option<f64> {
        (self.people > 0).then(|| row.people as f64 / self.people as f64)
    }
}
