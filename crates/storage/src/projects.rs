//! Projects: what keys belong to.

use chrono::{DateTime, Utc};
use protocol::access::Project;
use protocol::id::ProjectId;

use crate::{Db, Result};

fn project(id: i32, slug: String, name: String, zone: String) -> Project {
    Project { id: ProjectId(id), slug, name, zone }
}

/// Every project, oldest first.
pub async fn all(db: &Db) -> Result<Vec<Project>> {
    let rows = sqlx::query!("select id, slug, name, zone from project order by id").fetch_all(&db.pool).await?;
    Ok(rows.into_iter().map(|row| project(row.id, row.slug, row.name, row.zone)).collect())
}

/// The project of that number.
pub async fn find(db: &Db, id: ProjectId) -> Result<Option<Project>> {
    let row = sqlx::query!("select id, slug, name, zone from project where id = $1", id.0).fetch_optional(&db.pool).await?;
    Ok(row.map(|row| project(row.id, row.slug, row.name, row.zone)))
}

/// The project of that word.
pub async fn find_by_slug(db: &Db, slug: &str) -> Result<Option<Project>> {
    let row = sqlx::query!("select id, slug, name, zone from project where slug = $1", slug).fetch_optional(&db.pool).await?;
    Ok(row.map(|row| project(row.id, row.slug, row.name, row.zone)))
}

/// Creates a project.
///
/// # Errors
/// [`crate::Error::Taken`] when the slug is in use.
pub async fn create(db: &Db, slug: &str, name: &str, zone: &str, now: DateTime<Utc>) -> Result<Project> {
    let id = sqlx::query_scalar!(
        "insert into project (slug, name, zone, created_at) values ($1, $2, $3, $4) returning id",
        slug,
        name,
        zone,
        now
    )
    .fetch_one(&db.pool)
    .await?;
    Ok(project(id, slug.to_owned(), name.to_owned(), zone.to_owned()))
}

/// Changes a project's name or zone; `None` keeps what it has. `false` when there is no such project.
pub async fn set(db: &Db, id: ProjectId, name: Option<&str>, zone: Option<&str>) -> Result<bool> {
    let done = sqlx::query!("update project set name = coalesce($2, name), zone = coalesce($3, zone) where id = $1", id.0, name, zone)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the project asks that no event or error report is stored twice; see [`crate::seen_ids`]. `false` when there is
/// no such project.
///
/// # Errors
/// When the database refuses.
pub async fn set_dedupe(db: &Db, id: ProjectId, dedupe: bool) -> Result<bool> {
    let done = sqlx::query!("update project set dedupe = $2 where id = $1", id.0, dedupe).execute(&db.pool).await?;
    Ok(done.rows_affected() == 1)
}
