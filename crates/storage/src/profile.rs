//! What raw rows say of one person.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::identity::IdentityKind;
use protocol::profile::Failed;
use protocol::users::LastSeen;
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::timeline::Whose;
use crate::{Db, Result, received};

/// A quarter of an hour of somebody's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuarterActivity {
    /// Its start.
    pub quarter: DateTime<Utc>,
    /// Sum of the events' weights.
    pub events: f64,
    /// Events.
    pub rows: i64,
}

/// The person's events of a range by quarters, oldest first, bots left out; at most so many: the newest.
///
/// # Errors
/// When the database refuses.
pub async fn activity(
    db: &Db,
    project: ProjectId,
    whose: Whose<'_>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<QuarterActivity>> {
    let (received_from, received_until) = received::range(from, until);
    Ok(sqlx::query_file_as!(
        QuarterActivity,
        "sql/profile/activity.sql",
        project.0,
        whose.kinds,
        whose.ids,
        from,
        until,
        received_from,
        received_until,
        limit
    )
    .fetch_all(&db.pool)
    .await?)
}

/// The person's newest event that is kept.
///
/// # Errors
/// When the database refuses.
pub async fn last_event(db: &Db, project: ProjectId, whose: Whose<'_>) -> Result<Option<(DateTime<Utc>, LastSeen)>> {
    let row = sqlx::query_file!("sql/profile/last_event.sql", project.0, whose.kinds, whose.ids).fetch_optional(&db.pool).await?;
    Ok(row.map(|row| (row.ts, LastSeen { route: row.route, country: row.country, os: row.os, browser: row.browser, release: row.release })))
}

/// What was said of a user at some time.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0031_identity.sql")]
pub struct Said {
    pub ts: DateTime<Utc>,
    pub user_id: String,
    pub kind: IdentityKind,
    pub traits: Map<String, Value>,
}

/// What was said of these users, the newest first, at most so many times.
///
/// # Errors
/// When the database refuses.
pub async fn said(db: &Db, project: ProjectId, users: &[String], limit: i64) -> Result<Vec<Said>> {
    let rows = sqlx::query_file!("sql/profile/said.sql", project.0, users, limit).fetch_all(&db.pool).await?;
    let said = rows.into_iter().filter_map(|row| {
        let Json(traits) = row.traits;
        Some(Said { ts: row.ts, user_id: row.user_id, kind: IdentityKind::from_code(row.kind)?, traits })
    });
    Ok(said.collect())
}

/// What went wrong for the person in a range of so many days; of each id at most so many error reports and spans are looked at.
///
/// # Errors
/// When the database refuses.
pub async fn failed(
    db: &Db,
    project: ProjectId,
    whose: Whose<'_>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Failed> {
    let (received_from, received_until) = received::range(from, until);
    let errors =
        sqlx::query_file!("sql/profile/errors.sql", project.0, whose.kinds, whose.ids, from, until, received_from, received_until, limit);
    let spans =
        sqlx::query_file!("sql/profile/failed_spans.sql", project.0, whose.users, from, until, received_from, received_until, limit);
    let (errors, spans) = tokio::try_join!(errors.fetch_one(&db.pool), spans.fetch_one(&db.pool))?;
    // The later one of both; nothing is earlier than anything.
    let (latest_at, latest) =
        if errors.latest_at >= spans.latest_at { (errors.latest_at, errors.latest) } else { (spans.latest_at, spans.latest) };
    let at_least = errors.errors >= limit || spans.rows >= limit;
    let days = u32::try_from((until - from).num_days()).unwrap_or_default();
    Ok(Failed { errors: errors.errors.unsigned_abs(), spans: spans.spans.unsigned_abs(), at_least, days, latest, latest_at })
}
