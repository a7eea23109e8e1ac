//! Projects with keys that work.

use chrono::{DateTime, Utc};
use protocol::access::{Project, Scope};
use storage::api_keys::{self, Presented};
use storage::{Db, projects};

/// Makes a project in the zone Europe/Berlin.
///
/// # Panics
/// When the database refuses.
pub async fn project(db: &Db, slug: &str, now: DateTime<Utc>) -> Project {
    projects::create(db, slug, slug, "Europe/Berlin", now).await.expect("a new project")
}

/// Makes a public key of one repeated hex digit.
///
/// # Panics
/// When the database refuses.
pub async fn public(db: &Db, project: &Project, digit: char, now: DateTime<Utc>) -> String {
    keep(db, project, format!("pk_{}", digit.to_string().repeat(32)), &[Scope::Ingest], now).await
}

/// Makes a secret key of one repeated hex digit.
///
/// # Panics
/// When the database refuses.
pub async fn secret(db: &Db, project: &Project, digit: char, scopes: &[Scope], now: DateTime<Utc>) -> String {
    keep(db, project, format!("sk_{}", digit.to_string().repeat(64)), scopes, now).await
}

async fn keep(db: &Db, project: &Project, key: String, scopes: &[Scope], now: DateTime<Utc>) -> String {
    let presented = Presented::of(&key).expect("a repeated hex digit is well-formed");
    api_keys::create(db, project.id, &presented, &key[..7], "test", scopes, now).await.expect("a new key");
    key
}
