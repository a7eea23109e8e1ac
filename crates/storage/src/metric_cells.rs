//! Points of one series and minute or hour, added up. Only the holder of the project's [`crate::work`] row writes here.
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
    Ok(match grain {
        Grain::Minute => {
            sqlx::query_as!(
                CellRow,
                "select series_id, bucket, n, sum, min, max, last, last_ts, sketch from metric_minute
                 where project_id = $1 and series_id = any($2) and bucket >= $3 and bucket < $4 order by series_id, bucket",
                project.0,
                series,
                from,
                until
            )
            .fetch_all(&db.pool)
            .await?
        }
        Grain::Hour => {
            sqlx::query_as!(
                CellRow,
                "select series_id, bucket, n, sum, min, max, last, last_ts, sketch from metric_hour
                 where project_id = $1 and series_id = any($2) and bucket >= $3 and bucket < $4 order by series_id, bucket",
                project.0,
                series,
                from,
                until
            )
            .fetch_all(&db.pool)
            .await?
        }
    })
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
    Ok(match grain {
        Grain::Minute => {
            sqlx::query_file_as!(CellRow, "sql/metric_cells/stored_minutes.sql", project.0, series, buckets, from, until)
                .fetch_all(&mut **tx)
                .await?
        }
        Grain::Hour => {
            sqlx::query_file_as!(CellRow, "sql/metric_cells/stored_hours.sql", project.0, series, buckets).fetch_all(&mut **tx).await?
        }
    })
}

/// Writes cells in place of what was there; no series and bucket may occur twice.
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
    match grain {
        Grain::Minute => {
            sqlx::query_file!(
                "sql/metric_cells/save_minutes.sql",
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
        }
        Grain::Hour => {
            sqlx::query_file!(
                "sql/metric_cells/save_hours.sql",
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
        }
    };
    Ok(())
}
