//! Errors of an issue in a quarter of an hour. Only the holder of the project's [`crate::work`] row writes here; merging
//! happens in the worker, a bitmap is opaque bytes here.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;

use crate::{Db, Result, Transaction};

/// A row: the key and what is counted under it.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0137_issue_quarter.sql")]
pub struct IssueQuarter {
    pub issue_id: i64,
    pub bucket: DateTime<Utc>,
    pub environment: String,
    pub n: i64,
    pub weight: f64,
    pub actors: Vec<u8>,
}

/// Those of these keys that have a row; the counts of `keys` are not looked at.
///
/// # Errors
/// When the database refuses.
pub async fn stored(tx: &mut Transaction, project: ProjectId, keys: &[IssueQuarter]) -> Result<Vec<IssueQuarter>> {
    let keys = Columns::of(keys);
    Ok(sqlx::query_file_as!(IssueQuarter, "sql/issue_quarters/stored.sql", project.0, &keys.issues, &keys.buckets, &keys.environments)
        .fetch_all(&mut **tx)
        .await?)
}

/// Writes rows in place of what was there; no key may occur twice.
///
/// # Errors
/// When the database refuses.
pub async fn save(tx: &mut Transaction, project: ProjectId, rows: &[IssueQuarter]) -> Result<()> {
    let keys = Columns::of(rows);
    let ns: Vec<i64> = rows.iter().map(|row| row.n).collect();
    let weights: Vec<f64> = rows.iter().map(|row| row.weight).collect();
    let actors: Vec<&[u8]> = rows.iter().map(|row| row.actors.as_slice()).collect();
    sqlx::query_file!(
        "sql/issue_quarters/save.sql",
        project.0,
        &keys.issues,
        &keys.buckets,
        &keys.environments,
        &ns,
        &weights,
        actors.as_slice() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes the rows of these keys.
///
/// # Errors
/// When the database refuses.
pub async fn remove(tx: &mut Transaction, project: ProjectId, keys: &[IssueQuarter]) -> Result<()> {
    let keys = Columns::of(keys);
    sqlx::query_file!("sql/issue_quarters/remove.sql", project.0, &keys.issues, &keys.buckets, &keys.environments)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The rows of a time, `until` exclusive, of every issue.
///
/// # Errors
/// When the database refuses.
pub async fn whole(tx: &mut Transaction, project: ProjectId, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<IssueQuarter>> {
    Ok(sqlx::query_as!(
        IssueQuarter,
        "select issue_id, bucket, environment, n, weight, actors from issue_quarter
         where project_id = $1 and bucket >= $2 and bucket < $3 order by issue_id, bucket, environment",
        project.0,
        from,
        until
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The oldest quarter and the newest one of a project; `None` without any.
///
/// # Errors
/// When the database refuses.
pub async fn extent(tx: &mut Transaction, project: ProjectId) -> Result<Option<(DateTime<Utc>, DateTime<Utc>)>> {
    let row = sqlx::query!("select min(bucket) as first, max(bucket) as last from issue_quarter where project_id = $1", project.0)
        .fetch_one(&mut **tx)
        .await?;
    Ok(row.first.zip(row.last))
}

/// Which rows a reader wants.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// From, inclusive.
    pub from: DateTime<Utc>,
    /// To, exclusive.
    pub until: DateTime<Utc>,
    /// Only of this environment.
    pub environment: Option<&'w str>,
}

/// An issue's errors in a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Total {
    /// Which.
    pub issue_id: i64,
    /// By weight.
    pub events: f64,
    /// Rows that were added up.
    pub rows: i64,
}

/// Every issue with errors in a time.
///
/// # Errors
/// When the database refuses.
pub async fn totals(db: &Db, project: ProjectId, wanted: Wanted<'_>) -> Result<Vec<Total>> {
    Ok(sqlx::query_file_as!(Total, "sql/issue_quarters/totals.sql", project.0, wanted.from, wanted.until, wanted.environment)
        .fetch_all(&db.pool)
        .await?)
}

/// The rows of some issues in a time. There are as many as the time holds: callers bound it.
///
/// # Errors
/// When the database refuses.
pub async fn of_issues(db: &Db, project: ProjectId, ids: &[i64], wanted: Wanted<'_>) -> Result<Vec<IssueQuarter>> {
    Ok(sqlx::query_file_as!(
        IssueQuarter,
        "sql/issue_quarters/of_issues.sql",
        project.0,
        ids,
        wanted.from,
        wanted.until,
        wanted.environment
    )
    .fetch_all(&db.pool)
    .await?)
}

/// The keys as unnest takes them.
struct Columns {
    issues: Vec<i64>,
    buckets: Vec<DateTime<Utc>>,
    environments: Vec<String>,
}

impl Columns {
    fn of(rows: &[IssueQuarter]) -> Self {
        Self {
            issues: rows.iter().map(|row| row.issue_id).collect(),
            buckets: rows.iter().map(|row| row.bucket).collect(),
            environments: rows.iter().map(|row| row.environment.clone()).collect(),
        }
    }
}
