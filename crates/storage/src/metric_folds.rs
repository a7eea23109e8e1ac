//! How far a project's hours of metrics have been folded into days. Only the holder of the project's [`crate::work`] row
//! writes here.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;

use crate::{Db, Result, Transaction};

/// Rows that one removal takes.
const REMOVED_AT_ONCE: i64 = 20_000;

/// The days that are there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0161_metric_fold.sql")]
pub struct Fold {
    pub zone: String,
    pub zone_rules: String,
    pub folded_until: Option<DateTime<Utc>>,
    pub next_series: i32,
}

/// `None` while nothing was ever folded.
///
/// # Errors
/// When the database refuses.
pub async fn read(db: &Db, project: ProjectId) -> Result<Option<Fold>> {
    Ok(sqlx::query_as!(Fold, "select zone, zone_rules, folded_until, next_series from metric_fold where project_id = $1", project.0)
        .fetch_optional(&db.pool)
        .await?)
}

/// The same, for who holds the project.
///
/// # Errors
/// When the database refuses.
pub async fn held(tx: &mut Transaction, project: ProjectId) -> Result<Option<Fold>> {
    Ok(sqlx::query_as!(Fold, "select zone, zone_rules, folded_until, next_series from metric_fold where project_id = $1", project.0)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Writes down how far folding is.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut Transaction, project: ProjectId, fold: &Fold) -> Result<()> {
    sqlx::query!(
        "insert into metric_fold (project_id, zone, zone_rules, folded_until, next_series) values ($1, $2, $3, $4, $5)
         on conflict (project_id) do update set zone = excluded.zone, zone_rules = excluded.zone_rules,
             folded_until = excluded.folded_until, next_series = excluded.next_series",
        project.0,
        fold.zone,
        fold.zone_rules,
        fold.folded_until,
        fold.next_series
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes some days of a clock that the project no longer has; 0 once there are none.
///
/// # Errors
/// When the database refuses.
pub async fn remove_some(tx: &mut Transaction, project: ProjectId) -> Result<u64> {
    let removed = sqlx::query!(
        "delete from metric_day where project_id = $1 and (series_id, bucket) in
             (select series_id, bucket from metric_day where project_id = $1 order by series_id, bucket limit $2)",
        project.0,
        REMOVED_AT_ONCE
    );
    Ok(removed.execute(&mut **tx).await?.rows_affected())
}
