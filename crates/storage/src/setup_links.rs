//! One-time links. Only the SHA-256 of a link's token is kept.

use chrono::{DateTime, Utc};

use crate::{Db, Result, Transaction};

/// What a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Creates an owner's account.
    Owner,
    /// Signs an existing account in.
    SignIn,
}

impl Purpose {
    /// The word in the purpose column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::SignIn => "sign_in",
        }
    }
}

/// A link that was used just now.
#[derive(Clone, Copy, Debug)]
pub struct UsedLink {
    /// Whom it signs in; `None` for a link that creates an account.
    pub account_id: Option<i32>,
}

/// Keeps a new link.
pub async fn create(
    db: &Db,
    token_sha256: &[u8; 32],
    purpose: Purpose,
    account: Option<i32>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into setup_link (token_sha256, purpose, account_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        &token_sha256[..],
        purpose.word(),
        account,
        now,
        expires_at
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// The link can still be used for this. Says so without using it, for showing a form.
pub async fn is_open(db: &Db, token_sha256: &[u8; 32], purpose: Purpose, now: DateTime<Utc>) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from setup_link where token_sha256 = $1 and purpose = $2 and used_at is null and expires_at > $3) as "open!""#,
        &token_sha256[..],
        purpose.word(),
        now
    )
    .fetch_one(&db.pool)
    .await?)
}

/// Uses the link, once; `None` when it is unknown, for something else, used, or over. Of two that try at the same time,
/// one gets it: the other waits for the first transaction.
pub async fn take(tx: &mut Transaction, token_sha256: &[u8; 32], purpose: Purpose, now: DateTime<Utc>) -> Result<Option<UsedLink>> {
    Ok(sqlx::query_as!(
        UsedLink,
        "update setup_link set used_at = $3 where token_sha256 = $1 and purpose = $2 and used_at is null and expires_at > $3 returning account_id",
        &token_sha256[..],
        purpose.word(),
        now
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Uses up every open link of this purpose.
pub async fn close_all(tx: &mut Transaction, purpose: Purpose, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update setup_link set used_at = $2 where purpose = $1 and used_at is null", purpose.word(), now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Removes links that were over before `before`.
pub async fn sweep(db: &Db, before: DateTime<Utc>) -> Result<u64> {
    Ok(sqlx::query!("delete from setup_link where expires_at < $1", before).execute(&db.pool).await?.rows_affected())
}
