//! Partitions whose time is over.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};
use protocol::id::ProjectId;
use sqlx::{AssertSqlSafe, Row as _};

use super::{PAUSE, TRIES, Table, existing};
use crate::keeping::{self, Freed};
use crate::{Db, Error, Result};

/// A day that is to go, with what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OldPartition {
    pub table: Table,
    pub day: NaiveDate,
    /// Of each project that has rows there: of the bytes its part by rows.
    pub held: Vec<(ProjectId, Freed)>,
}

/// The days that have a partition, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn days(db: &Db, table: Table) -> Result<Vec<NaiveDate>> {
    let mut days: Vec<NaiveDate> = existing(db, table).await?.iter().filter_map(|name| table.day_of(name)).collect();
    days.sort_unstable();
    Ok(days)
}

/// What became of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// It is gone now.
    Now,
    /// Another process was first.
    Before,
    /// A flush of this project still needs it.
    Held(ProjectId),
}

/// What a partition holds; `None` when it is gone. Reads the whole index of it, so it is for days that are about to go.
///
/// # Errors
/// When the database refuses.
pub async fn tally(db: &Db, table: Table, day: NaiveDate) -> Result<Option<OldPartition>> {
    let name = table.partition(day);
    let bytes: Option<i64> =
        sqlx::query_scalar("select pg_total_relation_size(to_regclass($1)::oid)").bind(&name).fetch_one(&db.pool).await?;
    let counts = format!("select project_id, count(*) from {name} group by project_id order by project_id");
    let Some(bytes) = bytes else { return Ok(None) };
    let rows = match sqlx::query(AssertSqlSafe(counts)).fetch_all(&db.pool).await {
        // No such table (42P01): another process dropped it between these two statements.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => return Ok(None),
        rows => rows?,
    };
    let counts =
        rows.iter().map(|row| Ok((ProjectId(row.try_get(0)?), row.try_get(1)?))).collect::<sqlx::Result<Vec<(ProjectId, i64)>>>()?;
    let all = counts.iter().map(|(_, rows)| rows).sum::<i64>().max(1);
    let part = |rows: i64| Freed { rows, bytes: (i128::from(bytes) * i128::from(rows) / i128::from(all)) as i64 };
    Ok(Some(OldPartition { table, day, held: counts.into_iter().map(|(project, rows)| (project, part(rows))).collect() }))
}

/// The oldest day on which a project has rows.
///
/// # Errors
/// When the database refuses.
pub async fn oldest_day(db: &Db, table: Table, project: ProjectId) -> Result<Option<NaiveDate>> {
    // Minutes are keyed by series: their oldest day is that of the table.
    if table == Table::MetricMinute {
        return Ok(days(db, table).await?.first().copied());
    }
    let statement = format!("select min(received_at) from {} where project_id = $1", table.name());
    let oldest: Option<DateTime<Utc>> = sqlx::query_scalar(AssertSqlSafe(statement)).bind(project.0).fetch_one(&db.pool).await?;
    Ok(oldest.map(|oldest| oldest.date_naive()))
}

/// Drops a partition whole, and notes for each project what was freed, unless a flush still needs rows of the time `needed`.
/// That is asked while nobody can write, so that no flush is overlooked.
///
/// # Errors
/// When the database refuses, or somebody holds the table for too long: ask again later.
pub async fn drop_when_free(
    db: &Db,
    partition: &OldPartition,
    needed: Option<Range<DateTime<Utc>>>,
    now: DateTime<Utc>,
) -> Result<Dropped> {
    for attempt in 1.. {
        match try_drop(db, partition, needed.clone(), now).await {
            Err(Error::Busy(_)) if attempt < TRIES => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
    }
    Ok(Dropped::Before)
}

async fn try_drop(db: &Db, partition: &OldPartition, needed: Option<Range<DateTime<Utc>>>, now: DateTime<Utc>) -> Result<Dropped> {
    let OldPartition { table, day, held } = partition;
    let name = table.partition(*day);
    let mut tx = db.begin().await?;
    sqlx::query!("set local lock_timeout = '200ms'").execute(&mut *tx).await?;
    // The parent first, as writers lock it.
    let lock = format!("lock table only {} in access exclusive mode", table.name());
    sqlx::query(AssertSqlSafe(lock)).execute(&mut *tx).await?;
    if let Some(needed) = needed
        && let Some(holder) = keeping::holder(&mut tx, needed.start, needed.end).await?
    {
        tx.rollback().await?;
        return Ok(Dropped::Held(holder));
    }
    let there: bool = sqlx::query_scalar("select to_regclass($1) is not null").bind(&name).fetch_one(&mut *tx).await?;
    if !there {
        tx.rollback().await?;
        return Ok(Dropped::Before);
    }
    sqlx::query(AssertSqlSafe(format!("drop table {name}"))).execute(&mut *tx).await?;
    for (project, freed) in held {
        if let Some(data_type) = table.data_type() {
            keeping::freed(&mut tx, *project, data_type, *freed, now).await?;
        }
    }
    tx.commit().await?;
    Ok(Dropped::Now)
}
