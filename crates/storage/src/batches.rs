//! The ledger: a batch that has a row here was stored; the same batch again stores nothing.

use chrono::{DateTime, Days, Utc};
use protocol::id::ProjectId;
use protocol::limits::LEDGER_DAYS;
use protocol::verdict::{BatchAnswer, ItemError};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{Db, Result, Transaction};

/// A batch that is about to be stored.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0007_batch.sql")]
pub struct NewBatch {
    pub batch_id: Uuid,
    pub signal: i16,
    pub body_hash: [u8; 16],
    pub accepted: i32,
    pub rejected: i32,
    pub errors: Vec<ItemError>,
}

/// What the ledger says of a batch that was stored before.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0007_batch.sql")]
pub struct StoredBatch {
    pub batch_id: Uuid,
    pub flush_id: Uuid,
    pub signal: i16,
    pub body_hash: Vec<u8>,
    pub accepted: i32,
    pub rejected: i32,
    pub errors: Vec<ItemError>,
}

impl StoredBatch {
    /// What its first sender was told, marked as a repetition.
    pub fn answer(&self) -> BatchAnswer {
        BatchAnswer { accepted: self.accepted as u32, duplicate: true, rejected: self.rejected as u32, errors: self.errors.clone() }
    }
}

/// The id under which the ledger keeps a batch.
///
/// A UUIDv7 whose time lies within the ledger's partitions is kept as it is. Any other id (another version, a device
/// whose clock is wrong, a hash of an `Idempotency-Key`) becomes a UUIDv8 that begins with `ff` and carries `hash`: no id
/// is refused for its time. The hash must be over project and id.
pub fn ledger_id(sent: Uuid, hash: [u8; 16], now: DateTime<Utc>) -> Uuid {
    let today = now.date_naive();
    let dated = sent.get_version() == Some(uuid::Version::SortRand)
        && sent.get_timestamp().and_then(|time| DateTime::from_timestamp(i64::try_from(time.to_unix().0).ok()?, 0)).is_some_and(|time| {
            time.date_naive() >= today - Days::new(LEDGER_DAYS as u64) && time.date_naive() <= today + Days::new(LEDGER_DAYS as u64 - 1)
        });
    if dated {
        return sent;
    }
    let mut bytes = hash;
    bytes[0] = 0xff;
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The other id under which the ledger may know the batch already: near the ends of its window, an id that is dated today was
/// not yet yesterday, or will not be tomorrow.
pub fn other_ledger_id(sent: Uuid, hash: [u8; 16], now: DateTime<Utc>) -> Option<Uuid> {
    let of_today = ledger_id(sent, hash, now);
    [now - Days::new(1), now + Days::new(1)].into_iter().map(|day| ledger_id(sent, hash, day)).find(|id| *id != of_today)
}

/// What stands for an id of a project where the id itself cannot.
pub fn project_hash(project: ProjectId, id: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    hash.copy_from_slice(&Sha256::new().chain_update(project.0.to_be_bytes()).chain_update(id).finalize()[..16]);
    hash
}

/// Every id under which the ledger may keep the batch that its sender calls `sent`: a UUID, or any text.
pub fn ledger_ids(project: ProjectId, sent: &str, now: DateTime<Utc>) -> Vec<Uuid> {
    match sent.parse::<Uuid>() {
        // A dated one may have been undated at another time; one that we made ourselves is asked for as it is.
        Ok(id) => vec![id, ledger_id(Uuid::nil(), project_hash(project, id.as_bytes()), now)],
        Err(_) => vec![ledger_id(Uuid::nil(), project_hash(project, sent.as_bytes()), now)],
    }
}

/// Enters one project's batches and returns the ids that were not there before. A batch that another transaction is
/// entering at this moment is waited for.
///
/// # Errors
/// [`crate::Error::Busy`] when that wait exceeds the transaction's lock timeout.
pub async fn enter(
    tx: &mut Transaction,
    project: ProjectId,
    flush_id: Uuid,
    received_at: DateTime<Utc>,
    batches: &[NewBatch],
) -> Result<Vec<Uuid>> {
    // Every flush enters its batches in the order of their ids, so that two flushes never wait for each other in a ring.
    let mut batches: Vec<&NewBatch> = batches.iter().collect();
    batches.sort_unstable_by_key(|batch| batch.batch_id);
    let ids: Vec<Uuid> = batches.iter().map(|batch| batch.batch_id).collect();
    let signals: Vec<i16> = batches.iter().map(|batch| batch.signal).collect();
    let hashes: Vec<Vec<u8>> = batches.iter().map(|batch| batch.body_hash.to_vec()).collect();
    let accepted: Vec<i32> = batches.iter().map(|batch| batch.accepted).collect();
    let rejected: Vec<i32> = batches.iter().map(|batch| batch.rejected).collect();
    let errors: Vec<serde_json::Value> = batches.iter().map(|batch| serde_json::to_value(&batch.errors).unwrap_or_default()).collect();
    Ok(sqlx::query_file_scalar!(
        "sql/batches/enter.sql",
        project.0,
        flush_id,
        received_at,
        &ids,
        &signals,
        &hashes,
        &accepted,
        &rejected,
        &errors
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The ledger's rows of these ids.
pub async fn find(db: &Db, project: ProjectId, ids: &[Uuid]) -> Result<Vec<StoredBatch>> {
    let rows = sqlx::query!(
        "select batch_id, flush_id, signal, body_hash, accepted, rejected, errors from batch where project_id = $1 and batch_id = any($2)",
        project.0,
        ids
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredBatch {
            batch_id: row.batch_id,
            flush_id: row.flush_id,
            signal: row.signal,
            body_hash: row.body_hash,
            accepted: row.accepted,
            rejected: row.rejected,
            errors: serde_json::from_value(row.errors).unwrap_or_default(),
        })
        .collect())
}

/// A batch as the x-ray shows it.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0007_batch.sql")]
pub struct LedgerEntry {
    pub batch_id: Uuid,
    pub flush_id: Uuid,
    pub signal: i16,
    pub received_at: DateTime<Utc>,
    pub accepted: i32,
    pub rejected: i32,
}

/// The ledger's first row of these ids.
pub async fn entry(db: &Db, project: ProjectId, ids: &[Uuid]) -> Result<Option<LedgerEntry>> {
    Ok(sqlx::query_as!(
        LedgerEntry,
        "select batch_id, flush_id, signal, received_at, accepted, rejected from batch where project_id = $1 and batch_id = any($2)
         order by received_at limit 1",
        project.0,
        ids
    )
    .fetch_optional(&db.pool)
    .await?)
}

/// Removes one project's undated batches that were received before `before`. Dated ones go with their day's partition.
pub async fn sweep_undated(db: &Db, project: ProjectId, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query!(
        "delete from batch where project_id = $1 and batch_id >= 'ff000000-0000-0000-0000-000000000000' and received_at < $2",
        project.0,
        before
    )
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn v7(text: &str) -> Uuid {
        Uuid::new_v7(uuid::Timestamp::from_unix_time(at(text).timestamp() as u64, 0, 0, 0))
    }

    #[test]
    fn a_recent_v7_is_kept_and_every_other_id_loses_its_time() {
        let now = at("2026-05-14T12:00:00Z");
        let hash = [7; 16];
        let recent = v7("2026-05-08T00:00:00Z");
        assert_eq!(ledger_id(recent, hash, now), recent);
        for id in [v7("2026-05-01T00:00:00Z"), v7("2036-05-01T00:00:00Z"), Uuid::nil(), Uuid::max()] {
            let undated = ledger_id(id, hash, now);
            assert_eq!(undated.as_bytes()[0], 0xff, "{id}");
            assert_eq!(undated.get_version(), Some(uuid::Version::Custom), "{id}");
        }
    }

    #[test]
    fn an_id_near_the_ends_of_the_window_has_two_spellings_and_no_other_has() {
        let (now, hash) = (at("2026-05-14T12:00:00Z"), [7; 16]);
        for (time, has) in
            [("04-30", false), ("05-06", true), ("05-07", true), ("05-08", false), ("05-14", false), ("05-20", true), ("05-22", false)]
        {
            let id = v7(&format!("2026-{time}T12:00:00Z"));
            let other = other_ledger_id(id, hash, now);
            assert_eq!(other.is_some(), has, "{time}");
            assert_ne!(other, Some(ledger_id(id, hash, now)));
        }
        assert_eq!(other_ledger_id(Uuid::nil(), hash, now), None);
    }
}
