//! A person's raw rows, removed one by one: the exception to the rule that raw rows go by day.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use uuid::Uuid;

use crate::{Result, Transaction};

/// Whose rows.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'w> {
    /// Ids of signed-in users.
    pub users: &'w [String],
    /// Anonymous ids.
    pub anonymous: &'w [String],
    /// Sessions, for rows that name nobody.
    pub sessions: &'w [String],
}

/// Where they are looked for, by their receipt, both included.
#[derive(Clone, Copy, Debug)]
pub struct Where {
    /// From.
    pub from: DateTime<Utc>,
    /// To.
    pub until: DateTime<Utc>,
    /// Only in this flush; without it, in all that are counted.
    pub flush: Option<Uuid>,
}

/// Rows that were removed, by table.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Removed {
    pub events: u64,
    pub points: u64,
    pub spans: u64,
    pub logs: u64,
    /// One by one: what their issues counted of them goes as well.
    pub errors: Vec<RemovedError>,
    pub identities: u64,
}

/// An error report that was removed.
#[derive(Clone, Debug, PartialEq)]
pub struct RemovedError {
    /// The issue that counted it; `None` for one of an older version.
    pub issue_id: Option<i64>,
    /// Its time.
    pub ts: DateTime<Utc>,
    /// Its environment.
    pub environment: String,
    /// Its weight.
    pub weight: f64,
}

macro_rules! removed {
    ($tx:expr, $file:literal, $project:expr, $place:expr, $($ids:expr),+) => {
        sqlx::query_file!($file, $project.0, $place.from, $place.until, $place.flush, $($ids),+).execute(&mut **$tx).await?.rows_affected()
    };
}

/// Removes them, and the person's anonymous ids from the events of others.
///
/// # Errors
/// When the database refuses.
pub async fn remove(tx: &mut Transaction, project: ProjectId, place: Where, whose: Whose<'_>) -> Result<Removed> {
    let Whose { users, anonymous, sessions } = whose;
    let removed = Removed {
        events: removed!(tx, "sql/personal_rows/remove_events.sql", project, place, users, anonymous),
        points: removed!(tx, "sql/personal_rows/remove_points.sql", project, place, users, sessions),
        spans: removed!(tx, "sql/personal_rows/remove_spans.sql", project, place, users, sessions),
        logs: removed!(tx, "sql/personal_rows/remove_logs.sql", project, place, users, sessions),
        errors: sqlx::query_file_as!(
            RemovedError,
            "sql/personal_rows/remove_errors.sql",
            project.0,
            place.from,
            place.until,
            place.flush,
            users,
            anonymous,
            sessions
        )
        .fetch_all(&mut **tx)
        .await?,
        identities: removed!(tx, "sql/personal_rows/remove_identities.sql", project, place, users, anonymous),
    };
    sqlx::query_file!("sql/personal_rows/unname_events.sql", project.0, place.from, place.until, place.flush, anonymous)
        .execute(&mut **tx)
        .await?;
    Ok(removed)
}

/// The sessions of a person's raw events that were received in this time.
///
/// # Errors
/// When the database refuses.
pub async fn sessions(tx: &mut Transaction, project: ProjectId, place: Where, whose: Whose<'_>) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct session_id as "session_id!" from event
           where project_id = $1 and received_at between $2 and $3 and session_id is not null
           and (actor_kind = 1 and actor = any($4) or actor_kind = 2 and actor = any($5))"#,
        project.0,
        place.from,
        place.until,
        whose.users,
        whose.anonymous
    )
    .fetch_all(&mut **tx)
    .await?)
}
