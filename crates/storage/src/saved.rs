//! Saved views and segments of projects. One that is private is there for its account only, in every statement.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::saved::{Saved, SavedKind};
use uuid::Uuid;

use crate::{Db, Result};

struct Row {
    id: Uuid,
    kind: String,
    name: String,
    what: String,
    private: bool,
    made_by: String,
    made_at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> Option<Saved> {
        let Self { id, kind, name, what, private, made_by, made_at } = self;
        Some(Saved { id, kind: SavedKind::from_word(&kind)?, name, what, private, made_by, made_at })
    }
}

/// Those that the account sees, by name; without an account those that all see.
///
/// # Errors
/// When the database refuses.
pub async fn seen_by(db: &Db, project: ProjectId, account: Option<i32>) -> Result<Vec<Saved>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, kind, name, what, private_to is not null as "private!", made_by, made_at from saved
           where project_id = $1 and (private_to is null or private_to = $2) order by lower(name), id"#,
        project.0,
        account
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// Keeps one; `account` is whose it is when it is private. `false` when as many are kept beside it already.
///
/// # Errors
/// [`crate::Error::Taken`] when another one of its kind has the name; else when the database refuses.
pub async fn add(db: &Db, project: ProjectId, saved: &Saved, account: Option<i32>, most: i64) -> Result<bool> {
    let done = sqlx::query!(
        "insert into saved (project_id, id, kind, name, what, private_to, made_by, made_at) select $1, $2, $3, $4, $5, $6, $7, $8
         where (select count(*) from saved where project_id = $1 and private_to is not distinct from $6) < $9",
        project.0,
        saved.id,
        saved.kind.word(),
        saved.name,
        saved.what,
        account,
        saved.made_by,
        saved.made_at,
        most
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives one that the account sees another name. `false` when there is no such one.
///
/// # Errors
/// As [`add`].
pub async fn rename(db: &Db, project: ProjectId, id: Uuid, account: Option<i32>, name: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update saved set name = $4 where project_id = $1 and id = $2 and (private_to is null or private_to = $3)",
        project.0,
        id,
        account,
        name
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets one that the account sees. `false` when there is no such one.
///
/// # Errors
/// When the database refuses.
pub async fn remove(db: &Db, project: ProjectId, id: Uuid, account: Option<i32>) -> Result<bool> {
    let done = sqlx::query!(
        "delete from saved where project_id = $1 and id = $2 and (private_to is null or private_to = $3)",
        project.0,
        id,
        account
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}
