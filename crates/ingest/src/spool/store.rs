//! The records on disk: redb, every write durable before it returns. Used by one thread.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use protocol::time::Clock;
use redb::TableDefinition;
use redb::backends::FileBackend;
use redb::{
    Builder, Database, DatabaseError, Durability, ReadableDatabase as _, ReadableTable as _, ReadableTableMetadata as _, StorageError,
};

use super::folder::Folder;
use super::{OpenError, record, salvage};

/// What waits to be stored, in the order in which it came.
const WAITING: TableDefinition<u64, &[u8]> = TableDefinition::new("waiting");
/// What could not be read, for an operator to look at.
const CORRUPT: TableDefinition<u64, &[u8]> = TableDefinition::new("corrupt");
/// Pages kept in memory: records are written once and read once.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// A failed write or read. The store must be opened again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Failed(String);

impl<E: Into<redb::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into().to_string())
    }
}

/// What the waiting records add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) records: u64,
    pub(super) bytes: u64,
    /// When the first one came.
    pub(super) oldest: Option<DateTime<Utc>>,
    pub(super) corrupt: u64,
}

/// An open store.
pub(super) struct Store {
    database: Database,
    next: u64,
    pub(super) sums: Sums,
}

/// A record with its number.
pub(super) type Numbered = (u64, Vec<u8>);

/// Changes that become durable together.
#[derive(Default)]
pub(super) struct Changes<'c> {
    pub(super) appended: Vec<&'c [u8]>,
    pub(super) removed: Vec<u64>,
    /// Moved out of the way.
    pub(super) corrupt: Vec<u64>,
}

impl Store {
    /// Opens the folder's store. A damaged file is set aside, and what can be read of it goes into a new one.
    pub(super) fn open(folder: &Folder, clock: &Clock) -> Result<Self, OpenError> {
        let unusable = |error: io::Error| OpenError::Unusable(error.to_string());
        let damage = match Self::of(folder.file().map_err(unusable)?) {
            Ok(store) => return Ok(store),
            Err(Unopened::Io(error)) => return Err(unusable(error)),
            Err(Unopened::Damaged(damage)) => damage,
        };
        let mut store = Self::of(folder.rescue_file().map_err(unusable)?).map_err(|error| OpenError::Unusable(error.to_string()))?;
        let rescued = salvage::each(&folder.store(), clock.now(), |records| {
            let appended = records.iter().map(Vec::as_slice).collect();
            store.write(&Changes { appended, ..Changes::default() }).map_err(io::Error::other)
        });
        let rescued = rescued.map_err(unusable)?;
        let aside = folder.replace_damaged().map_err(unusable)?;
        metrics::counter!("throughline_spool_files_damaged_total").increment(1);
        tracing::error!(%damage, aside = %aside.display(), rescued, "the spool's file was damaged: what could be read is kept, the rest is set aside");
        Ok(store)
    }

    fn of(file: File) -> Result<Self, Unopened> {
        // redb checks what it reads, and yet a file that somebody else wrote may surprise it.
        catch_unwind(AssertUnwindSafe(|| {
            let mut builder = Builder::new();
            builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
            let database = builder.create_with_backend(FileBackend::new(file)?)?;
            Self::load(database).map_err(|error| Unopened::Damaged(error.to_string()))
        }))
        .unwrap_or_else(|_| Err(Unopened::Damaged("reading it panicked".to_owned())))
    }

    fn load(database: Database) -> Result<Self, Failed> {
        let tx = database.begin_write()?;
        let mut sums = Sums::default();
        let mut next = 1;
        {
            let waiting = tx.open_table(WAITING)?;
            for entry in waiting.iter()? {
                let (seq, bytes) = entry?;
                next = seq.value() + 1;
                sums.records += 1;
                sums.bytes += bytes.value().len() as u64;
            }
            sums.oldest = oldest(&waiting)?;
            let corrupt = tx.open_table(CORRUPT)?;
            sums.corrupt = corrupt.len()?;
            next = next.max(corrupt.last()?.map_or(1, |(seq, _)| seq.value() + 1));
        }
        tx.commit()?;
        Ok(Self { database, next, sums })
    }

    /// Makes all changes in one durable transaction.
    pub(super) fn write(&mut self, changes: &Changes<'_>) -> Result<(), Failed> {
        let mut tx = self.database.begin_write()?;
        tx.set_durability(Durability::Immediate)?;
        let (mut sums, mut next) = (self.sums, self.next);
        {
            let (mut waiting, mut corrupt) = (tx.open_table(WAITING)?, tx.open_table(CORRUPT)?);
            for bytes in &changes.appended {
                waiting.insert(next, *bytes)?;
                next += 1;
                sums.records += 1;
                sums.bytes += bytes.len() as u64;
            }
            for seq in changes.removed.iter().chain(&changes.corrupt) {
                let Some(bytes) = waiting.remove(seq)? else { continue };
                sums.records -= 1;
                sums.bytes = sums.bytes.saturating_sub(bytes.value().len() as u64);
                if changes.corrupt.contains(seq) {
                    corrupt.insert(seq, bytes.value())?;
                    sums.corrupt += 1;
                }
            }
            sums.oldest = oldest(&waiting)?;
        }
        tx.commit()?;
        (self.sums, self.next) = (sums, next);
        Ok(())
    }

    /// The first records, at most so many and about so many bytes; at least one when there is one.
    pub(super) fn first(&self, records_max: usize, bytes_max: usize) -> Result<Vec<Numbered>, Failed> {
        let waiting = self.database.begin_read()?.open_table(WAITING)?;
        let mut bytes = 0;
        let mut first = Vec::new();
        for entry in waiting.iter()?.take(records_max) {
            let (seq, record) = entry?;
            bytes += record.value().len();
            if bytes > bytes_max && !first.is_empty() {
                break;
            }
            first.push((seq.value(), record.value().to_vec()));
        }
        Ok(first)
    }

    /// Nothing is in it: its file can be replaced by a new one, which leaves no trace of what was sent.
    pub(super) fn is_blank(&self) -> bool {
        self.sums.records == 0 && self.sums.corrupt == 0
    }
}

/// When the first record came that says so.
fn oldest<T: redb::ReadableTable<u64, &'static [u8]>>(waiting: &T) -> Result<Option<DateTime<Utc>>, Failed> {
    for entry in waiting.iter()? {
        if let Ok(arrived_at) = record::arrived_at(entry?.1.value()) {
            return Ok(Some(arrived_at));
        }
    }
    Ok(None)
}

/// Why a file could not be opened.
#[derive(Debug, thiserror::Error)]
enum Unopened {
    /// The disk's fault, or the rights'.
    #[error("{0}")]
    Io(io::Error),
    #[error("{0}")]
    Damaged(String),
}

impl From<DatabaseError> for Unopened {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Storage(StorageError::Io(error)) if !is_about_content(&error) => Self::Io(error),
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// A file that ends too early is damaged; one that cannot be read at all is not.
fn is_about_content(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
}
