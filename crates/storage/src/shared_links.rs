//! Links that show one page to whoever has them. Only the SHA-256 of a link's token is kept.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::shared_link::{SharedLink, SharedPage};
use uuid::Uuid;

use crate::{Db, Result};

/// A link that is made now.
#[derive(Clone, Copy, Debug)]
pub struct NewLink<'a> {
    /// Of its token.
    pub token_sha256: &'a [u8; 32],
    /// Its id, to revoke it by.
    pub id: Uuid,
    /// Who makes it.
    pub account: i32,
    /// What it shows.
    pub page: SharedPage,
    /// What the page looks at.
    pub query: &'a str,
    /// Now.
    pub made_at: DateTime<Utc>,
    /// Its end.
    pub expires_at: DateTime<Utc>,
}

/// A link that somebody came with.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its id.
    pub id: Uuid,
    /// Of which project it shows something.
    pub project: ProjectId,
    /// Who made it.
    pub account: i32,
    /// What it shows.
    pub page: SharedPage,
    /// What the page looks at.
    pub query: String,
    /// Its end, which may be past.
    pub expires_at: DateTime<Utc>,
    /// When it was last opened, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Keeps a link. `false` when so many of the project work already.
///
/// # Errors
/// When the database refuses.
pub async fn create(db: &Db, project: ProjectId, link: NewLink<'_>, most: i64) -> Result<bool> {
    let done = sqlx::query!(
        "insert into shared_link (token_sha256, project_id, id, account_id, page, query, made_at, expires_at)
         select $1, $2, $3, $4, $5, $6, $7, $8
         where (select count(*) from shared_link where project_id = $2 and expires_at > $7) < $9",
        &link.token_sha256[..],
        project.0,
        link.id,
        link.account,
        link.page.word(),
        link.query,
        link.made_at,
        link.expires_at,
        most
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The link of that token, whether or not it is over: the caller knows the rules and the time.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, token_sha256: &[u8; 32]) -> Result<Option<Found>> {
    let row = sqlx::query!(
        "select id, project_id, account_id, page, query, expires_at, last_used_at from shared_link where token_sha256 = $1",
        &token_sha256[..]
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.and_then(|row| {
        Some(Found {
            id: row.id,
            project: ProjectId(row.project_id),
            account: row.account_id,
            page: SharedPage::from_word(&row.page)?,
            query: row.query,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        })
    }))
}

/// Notes that the link was opened now.
///
/// # Errors
/// When the database refuses.
pub async fn touch(db: &Db, token_sha256: &[u8; 32], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update shared_link set last_used_at = $2 where token_sha256 = $1", &token_sha256[..], now).execute(&db.pool).await?;
    Ok(())
}

/// The links of a project that are not over, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_project(db: &Db, project: ProjectId, now: DateTime<Utc>) -> Result<Vec<SharedLink>> {
    let rows = sqlx::query!(
        "select l.id, l.page, l.query, a.email, l.made_at, l.expires_at, l.last_used_at from shared_link l
         join account a on a.id = l.account_id where l.project_id = $1 and l.expires_at > $2 order by l.made_at desc, l.id",
        project.0,
        now
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(SharedLink {
                id: row.id,
                page: SharedPage::from_word(&row.page)?,
                query: row.query,
                made_by: row.email,
                made_at: row.made_at,
                expires_at: row.expires_at,
                last_used_at: row.last_used_at,
            })
        })
        .collect())
}

/// Ends a link. `false` when the project has no such one.
///
/// # Errors
/// When the database refuses.
pub async fn remove(db: &Db, project: ProjectId, id: Uuid) -> Result<bool> {
    let done = sqlx::query!("delete from shared_link where project_id = $1 and id = $2", project.0, id).execute(&db.pool).await?;
    Ok(done.rows_affected() == 1)
}

/// Removes links that are over.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    Ok(sqlx::query!("delete from shared_link where expires_at <= $1", now).execute(&db.pool).await?.rows_affected())
}
