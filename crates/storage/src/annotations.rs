//! Annotations of projects.

use chrono::{DateTime, Utc};
use protocol::annotation::Annotation;
use protocol::id::ProjectId;
use uuid::Uuid;

use crate::{Db, Result};

/// Those of a range, `until` exclusive, the earliest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_range(db: &Db, project: ProjectId, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Annotation>> {
    Ok(sqlx::query_as!(
        Annotation,
        "select id, at, text, made_by, made_at from annotation where project_id = $1 and at >= $2 and at < $3 order by at, id",
        project.0,
        from,
        until
    )
    .fetch_all(&db.pool)
    .await?)
}

/// Keeps an annotation. `false` when the project has so many already.
///
/// # Errors
/// When the database refuses.
pub async fn add(db: &Db, project: ProjectId, annotation: &Annotation, most: i64) -> Result<bool> {
    let done = sqlx::query!(
        "insert into annotation (project_id, id, at, text, made_by, made_at) select $1, $2, $3, $4, $5, $6
         where (select count(*) from annotation where project_id = $1) < $7",
        project.0,
        annotation.id,
        annotation.at,
        annotation.text,
        annotation.made_by,
        annotation.made_at,
        most
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets an annotation. `false` when the project has no such one.
///
/// # Errors
/// When the database refuses.
pub async fn remove(db: &Db, project: ProjectId, id: Uuid) -> Result<bool> {
    let done = sqlx::query!("delete from annotation where project_id = $1 and id = $2", project.0, id).execute(&db.pool).await?;
    Ok(done.rows_affected() == 1)
}
