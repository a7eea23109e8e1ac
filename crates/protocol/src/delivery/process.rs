//! Ingest processes, as they describe themselves.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One ingest process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Process {
    /// Made when it started.
    pub id: Uuid,
    /// When it started.
    pub started: DateTime<Utc>,
    /// When it last renewed its row.
    pub seen: DateTime<Utc>,
    /// It was not seen for 30 seconds: it ended, or cannot reach the database.
    pub gone: bool,
    /// What it said then.
    pub state: ProcessState,
}

/// What an ingest process says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ProcessState {
    /// Of the program.
    pub version: String,
    /// Items that it stored per second, of all projects, since it last said so.
    pub items_per_second: f64,
    /// Requests that wait for their commit.
    pub queue: QueueState,
    /// Batches on its disk; absent without a spool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spool: Option<SpoolState>,
    /// It knows that the database is away.
    pub database_away: bool,
}

/// The queue before the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct QueueState {
    /// Batches in it.
    pub batches: u64,
    /// Bytes of requests that are being worked on.
    pub bytes: u64,
    /// How long the oldest batch has waited, in milliseconds.
    pub oldest_wait_ms: u64,
}

/// The spool on a process's disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SpoolState {
    /// Batches that were acknowledged and are not in the database yet.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the oldest of them was acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<DateTime<Utc>>,
}
