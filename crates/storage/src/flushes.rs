//! The rows of one flush, read back by the worker: only the columns that are counted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::metric::MetricKind;
use sqlx::types::Json;

use crate::pending::Pending;
use crate::{Error, Result, Transaction};

/// An event as it is counted.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0012_event.sql")]
pub struct FlushEvent {
    pub ts: DateTime<Utc>,
    pub actor_kind: i16,
    pub actor: String,
    pub name: String,
    pub route: Option<String>,
    pub environment: String,
    pub is_bot: bool,
    pub weight: f64,
}

/// A metric point as it is counted.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0016_metric_point.sql")]
pub struct FlushPoint {
    pub ts: DateTime<Utc>,
    pub name: String,
    pub kind: MetricKind,
    pub unit: String,
    pub value: f64,
    pub set_hash: Option<i64>,
    pub tags: BTreeMap<String, String>,
    pub environment: String,
}

/// The flush's events. The range of `received_at` names the partitions, so that the others are not touched.
///
/// # Errors
/// When the database refuses.
pub async fn events(tx: &mut Transaction, project: ProjectId, flush: &Pending) -> Result<Vec<FlushEvent>> {
    Ok(sqlx::query_as!(
        FlushEvent,
        "select ts, actor_kind, actor, name, route, environment, is_bot, weight from event
         where project_id = $1 and received_at between $2 and $3 and flush_id = $4",
        project.0,
        flush.received_from,
        flush.received_until,
        flush.flush_id
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The flush's metric points, found as its events are.
///
/// # Errors
/// When the database refuses, or a stored kind is unknown.
pub async fn points(tx: &mut Transaction, project: ProjectId, flush: &Pending) -> Result<Vec<FlushPoint>> {
    let rows = sqlx::query!(
        r#"select ts, name, kind, unit, value, set_hash, tags as "tags: Json<BTreeMap<String, String>>", environment from metric_point
         where project_id = $1 and received_at between $2 and $3 and flush_id = $4"#,
        project.0,
        flush.received_from,
        flush.received_until,
        flush.flush_id
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = MetricKind::from_code(row.kind)
                .ok_or_else(|| Error::Failed(sqlx::Error::Decode(format!("unknown kind of metric: {}", row.kind).into())))?;
            Ok(FlushPoint {
                ts: row.ts,
                name: row.name,
                kind,
                unit: row.unit,
                value: row.value,
                set_hash: row.set_hash,
                tags: row.tags.0,
                environment: row.environment,
            })
        })
        .collect()
}
