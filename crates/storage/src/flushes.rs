//! The rows of one flush, read back by the worker: only the columns that are counted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::identity::IdentityKind;
use protocol::metric::MetricKind;
use sqlx::types::Json;
use uuid::Uuid;

use crate::pending::Pending;
use crate::{Error, Result, Transaction};

/// An event as it is counted, and as its segment keeps it.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0012_event.sql")]
pub struct FlushEvent {
    pub event_id: Uuid,
    pub ts: DateTime<Utc>,
    pub seq: Option<i64>,
    pub actor_kind: i16,
    pub actor: String,
    pub session_id: Option<String>,
    pub install_id: Option<String>,
    pub name: String,
    pub route: Option<String>,
    pub release: Option<String>,
    pub environment: String,
    pub country: Option<String>,
    pub os: Option<String>,
    pub browser: Option<String>,
    pub device: Option<String>,
    pub referrer: Option<String>,
    /// JSON text of an object.
    pub props: String,
    /// JSON text of an object.
    pub context: Option<String>,
    pub trace_id: Option<Uuid>,
    pub is_bot: bool,
    pub bot: Option<String>,
    pub weight: f64,
}

/// Where a flush's rows lie.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FlushRange {
    pub flush_id: Uuid,
    pub received_from: DateTime<Utc>,
    pub received_until: DateTime<Utc>,
}

impl From<&Pending> for FlushRange {
    fn from(flush: &Pending) -> Self {
        Self { flush_id: flush.flush_id, received_from: flush.received_from, received_until: flush.received_until }
    }
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

/// A span as it is timed.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0024_span.sql")]
pub struct FlushSpan {
    pub ts: DateTime<Utc>,
    pub duration_ms: f64,
    pub name: String,
    pub op: Option<String>,
    pub service: Option<String>,
    pub status: i16,
    /// The page or the endpoint that it says it belongs to.
    pub route: Option<String>,
    pub environment: String,
    pub release: Option<String>,
}

/// An identity that says that two ids are one person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0031_identity.sql")]
pub struct FlushLink {
    pub received_at: DateTime<Utc>,
    pub ts: DateTime<Utc>,
    pub kind: i16,
    pub user_id: String,
    pub anonymous_id: String,
}

/// The flush's identities that have both ids and are no reset, found as its events are.
///
/// # Errors
/// When the database refuses.
pub async fn links(tx: &mut Transaction, project: ProjectId, flush: &Pending) -> Result<Vec<FlushLink>> {
    Ok(sqlx::query_as!(
        FlushLink,
        r#"select received_at, ts, kind, user_id as "user_id!", anonymous_id as "anonymous_id!" from identity
           where project_id = $1 and received_at between $2 and $3 and flush_id = $4
             and kind <> $5 and user_id is not null and anonymous_id is not null"#,
        project.0,
        flush.received_from,
        flush.received_until,
        flush.flush_id,
        IdentityKind::Reset.code()
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The flush's events. The range of `received_at` names the partitions, so that the others are not touched.
///
/// # Errors
/// When the database refuses.
pub async fn events(tx: &mut Transaction, project: ProjectId, flush: FlushRange) -> Result<Vec<FlushEvent>> {
    Ok(sqlx::query_file_as!(FlushEvent, "sql/flushes/events.sql", project.0, flush.received_from, flush.received_until, flush.flush_id)
        .fetch_all(&mut **tx)
        .await?)
}

/// The flush's spans, found as its events are.
///
/// # Errors
/// When the database refuses.
pub async fn spans(tx: &mut Transaction, project: ProjectId, flush: &Pending) -> Result<Vec<FlushSpan>> {
    Ok(sqlx::query_as!(
        FlushSpan,
        r#"select ts, duration_ms, name, op, service, status, attributes ->> 'route' as route,
                  environment, release
           from span where project_id = $1 and received_at between $2 and $3 and flush_id = $4"#,
        project.0,
        flush.received_from,
        flush.received_until,
        flush.flush_id
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// An error report as its issue counts it.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0026_error_report.sql")]
pub struct FlushError {
    pub issue_id: i64,
    pub ts: DateTime<Utc>,
    pub level: i16,
    pub kind: Option<String>,
    pub message: String,
    pub culprit: Option<String>,
    pub actor_kind: i16,
    pub actor: String,
    pub release: Option<String>,
    pub environment: String,
    pub weight: f64,
}

/// The flush's error reports that have an issue, found as its events are.
///
/// # Errors
/// When the database refuses.
pub async fn errors(tx: &mut Transaction, project: ProjectId, flush: &Pending) -> Result<Vec<FlushError>> {
    Ok(sqlx::query_as!(
        FlushError,
        r#"select issue_id as "issue_id!", ts, level, type as kind, message, culprit, actor_kind, actor, release, environment, weight
           from error_report where project_id = $1 and received_at between $2 and $3 and flush_id = $4 and issue_id is not null"#,
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
