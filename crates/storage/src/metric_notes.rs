//! What people say of metrics.

use chrono::{DateTime, Utc};
use protocol::explorer::{MetricKey, MetricNote, Threshold};
use protocol::id::ProjectId;
use sqlx::types::Json;

use crate::{Db, Result};

/// What is said of a metric; `None` where nobody said anything.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, metric: &MetricKey) -> Result<Option<MetricNote>> {
    let found = sqlx::query!(
        r#"select description, owner, thresholds as "thresholds: Json<Vec<Threshold>>" from metric_note
           where project_id = $1 and name = $2 and kind = $3 and unit = $4"#,
        project.0,
        metric.name,
        metric.kind.code(),
        metric.unit
    );
    let found = found.fetch_optional(&db.pool).await?;
    Ok(found.map(|row| MetricNote { description: row.description, owner: row.owner, thresholds: row.thresholds.0 }))
}

/// Says something of a metric, in place of what was said.
///
/// # Errors
/// When the database refuses.
pub async fn save(db: &Db, project: ProjectId, metric: &MetricKey, note: &MetricNote, by: &str, at: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into metric_note (project_id, name, kind, unit, description, owner, thresholds, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (project_id, name, kind, unit) do update set description = excluded.description, owner = excluded.owner,
             thresholds = excluded.thresholds, made_by = excluded.made_by, made_at = excluded.made_at",
        project.0,
        metric.name,
        metric.kind.code(),
        metric.unit,
        note.description,
        note.owner,
        Json(&note.thresholds) as _,
        by,
        at
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}
