//! What was refused lately: a window for people who look for their items, not the books.

use chrono::{DateTime, Utc};
use protocol::delivery::{Rejection, hint};
use protocol::id::ProjectId;
use protocol::outcome::Signal;
use uuid::Uuid;

use crate::{Db, Result, Transaction};

/// Rejections of one project that are kept.
pub const KEPT_MAX: i64 = 1_000;
/// Days that a rejection is kept.
pub const DAYS_KEPT: i64 = 7;

/// A refusal that is about to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0044_rejection.sql")]
pub struct NewRejection {
    pub rejection_id: Uuid,
    pub signal: Option<Signal>,
    pub code: String,
    pub message: String,
    pub index: Option<u32>,
    pub item_id: Option<String>,
    pub name: Option<String>,
    pub sdk: String,
    pub excerpt: String,
    pub batch_id: Option<Uuid>,
    pub correlation_id: Option<String>,
}

/// Keeps refusals of one project, all refused at `at`.
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Transaction, project: ProjectId, at: DateTime<Utc>, rejections: &[NewRejection]) -> Result<()> {
    if rejections.is_empty() {
        return Ok(());
    }
    let each = |text: fn(&NewRejection) -> Option<String>| rejections.iter().map(text).collect::<Vec<Option<String>>>();
    let ids: Vec<Uuid> = rejections.iter().map(|one| one.rejection_id).collect();
    let signals = each(|one| one.signal.map(|signal| signal.word().to_owned()));
    let codes = each(|one| Some(one.code.clone()));
    let messages = each(|one| Some(one.message.clone()));
    let indices: Vec<Option<i32>> = rejections.iter().map(|one| one.index.map(u32::cast_signed)).collect();
    let item_ids = each(|one| one.item_id.clone());
    let names = each(|one| one.name.clone());
    let sdks = each(|one| Some(one.sdk.clone()));
    let excerpts = each(|one| Some(one.excerpt.clone()));
    let batches: Vec<Option<Uuid>> = rejections.iter().map(|one| one.batch_id).collect();
    let correlations = each(|one| one.correlation_id.clone());
    sqlx::query_file!(
        "sql/rejections/insert.sql",
        project.0,
        at,
        &ids,
        &signals as &[Option<String>],
        &codes as &[Option<String>],
        &messages as &[Option<String>],
        &indices as &[Option<i32>],
        &item_ids as &[Option<String>],
        &names as &[Option<String>],
        &sdks as &[Option<String>],
        &excerpts as &[Option<String>],
        &batches as &[Option<Uuid>],
        &correlations as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A row as it is stored.
struct Stored {
    rejection_id: Uuid,
    refused_at: DateTime<Utc>,
    signal: Option<String>,
    code: String,
    message: String,
    item_index: Option<i32>,
    item_id: Option<String>,
    name: Option<String>,
    sdk: String,
    excerpt: String,
    batch_id: Option<Uuid>,
    correlation_id: Option<String>,
}

impl Stored {
    fn read(self) -> Rejection {
        Rejection {
            id: self.rejection_id,
            at: self.refused_at,
            signal: self.signal.and_then(|word| Signal::from_word(&word)),
            index: self.item_index.map(i32::cast_unsigned),
            hint: hint(&self.code).to_owned(),
            code: self.code,
            message: self.message,
            item_id: self.item_id,
            name: self.name,
            sdk: self.sdk,
            excerpt: self.excerpt,
            batch_id: self.batch_id,
            correlation_id: self.correlation_id,
        }
    }
}

/// The newest refusals that happened at or after `from`, newest first; of one signal where one is given.
///
/// # Errors
/// When the database refuses.
pub async fn latest(
    db: &Db,
    project: ProjectId,
    signal: Option<Signal>,
    from: DateTime<Utc>,
    known: &[Uuid],
    limit: i64,
) -> Result<Vec<Rejection>> {
    let rows = sqlx::query_file_as!(Stored, "sql/rejections/latest.sql", project.0, signal.map(Signal::word), from, known, limit)
        .fetch_all(&db.pool)
        .await?;
    Ok(rows.into_iter().map(Stored::read).collect())
}

/// Refusals of the item that its sender calls `item_id`, or of the batches with these ids in the ledger, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, item_id: &str, batches: &[Uuid], limit: i64) -> Result<Vec<Rejection>> {
    let rows = sqlx::query_file_as!(Stored, "sql/rejections/find.sql", project.0, item_id, batches, limit).fetch_all(&db.pool).await?;
    Ok(rows.into_iter().map(Stored::read).collect())
}

/// Removes what was refused before `before`, and all but the newest `keep`.
///
/// # Errors
/// When the database refuses.
pub async fn sweep(db: &Db, project: ProjectId, keep: i64, before: DateTime<Utc>) -> Result<u64> {
    Ok(sqlx::query_file!("sql/rejections/sweep.sql", project.0, keep, before).execute(&db.pool).await?.rows_affected())
}
