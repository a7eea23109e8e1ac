//! What people say of metrics.

use chrono::{DateTime, Utc};
use protocol::explorer::{MetricKey, MetricNote};
use protocol::id::ProjectId;

use crate::{Db, Result};

/// What is said of a metric; `None` where nobody said anything.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, metric: &MetricKey) -> Result<Option<MetricNote>> {
    Ok(sqlx::query_as!(
        MetricNote,
        "select description, owner from metric_note where project_id = $1 and name = $2 and kind = $3 and unit = $4",
        project.0,
        metric.name,
        metric.kind.code(),
        metric.unit
    )
    .fetch_optional(&db.pool)
    .await?)
}

/// Says something of a metric, in place of what was said.
///
/// # Errors
/// When the database refuses.
pub async fn save(db: &Db, project: ProjectId, metric: &MetricKey, note: &MetricNote, by: &str, at: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into metric_note (project_id, name, kind, unit, description, owner, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (project_id, name, kind, unit)
         do update set description = excluded.description, owner = excluded.owner, made_by = excluded.made_by, made_at = excluded.made_at",
        project.0,
        metric.name,
        metric.kind.code(),
        metric.unit,
        note.description,
        note.owner,
        by,
        at
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}
