//! Keys that clients and programs send.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use protocol::access::{KeyKind, Scope};
use protocol::id::ProjectId;
use sha2::{Digest as _, Sha256};

use crate::send_limits::SendLimit;
use crate::{Db, Result};

/// What a presented key may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The key's own number, for limits per key.
    pub key_id: i32,
    /// The one project that it belongs to.
    pub project_id: ProjectId,
    /// What it may do there.
    pub scopes: Vec<Scope>,
    /// The project asks that no event or error report is stored twice.
    pub dedupe: bool,
    /// Days for which the project keeps segments: how old imported events may be.
    pub keep_segments_days: u32,
    /// How much it may send.
    pub key_limit: SendLimit,
    /// How much all keys of the project may send together.
    pub project_limit: SendLimit,
    /// The project's rules for routes, as [`crate::route_rules`] keeps them.
    pub route_rules: Arc<[String]>,
}

impl Grant {
    /// The key may do this.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// A key as it is listed; a secret one only by its hint.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ListedKey {
    pub id: i32,
    pub public_key: Option<String>,
    pub hint: String,
    pub label: String,
    pub scopes: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub limit: SendLimit,
}

/// How a key is looked up: a public one as it is, a secret one by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Presented {
    Public(String),
    SecretSha256([u8; 32]),
}

impl Presented {
    /// Reads a key as it was sent; `None` when it is not well-formed, which needs no look-up.
    pub fn of(key: &str) -> Option<Self> {
        Some(match KeyKind::of(key)? {
            KeyKind::Public => Self::Public(key.to_owned()),
            KeyKind::Secret => Self::SecretSha256(Sha256::digest(key.as_bytes()).into()),
        })
    }
}

fn scopes(words: &[String]) -> Vec<Scope> {
    words.iter().filter_map(|word| Scope::from_word(word)).collect()
}

/// What the key may do; `None` when it is unknown or revoked.
pub async fn find(db: &Db, presented: &Presented) -> Result<Option<Grant>> {
    let (public, secret): (Option<&str>, Option<&[u8]>) = match presented {
        Presented::Public(key) => (Some(key), None),
        Presented::SecretSha256(hash) => (None, Some(hash)),
    };
    let row = sqlx::query!(
        "select k.id, k.project_id, k.scopes, p.dedupe, p.keep_segments_days, k.events_per_second, k.events_per_month,
             p.events_per_second as project_per_second, p.events_per_month as project_per_month,
             array(select pattern from route_rule r where r.project_id = p.id order by pattern) as \"route_rules!\"
         from api_key k join project p on p.id = k.project_id
         where (k.public_key = $1 or k.secret_sha256 = $2) and k.revoked_at is null",
        public,
        secret
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.map(|row| Grant {
        key_id: row.id,
        project_id: ProjectId(row.project_id),
        scopes: scopes(&row.scopes),
        dedupe: row.dedupe,
        keep_segments_days: row.keep_segments_days.unsigned_abs(),
        key_limit: SendLimit::of_columns(row.events_per_second, row.events_per_month),
        project_limit: SendLimit::of_columns(row.project_per_second, row.project_per_month),
        route_rules: row.route_rules.into(),
    }))
}

/// Keeps a new key.
pub async fn create(
    db: &Db,
    project: ProjectId,
    presented: &Presented,
    hint: &str,
    label: &str,
    scopes: &[Scope],
    now: DateTime<Utc>,
) -> Result<i32> {
    let (public, secret): (Option<&str>, Option<&[u8]>) = match presented {
        Presented::Public(key) => (Some(key), None),
        Presented::SecretSha256(hash) => (None, Some(hash)),
    };
    let words: Vec<String> = scopes.iter().map(|scope| scope.word().to_owned()).collect();
    Ok(sqlx::query_scalar!(
        "insert into api_key (project_id, public_key, secret_sha256, hint, label, scopes, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning id",
        project.0,
        public,
        secret,
        hint,
        label,
        &words,
        now
    )
    .fetch_one(&db.pool)
    .await?)
}

/// The project's keys, oldest first.
pub async fn of_project(db: &Db, project: ProjectId) -> Result<Vec<ListedKey>> {
    let rows = sqlx::query!(
        "select id, public_key, hint, label, scopes, created_at, revoked_at, events_per_second, events_per_month
         from api_key where project_id = $1 order by id",
        project.0
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ListedKey {
            id: row.id,
            public_key: row.public_key,
            hint: row.hint,
            label: row.label,
            scopes: row.scopes,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
            limit: SendLimit::of_columns(row.events_per_second, row.events_per_month),
        })
        .collect())
}

/// The project's first public key that is not revoked: the one that snippets show.
pub async fn public_key(db: &Db, project: ProjectId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        r#"select public_key as "public_key!" from api_key where project_id = $1 and public_key is not null and revoked_at is null order by id limit 1"#,
        project.0
    )
    .fetch_optional(&db.pool)
    .await?)
}

/// Ends a key. `false` when the project has no such live key.
pub async fn revoke(db: &Db, project: ProjectId, id: i32, now: DateTime<Utc>) -> Result<bool> {
    let done =
        sqlx::query!("update api_key set revoked_at = $3 where project_id = $1 and id = $2 and revoked_at is null", project.0, id, now)
            .execute(&db.pool)
            .await?;
    Ok(done.rows_affected() == 1)
}
