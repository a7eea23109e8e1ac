//! How projects name their routes. What a rule means is ingest's to say; here it is text.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;

use crate::{Db, Result};

/// The project's rules, in alphabetical order.
pub async fn of_project(db: &Db, project: ProjectId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!("select pattern from route_rule where project_id = $1 order by pattern", project.0).fetch_all(&db.pool).await?)
}

/// Keeps a rule. `false` when the project has it already.
pub async fn add(db: &Db, project: ProjectId, pattern: &str, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into route_rule (project_id, pattern, created_at) values ($1, $2, $3) on conflict do nothing",
        project.0,
        pattern,
        now
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets a rule. `false` when the project has no such rule.
pub async fn remove(db: &Db, project: ProjectId, pattern: &str) -> Result<bool> {
    let done = sqlx::query!("delete from route_rule where project_id = $1 and pattern = $2", project.0, pattern).execute(&db.pool).await?;
    Ok(done.rows_affected() == 1)
}
