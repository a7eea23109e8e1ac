//! What projects and keys may send.

use protocol::id::ProjectId;

use crate::{Db, Result};

/// A limit of a project or a key. `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendLimit {
    /// Items per second in the long run, per ingest process.
    pub events_per_second: Option<u32>,
    /// Items per calendar month, UTC.
    pub events_per_month: Option<u64>,
}

/// A change of one part of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// As it is.
    #[default]
    Keep,
    /// No limit from now on.
    Unlimited,
    /// At most so many.
    To(i64),
}

impl Change {
    /// Whether to write, and what.
    fn parts(self) -> (bool, Option<i64>) {
        match self {
            Self::Keep => (false, None),
            Self::Unlimited => (true, None),
            Self::To(n) => (true, Some(n)),
        }
    }
}

impl SendLimit {
    /// From the columns, which hold nothing negative.
    pub(crate) fn of_columns(events_per_second: Option<i32>, events_per_month: Option<i64>) -> Self {
        Self {
            events_per_second: events_per_second.and_then(|n| u32::try_from(n).ok()),
            events_per_month: events_per_month.and_then(|n| u64::try_from(n).ok()),
        }
    }
}

fn per_second(n: Option<i64>) -> Option<i32> {
    n.map(|n| i32::try_from(n).unwrap_or(i32::MAX))
}

/// Changes what a project may send.
///
/// # Errors
/// When the database refuses.
pub async fn set_of_project(db: &Db, project: ProjectId, second: Change, month: Change) -> Result<()> {
    let ((set_second, second), (set_month, month)) = (second.parts(), month.parts());
    sqlx::query!(
        "update project set events_per_second = case when $2 then $3 else events_per_second end,
             events_per_month = case when $4 then $5 else events_per_month end where id = $1",
        project.0,
        set_second,
        per_second(second),
        set_month,
        month
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Changes what a key may send. `false` when the project has no such live key.
///
/// # Errors
/// When the database refuses.
pub async fn set_of_key(db: &Db, project: ProjectId, key: i32, second: Change, month: Change) -> Result<bool> {
    let ((set_second, second), (set_month, month)) = (second.parts(), month.parts());
    let done = sqlx::query!(
        "update api_key set events_per_second = case when $3 then $4 else events_per_second end,
             events_per_month = case when $5 then $6 else events_per_month end
         where project_id = $1 and id = $2 and revoked_at is null",
        project.0,
        key,
        set_second,
        per_second(second),
        set_month,
        month
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What every project may send, oldest project first.
///
/// # Errors
/// When the database refuses.
pub async fn of_projects(db: &Db) -> Result<Vec<(ProjectId, SendLimit)>> {
    let rows = sqlx::query!("select id, events_per_second, events_per_month from project order by id").fetch_all(&db.pool).await?;
    Ok(rows.into_iter().map(|row| (ProjectId(row.id), SendLimit::of_columns(row.events_per_second, row.events_per_month))).collect())
}
