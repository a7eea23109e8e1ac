//! Signed-in browsers. Only the SHA-256 of a session's token is kept.

use chrono::{DateTime, Utc};

use crate::{Db, Result};

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct LoginSession {
    /// Who signed in.
    pub account_id: i32,
    /// When the browser was last seen, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// The session's absolute end.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a new session.
pub async fn create(db: &Db, token_sha256: &[u8; 32], account: i32, now: DateTime<Utc>, expires_at: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into login_session (token_sha256, account_id, created_at, last_seen_at, expires_at) values ($1, $2, $3, $3, $4)",
        &token_sha256[..],
        account,
        now,
        expires_at
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// The session of that token, whether or not it is over: the caller knows the rules and the time.
pub async fn find(db: &Db, token_sha256: &[u8; 32]) -> Result<Option<LoginSession>> {
    Ok(sqlx::query_as!(
        LoginSession,
        "select account_id, last_seen_at, expires_at from login_session where token_sha256 = $1",
        &token_sha256[..]
    )
    .fetch_optional(&db.pool)
    .await?)
}

/// Notes that the browser was seen now.
pub async fn touch(db: &Db, token_sha256: &[u8; 32], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update login_session set last_seen_at = $2 where token_sha256 = $1 and last_seen_at < $2", &token_sha256[..], now)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Ends one session. `false` when there was none.
pub async fn end(db: &Db, token_sha256: &[u8; 32]) -> Result<bool> {
    let done = sqlx::query!("delete from login_session where token_sha256 = $1", &token_sha256[..]).execute(&db.pool).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every session of an account, such as when its password changes.
pub async fn end_all(db: &Db, account: i32) -> Result<u64> {
    Ok(sqlx::query!("delete from login_session where account_id = $1", account).execute(&db.pool).await?.rows_affected())
}

/// Removes sessions that expired before `now`, or were last seen before `idle_since`.
pub async fn sweep(db: &Db, now: DateTime<Utc>, idle_since: DateTime<Utc>) -> Result<u64> {
    let done =
        sqlx::query!("delete from login_session where expires_at <= $1 or last_seen_at < $2", now, idle_since).execute(&db.pool).await?;
    Ok(done.rows_affected())
}
