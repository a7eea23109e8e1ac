//! Accounts: people who sign in.

use chrono::{DateTime, Utc};

use crate::{Db, Result, Transaction};

/// A person who signs in.
#[derive(Clone)]
pub struct Account {
    /// Its number.
    pub id: i32,
    /// In lower case; unique.
    pub email: String,
    /// argon2id in PHC form; `None` for an account that only signs in by link.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the address nor the hash belongs in a log.
        write!(f, "Account({})", self.id)
    }
}

/// Creates an account; `email` must be in lower case.
///
/// # Errors
/// [`crate::Error::Taken`] when the address is in use; the transaction is then lost.
pub async fn create(tx: &mut Transaction, email: &str, password_hash: Option<&str>, now: DateTime<Utc>) -> Result<Account> {
    let id = sqlx::query_scalar!(
        "insert into account (email, password_hash, created_at) values ($1, $2, $3) returning id",
        email,
        password_hash,
        now
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Account { id, email: email.to_owned(), password_hash: password_hash.map(str::to_owned) })
}

/// The account of that number.
pub async fn find(db: &Db, id: i32) -> Result<Option<Account>> {
    Ok(sqlx::query_as!(Account, "select id, email, password_hash from account where id = $1", id).fetch_optional(&db.pool).await?)
}

/// The account of that address, in lower case.
pub async fn find_by_email(db: &Db, email: &str) -> Result<Option<Account>> {
    Ok(sqlx::query_as!(Account, "select id, email, password_hash from account where email = $1", email).fetch_optional(&db.pool).await?)
}

/// Every account, oldest first.
pub async fn all(db: &Db) -> Result<Vec<Account>> {
    Ok(sqlx::query_as!(Account, "select id, email, password_hash from account order by id").fetch_all(&db.pool).await?)
}

/// Changes the password. `false` when there is no such account.
pub async fn set_password(db: &Db, id: i32, password_hash: &str) -> Result<bool> {
    let done = sqlx::query!("update account set password_hash = $2 where id = $1", id, password_hash).execute(&db.pool).await?;
    Ok(done.rows_affected() == 1)
}
