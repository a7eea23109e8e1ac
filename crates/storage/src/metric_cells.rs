//! Points of one series and minute, hour or day, added up. Only the holder of the project's [`crate::work`] row writes here.
//!
//! Merging happens in `analysis`; a sketch is opaque bytes here.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;

use crate::{Db, Result, Transaction};

/// The width of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grain {
    /// Kept for 30 days.
    Minute,
    /// Kept.
    Hour,
    /// Kept; only of days that are folded, see [`crate::metric_folds`].
    Day,
}

/// A stored cell.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0020_metric_minute.sql")]
pub struct CellRow {
    pub series_id: i32,
    pub bucket: DateTime<Utc>,
    pub n: i64,
    pub sum: f64,
    pub min: f64,
    pub max: f64,
    pub last: f64,
    pub last_ts: DateTime<Utc>,
    pub sketch: Option<Vec<u8>>,
}

/// The cells of these series in a range, `until` exclusive, by series and bucket. There are at most as many as the range
/// has buckets, times the series: callers bound both.
///
/// # Errors
/// When the database refuses.
pub async fn read(
    db: &Db,
    project: ProjectId,
    grain: Grain,
    series: &[i32],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<CellRow>> {
    macro_rules! read {
        ($table:literal) => {
            sqlx::query_as!(
                CellRow,
                "select series_id, bucket, n, sum, min, max, last, last_ts, sketch from "
                    + $table
                    + " where project_id = $1
                 and series_id = any($2) and bucket >= $3 and bucket < $4 order by series_id, bucket",
                project.0,
                series,
                from,
                until
            )
            .fetch_all(&db.pool)
            .await?
        };
    }
    Ok(match grain {
        Grain::Minute => read!("metric_minute"),
        Grain::Hour => read!("metric_hour"),
        Grain::Day => read!("metric_day"),
    })
}

/// The hours of the series from `first` to `last`, both among them, in a range, by series and hour.
///
/// # Errors
/// When the database refuses.
pub async fn hours_of_some(
    tx: &mut Transaction,
    project: ProjectId,
    (first, last): (i32, i32),
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<CellRow>> {
    Ok(sqlx::query_as!(
        CellRow,
        "select series_id, bucket, n, sum, min, max, last, last_ts, sketch from metric_hour
         where project_id = $1 and series_id between $2 and $3 and bucket >= $4 and bucket < $5 order by series_id, bucket",
        project.0,
        first,
        last,
        from,
        until
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Those of these cells that have a row; `series` and `buckets` are parallel.
///
/// # Errors
/// When the database refuses.
pub async fn stored(
    tx: &mut Transaction,
    project: ProjectId,
    grain: Grain,
    series: &[i32],
    buckets: &[DateTime<Utc>],
) -> Result<Vec<CellRow>> {
    let (Some(from), Some(until)) = (buckets.iter().min(), buckets.iter().max()) else {
        return Ok(Vec::new());
    };
    // The range names the partitions, where there are any.
    macro_rules! stored {
        ($table:literal) => {
            sqlx::query_as!(
                CellRow,
                "select c.series_id, c.bucket, c.n, c.sum, c.min, c.max, c.last, c.last_ts, c.sketch
                 from unnest($2::int4[], $3::timestamptz[]) as k (series_id, bucket)
                 join "
                    + $table
                    + " c on c.project_id = $1 and c.series_id = k.series_id and c.bucket = k.bucket
                 where c.bucket between $4 and $5",
                project.0,
                series,
                buckets,
                from,
                until
            )
            .fetch_all(&mut **tx)
            .await?
        };
    }
    Ok(match grain {
        Grain::Minute => stored!("metric_minute"),
        Grain::Hour => stored!("metric_hour"),
        Grain::Day => stored!("metric_day"),
    })
}

/// Writes cells in place of what was there; no series and bucket may occur twice. Only the holder of the project's work row
/// comes here, which is why nothing can have changed since it read what it merged with.
///
/// # Errors
/// When the database refuses, also when a minute has no partition.
pub async fn save(tx: &mut Transaction, project: ProjectId, grain: Grain, rows: &[CellRow]) -> Result<()> {
    let series: Vec<i32> = rows.iter().map(|row| row.series_id).collect();
    let buckets: Vec<DateTime<Utc>> = rows.iter().map(|row| row.bucket).collect();
    let ns: Vec<i64> = rows.iter().map(|row| row.n).collect();
    let sums: Vec<f64> = rows.iter().map(|row| row.sum).collect();
    let mins: Vec<f64> = rows.iter().map(|row| row.min).collect();
    let maxs: Vec<f64> = rows.iter().map(|row| row.max).collect();
    let lasts: Vec<f64> = rows.iter().map(|row| row.last).collect();
    let last_ts: Vec<DateTime<Utc>> = rows.iter().map(|row| row.last_ts).collect();
    let sketches: Vec<Option<&[u8]>> = rows.iter().map(|row| row.sketch.as_deref()).collect();
    macro_rules! save {
        ($table:literal) => {
            sqlx::query!(
                "insert into "
                    + $table
                    + " (project_id, series_id, bucket, n, sum, min, max, last, last_ts, sketch)
                 select $1, c.series_id, c.bucket, c.n, c.sum, c.min, c.max, c.last, c.last_ts, c.sketch
                 from unnest($2::int4[], $3::timestamptz[], $4::int8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
                     $9::timestamptz[], $10::bytea[]) as c (series_id, bucket, n, sum, min, max, last, last_ts, sketch)
                 on conflict (project_id, series_id, bucket) do update set n = excluded.n, sum = excluded.sum,
                     min = excluded.min, max = excluded.max, last = excluded.last, last_ts = excluded.last_ts,
                     sketch = excluded.sketch",
                project.0,
                &series,
                &buckets,
                &ns,
                &sums,
                &mins,
                &maxs,
                &lasts,
                &last_ts,
                sketches.as_slice() as _
            )
            .execute(&mut **tx)
            .await?
        };
    }
    match grain {
        Grain::Minute => save!("metric_minute"),
        Grain::Hour => save!("metric_hour"),
        Grain::Day => save!("metric_day"),
    };
    Ok(())
}
