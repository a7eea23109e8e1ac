//! What every batch says about itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

/// The fields that every batch carries beside its items.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Envelope {
    /// Identifies the batch: the same id is stored once. A UUIDv7 made when the batch is sealed, never re-cut.
    #[serde(default, alias = "batchId", skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<Uuid>,
    /// The sender's clock at this attempt; drives the correction of the items' times.
    #[serde(default, alias = "sentAt", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub sent_at: Option<Timestamp>,
    /// Who sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdk: Option<Sdk>,
    /// The installation that sends; `seq` counts within it.
    #[serde(default, alias = "installId", deserialize_with = "crate::text::optional", skip_serializing_if = "Option::is_none")]
    pub install_id: Option<String>,
    /// Items that the SDK was asked to send since this signal's previous sealed batch, lost ones included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<u64>,
    /// Of those, the items that the SDK gave up, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lost: BTreeMap<String, u64>,
}

/// A sending library.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sdk {
    /// Such as `throughline-rust`.
    #[serde(default)]
    pub name: String,
    /// Such as `0.1.0`.
    #[serde(default)]
    pub version: String,
}

impl std::fmt::Display for Sdk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.name, self.version)
    }
}
