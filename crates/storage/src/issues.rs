//! Issues: what is known of errors that are one fault, and what people decided. Only the holder of the project's
//! [`crate::work`] row writes here.

mod change;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::issue::{Issue, IssueId, IssueStatus, Standing};
use protocol::level::Level;
use sqlx::PgExecutor;

use crate::{Db, Error, Result, Transaction};

pub use change::change;

struct Row {
    issue_id: i64,
    kind: Option<String>,
    message: String,
    culprit: Option<String>,
    level: i16,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    first_release: Option<String>,
    last_release: Option<String>,
    status: i16,
    status_at: Option<DateTime<Utc>>,
    status_by: Option<String>,
    resolved_in: Option<String>,
    ignored_until: Option<DateTime<Utc>>,
    ignored_errors: Option<f64>,
    merged_into: Option<i64>,
}

impl TryFrom<Row> for Issue {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let unknown = |what: &str, code: i16| Error::Failed(sqlx::Error::Decode(format!("unknown {what} of an issue: {code}").into()));
        let standing = Standing {
            status: IssueStatus::from_code(row.status).ok_or_else(|| unknown("status", row.status))?,
            since: row.status_at,
            by: row.status_by,
            resolved_in: row.resolved_in,
            ignored_until: row.ignored_until,
            ignored_errors: row.ignored_errors,
        };
        Ok(Self {
            id: IssueId(row.issue_id),
            kind: row.kind,
            message: row.message,
            culprit: row.culprit,
            level: Level::from_code(row.level).ok_or_else(|| unknown("level", row.level))?,
            first_seen: row.first_seen,
            last_seen: row.last_seen,
            first_release: row.first_release,
            last_release: row.last_release,
            standing,
            merged_into: row.merged_into.map(IssueId),
        })
    }
}

fn told(rows: Vec<Row>) -> Result<Vec<Issue>> {
    rows.into_iter().map(Issue::try_from).collect()
}

async fn of_ids<'e>(from: impl PgExecutor<'e>, project: ProjectId, ids: &[i64]) -> Result<Vec<Issue>> {
    told(sqlx::query_file_as!(Row, "sql/issues/of_ids.sql", project.0, ids).fetch_all(from).await?)
}

/// Those of these issues that are known, by number.
///
/// # Errors
/// When the database refuses, or a stored state is unknown.
pub async fn known(tx: &mut Transaction, project: ProjectId, ids: &[i64]) -> Result<Vec<Issue>> {
    of_ids(&mut **tx, project, ids).await
}

/// As [`known`], for a reader.
///
/// # Errors
/// As [`known`].
pub async fn read(db: &Db, project: ProjectId, ids: &[i64]) -> Result<Vec<Issue>> {
    of_ids(&db.pool, project, ids).await
}

async fn merged_into<'e>(from: impl PgExecutor<'e>, project: ProjectId, into: &[i64]) -> Result<Vec<Issue>> {
    told(sqlx::query_file_as!(Row, "sql/issues/merged.sql", project.0, into).fetch_all(from).await?)
}

/// What is merged into these, by number.
///
/// # Errors
/// As [`known`].
pub async fn merged(db: &Db, project: ProjectId, into: &[i64]) -> Result<Vec<Issue>> {
    merged_into(&db.pool, project, into).await
}

/// Others of a type or at a place, the last seen first, none of which is merged into another.
///
/// # Errors
/// As [`known`].
pub async fn similar(db: &Db, project: ProjectId, issue: &Issue, limit: i64) -> Result<Vec<Issue>> {
    let rows = sqlx::query_file_as!(
        Row,
        "sql/issues/similar.sql",
        project.0,
        issue.id.0,
        issue.kind.as_deref(),
        issue.culprit.as_deref(),
        limit,
        IssueId::OTHERS.0
    );
    told(rows.fetch_all(&db.pool).await?)
}

/// How many of a project's issues were seen since a time.
///
/// # Errors
/// When the database refuses.
pub async fn alive(tx: &mut Transaction, project: ProjectId, since: DateTime<Utc>) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from issue where project_id = $1 and last_seen >= $2"#, project.0, since)
        .fetch_one(&mut **tx)
        .await?)
}

/// Whether a project has any.
///
/// # Errors
/// When the database refuses.
pub async fn any(db: &Db, project: ProjectId) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from issue where project_id = $1) as "any!""#, project.0).fetch_one(&db.pool).await?)
}

/// Writes issues in place of what was there; none may occur twice.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut Transaction, project: ProjectId, issues: &[Issue]) -> Result<()> {
    let column = |of: fn(&Issue) -> Option<String>| issues.iter().map(of).collect::<Vec<_>>();
    let time = |of: fn(&Issue) -> DateTime<Utc>| issues.iter().map(of).collect::<Vec<_>>();
    let code = |of: fn(&Issue) -> i16| issues.iter().map(of).collect::<Vec<_>>();
    let messages: Vec<String> = issues.iter().map(|issue| issue.message.clone()).collect();
    sqlx::query_file!(
        "sql/issues/save.sql",
        project.0,
        &issues.iter().map(|issue| issue.id.0).collect::<Vec<_>>(),
        &column(|issue| issue.kind.clone()) as _,
        &messages,
        &column(|issue| issue.culprit.clone()) as _,
        &code(|issue| issue.level.code()),
        &time(|issue| issue.first_seen),
        &time(|issue| issue.last_seen),
        &column(|issue| issue.first_release.clone()) as _,
        &column(|issue| issue.last_release.clone()) as _,
        &code(|issue| issue.standing.status.code()),
        &issues.iter().map(|issue| issue.standing.since).collect::<Vec<_>>() as _,
        &column(|issue| issue.standing.by.clone()) as _,
        &column(|issue| issue.standing.resolved_in.clone()) as _,
        &issues.iter().map(|issue| issue.standing.ignored_until).collect::<Vec<_>>() as _,
        &issues.iter().map(|issue| issue.standing.ignored_errors).collect::<Vec<_>>() as _,
        &issues.iter().map(|issue| issue.merged_into.map(|id| id.0)).collect::<Vec<_>>() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
