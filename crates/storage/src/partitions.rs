//! Day partitions: made ahead by a job, so that no write ever waits for one, and never by a client's clock.
//!
//! The only module that builds SQL at run time: a partition's name and bounds cannot be bind parameters. Both come from a
//! `NaiveDate` of ours, never from input.

mod expire;

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use protocol::keeping::DataType;
use protocol::limits::{IMPORT_DAYS_MAX, LEDGER_DAYS};
use protocol::outcome::Signal;

use crate::{Db, Error, Result};

pub use expire::{Dropped, OldPartition, days, drop_when_free, oldest_day, tally};

/// Days made ahead: a stopped worker leaves a week to notice.
const DAYS_AHEAD: u64 = 7;

/// How often a change of partitions is tried, and the pause in between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// A table that is partitioned by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Table {
    Event,
    MetricPoint,
    Span,
    ErrorReport,
    Log,
    Identity,
    MetricMinute,
    Batch,
    SeenId,
}

impl Table {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Event,
        Self::MetricPoint,
        Self::Span,
        Self::ErrorReport,
        Self::Log,
        Self::Identity,
        Self::MetricMinute,
        Self::Batch,
        Self::SeenId,
    ];

    /// The raw table of a signal.
    pub const fn of(signal: Signal) -> Self {
        match signal {
            Signal::Event => Self::Event,
            Signal::Metric => Self::MetricPoint,
            Signal::Span => Self::Span,
            Signal::Error => Self::ErrorReport,
            Signal::Log => Self::Log,
            Signal::Identity => Self::Identity,
        }
    }

    /// What is kept in it, if there is a time for that.
    pub const fn data_type(self) -> Option<DataType> {
        Some(match self {
            Self::Event => DataType::Events,
            Self::MetricPoint => DataType::MetricPoints,
            Self::Span => DataType::Spans,
            Self::ErrorReport => DataType::Errors,
            Self::Log => DataType::Logs,
            Self::Identity => DataType::Identities,
            Self::MetricMinute => DataType::MetricMinutes,
            Self::Batch | Self::SeenId => return None,
        })
    }

    /// Cut by the time within a UUIDv7, not by a time of its own.
    const fn is_by_id(self) -> bool {
        matches!(self, Self::Batch | Self::SeenId)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::MetricPoint => "metric_point",
            Self::Span => "span",
            Self::ErrorReport => "error_report",
            Self::Log => "log",
            Self::Identity => "identity",
            Self::MetricMinute => "metric_minute",
            Self::Batch => "batch",
            Self::SeenId => "seen_id",
        }
    }

    /// Days before today that must be there. Raw tables begin yesterday (a flush may span midnight) and grow backwards
    /// only for an import; minutes cover what late and imported points may touch; ids in the ledger may be a day older
    /// than its window.
    const fn days_back(self) -> u64 {
        match self {
            Self::Event | Self::MetricPoint | Self::Span | Self::ErrorReport | Self::Log | Self::Identity => 1,
            Self::MetricMinute => IMPORT_DAYS_MAX as u64 + 1,
            Self::Batch | Self::SeenId => LEDGER_DAYS as u64 + 1,
        }
    }

    fn create(self, day: NaiveDate) -> String {
        let name = self.name();
        let (from, until) = if self.is_by_id() {
            (uuid_floor(day), uuid_floor(day + Days::new(1)))
        } else {
            (format!("{day} 00:00:00+00"), format!("{} 00:00:00+00", day + Days::new(1)))
        };
        format!("create table if not exists {} partition of {name} for values from ('{from}') to ('{until}')", self.partition(day))
    }

    fn partition(self, day: NaiveDate) -> String {
        format!("{}_{}", self.name(), day.format("%Y_%m_%d"))
    }

    /// The day of a partition; `None` for one that is not a day's.
    fn day_of(self, partition: &str) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(partition.strip_prefix(self.name())?, "_%Y_%m_%d").ok()
    }
}

/// The least UUID whose first 48 bits are the day's first millisecond: where a day of UUIDv7s begins.
fn uuid_floor(day: NaiveDate) -> String {
    let millis = day.and_time(NaiveTime::MIN).and_utc().timestamp_millis().max(0);
    let hex = format!("{millis:012x}");
    format!("{}-{}-0000-0000-000000000000", &hex[..8], &hex[8..])
}

/// The first day for which `table` must have a partition.
pub fn first_day(table: Table, now: DateTime<Utc>) -> NaiveDate {
    now.date_naive() - Days::new(table.days_back())
}

/// Makes every partition that must be there now, for all tables. Idempotent; several processes may call it at once.
///
/// # Errors
/// When the database refuses; what was made stays.
pub async fn ensure(db: &Db, now: DateTime<Utc>) -> Result<u32> {
    let mut made = 0;
    for table in Table::ALL {
        made += ensure_days(db, table, wanted(table, now)).await?;
    }
    Ok(made)
}

/// How many partitions that must be there now are not.
///
/// # Errors
/// When the database refuses.
pub async fn missing(db: &Db, now: DateTime<Utc>) -> Result<usize> {
    let mut missing = 0;
    for table in Table::ALL {
        let there = existing(db, table).await?;
        missing += wanted(table, now).filter(|day| !there.contains(&table.partition(*day))).count();
    }
    Ok(missing)
}

fn wanted(table: Table, now: DateTime<Utc>) -> impl Iterator<Item = NaiveDate> {
    first_day(table, now).iter_days().take_while(move |day| *day <= now.date_naive() + Days::new(DAYS_AHEAD))
}

/// Makes the partitions of these days, for an import of history. Returns how many were missing.
///
/// # Errors
/// When the database refuses; what was made stays.
pub async fn ensure_days(db: &Db, table: Table, days: impl Iterator<Item = NaiveDate>) -> Result<u32> {
    let there = existing(db, table).await?;
    let mut made = 0;
    for day in days {
        if !there.contains(&table.partition(day)) {
            create(db, table, day).await?;
            made += 1;
        }
    }
    Ok(made)
}

async fn existing(db: &Db, table: Table) -> Result<std::collections::HashSet<String>> {
    let names = sqlx::query_scalar!(
        r#"select c.relname::text as "name!" from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::text::regclass"#,
        table.name()
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(names.into_iter().collect())
}

async fn create(db: &Db, table: Table, day: NaiveDate) -> Result<()> {
    match change(db, &table.create(day)).await {
        // Another process made it between our look and our statement (42P07), or the catalogue row (23505).
        Err(Error::Taken(_)) => Ok(()),
        Err(Error::Failed(error)) if error.as_database_error().and_then(|e| e.code()).as_deref() == Some("42P07") => Ok(()),
        done => done,
    }
}

/// Drops the partitions of days before `first`, whole: nothing is deleted row by row. Returns how many there were.
///
/// # Errors
/// When the database refuses; what was dropped is gone.
pub async fn drop_before(db: &Db, table: Table, first: NaiveDate) -> Result<u32> {
    let mut dropped = 0;
    for name in existing(db, table).await? {
        if table.day_of(&name).is_some_and(|day| day < first) {
            change(db, &format!("drop table if exists {name}")).await?;
            dropped += 1;
        }
    }
    Ok(dropped)
}

/// Tries for a short time only, and a few times: the statement waits for every writer of the parent (or a dump that reads
/// it), and every writer that comes later waits for the statement. Between two tries the writers go on. Whoever needs it
/// asks again later.
async fn change(db: &Db, statement: &str) -> Result<()> {
    for attempt in 1.. {
        let mut tx = db.begin().await?;
        sqlx::query!("set local lock_timeout = '200ms'").execute(&mut *tx).await?;
        match sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await.map_err(Error::from) {
            Ok(_) => return Ok(tx.commit().await?),
            Err(Error::Busy(_)) if attempt < TRIES => tx.rollback().await?,
            Err(error) => return Err(error),
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_tells_its_day() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 14).expect("a day");
        assert_eq!(Table::Batch.day_of(&Table::Batch.partition(day)), Some(day));
        assert_eq!(Table::Batch.day_of("batch_undated"), None);
    }

    #[test]
    fn a_day_of_batch_ids_begins_at_its_first_millisecond() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 14).expect("a day");
        let floor: uuid::Uuid = uuid_floor(day).parse().expect("a uuid");
        let (seconds, _) = uuid::Builder::from_bytes(*floor.as_bytes())
            .with_version(uuid::Version::SortRand)
            .into_uuid()
            .get_timestamp()
            .expect("a time")
            .to_unix();
        assert_eq!(DateTime::from_timestamp(seconds as i64, 0).map(|t| t.to_rfc3339()).as_deref(), Some("2026-05-14T00:00:00+00:00"));
    }
}
