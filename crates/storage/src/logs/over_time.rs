//! How many log records there were over time.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::level::Level;

use crate::{Db, Result, received};

/// Records of one level in one bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelCell {
    /// Which bucket, from 0.
    pub bucket: usize,
    /// Which level.
    pub level: Level,
    /// Records, by their weight.
    pub records: f64,
    /// Rows.
    pub rows: u64,
    /// The oldest one.
    pub oldest: DateTime<Utc>,
    /// Some count more than one.
    pub weighted: bool,
}

/// The newest `limit` records of a range by bucket and level; each of `bounds` begins a bucket.
///
/// # Errors
/// When the database refuses.
pub async fn over_time(
    db: &Db,
    project: ProjectId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    bounds: &[DateTime<Utc>],
    limit: i64,
) -> Result<Vec<LevelCell>> {
    let (received_from, received_until) = received::range(from, until);
    let rows = sqlx::query_file!("sql/logs/over_time.sql", project.0, from, until, received_from, received_until, bounds, limit)
        .fetch_all(&db.pool)
        .await?;
    let cell = |row: u64, records, bucket: i32, level, oldest, weighted| {
        Some(LevelCell { bucket: usize::try_from(bucket - 1).ok()?, level: Level::from_code(level)?, records, rows: row, oldest, weighted })
    };
    Ok(rows
        .into_iter()
        .filter_map(|row| cell(row.rows.unsigned_abs(), row.records, row.bucket, row.level, row.oldest, row.weighted))
        .collect())
}
