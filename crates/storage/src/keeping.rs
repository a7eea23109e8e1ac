//! How long data is kept: each project's wishes, and what the worker's job made of them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use protocol::id::ProjectId;
use protocol::keeping::{DataType, KeepDays};

use crate::{Db, Result, Transaction};

/// A change of a project's days; `None` keeps what it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "see protocol::keeping::KeepDays")]
pub struct Change {
    pub raw: Option<i32>,
    pub traces: Option<i32>,
    pub segments: Option<i32>,
}

/// What no longer takes room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Freed {
    pub rows: i64,
    pub bytes: i64,
}

impl std::ops::AddAssign for Freed {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
}

/// What is known of a project's data of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0071_keeping.sql")]
pub struct Kept {
    pub oldest_day: Option<NaiveDate>,
    pub held_day: Option<NaiveDate>,
    pub freed_rows: i64,
    pub freed_bytes: i64,
    pub freed_at: Option<DateTime<Utc>>,
    pub ran_at: Option<DateTime<Utc>>,
}

fn days(raw: i32, traces: i32, segments: i32) -> KeepDays {
    KeepDays { raw: raw.unsigned_abs(), traces: traces.unsigned_abs(), segments: segments.unsigned_abs() }
}

/// Every project's days.
///
/// # Errors
/// When the database refuses.
pub async fn of_projects(db: &Db) -> Result<BTreeMap<ProjectId, KeepDays>> {
    let rows = sqlx::query!("select id, keep_raw_days, keep_traces_days, keep_segments_days from project").fetch_all(&db.pool).await?;
    Ok(rows.into_iter().map(|row| (ProjectId(row.id), days(row.keep_raw_days, row.keep_traces_days, row.keep_segments_days))).collect())
}

/// Changes a project's days, which must be within [`protocol::keeping::KEEP_DAYS`].
///
/// # Errors
/// When the database refuses.
pub async fn set(db: &Db, project: ProjectId, change: Change) -> Result<()> {
    sqlx::query!(
        "update project set keep_raw_days = coalesce($2, keep_raw_days), keep_traces_days = coalesce($3, keep_traces_days),
             keep_segments_days = coalesce($4, keep_segments_days) where id = $1",
        project.0,
        change.raw,
        change.traces,
        change.segments
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// A project whose flush still needs raw rows of a time, `until` exclusive; `None` when nobody does.
///
/// # Errors
/// When the database refuses.
pub async fn holder(tx: &mut Transaction, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Option<ProjectId>> {
    let id = sqlx::query_file_scalar!("sql/keeping/holder.sql", from, until).fetch_optional(&mut **tx).await?;
    Ok(id.map(ProjectId))
}

/// Adds what was freed, in the transaction that frees it.
///
/// # Errors
/// When the database refuses.
pub async fn freed(tx: &mut Transaction, project: ProjectId, data_type: DataType, freed: Freed, now: DateTime<Utc>) -> Result<()> {
    sqlx::query_file!("sql/keeping/freed.sql", project.0, data_type.word(), freed.rows, freed.bytes, now).execute(&mut **tx).await?;
    Ok(())
}

/// Notes what a run found: the oldest day that is there, and the oldest one that is over and had to stay.
///
/// # Errors
/// When the database refuses.
pub async fn ran(
    db: &Db,
    project: ProjectId,
    data_type: DataType,
    [oldest_day, held_day]: [Option<NaiveDate>; 2],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query_file!("sql/keeping/ran.sql", project.0, data_type.word(), oldest_day, held_day, now).execute(&db.pool).await?;
    Ok(())
}

/// What the job made of a project's data, by the words of [`DataType`].
///
/// # Errors
/// When the database refuses.
pub async fn of_project(db: &Db, project: ProjectId) -> Result<BTreeMap<String, Kept>> {
    let rows = sqlx::query!(
        "select data_type, oldest_day, held_day, freed_rows, freed_bytes, freed_at, ran_at from keeping where project_id = $1",
        project.0
    )
    .fetch_all(&db.pool)
    .await?;
    let kept = rows.into_iter().map(|row| {
        let kept = Kept {
            oldest_day: row.oldest_day,
            held_day: row.held_day,
            freed_rows: row.freed_rows,
            freed_bytes: row.freed_bytes,
            freed_at: row.freed_at,
            ran_at: Some(row.ran_at),
        };
        (row.data_type, kept)
    });
    Ok(kept.collect())
}
