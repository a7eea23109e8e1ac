//! Segments: events in columns. Bytes are opaque here; `analysis::segment` makes and reads them.
//!
//! Only the holder of the project's [`crate::work`] row writes here. A reader that lists segments and then reads their
//! parts may find that compaction has replaced one in between; it lists again.

use chrono::{DateTime, NaiveDate, Utc};
use futures::{Stream, TryStreamExt as _};
use protocol::id::ProjectId;

use crate::flushes::FlushRange;
use crate::keeping::Freed;
use crate::{Db, Result, Transaction};

/// A segment that is about to be written.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0060_segment.sql")]
pub struct NewSegment {
    pub segment_id: i64,
    pub day: NaiveDate,
    pub events: i64,
    pub meta: serde_json::Value,
    /// By their numbers, from 0.
    pub parts: Vec<Vec<u8>>,
}

/// A segment as it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0060_segment.sql")]
pub struct Listed {
    pub segment_id: i64,
    pub day: NaiveDate,
    pub events: i64,
    pub created_at: DateTime<Utc>,
}

/// A stored part.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0062_segment_part.sql")]
pub struct StoredPart {
    pub segment_id: i64,
    pub part: i16,
    pub bytes: Vec<u8>,
}

/// Writes segments in the transaction of the project's holder.
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Transaction, project: ProjectId, segments: &[NewSegment], now: DateTime<Utc>) -> Result<()> {
    for segment in segments {
        let bytes: usize = segment.parts.iter().map(Vec::len).sum();
        sqlx::query!(
            "insert into segment (project_id, segment_id, day, events, bytes, meta, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
            project.0,
            segment.segment_id,
            segment.day,
            segment.events,
            bytes as i64,
            segment.meta,
            now
        )
        .execute(&mut **tx)
        .await?;
        let (numbers, parts): (Vec<i16>, Vec<&[u8]>) = (0..).zip(segment.parts.iter().map(Vec::as_slice)).unzip();
        sqlx::query!(
            "insert into segment_part (project_id, segment_id, part, bytes)
             select $1, $2, p.part, p.bytes from unnest($3::int2[], $4::bytea[]) as p (part, bytes)",
            project.0,
            segment.segment_id,
            &numbers,
            parts.as_slice() as _
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Removes segments, and returns how many there still were.
///
/// # Errors
/// When the database refuses.
pub async fn remove(tx: &mut Transaction, project: ProjectId, ids: &[i64]) -> Result<u64> {
    sqlx::query!("delete from segment_part where project_id = $1 and segment_id = any($2)", project.0, ids).execute(&mut **tx).await?;
    let done =
        sqlx::query!("delete from segment where project_id = $1 and segment_id = any($2)", project.0, ids).execute(&mut **tx).await?;
    Ok(done.rows_affected())
}

/// The segments of these days, both included, by day and number.
///
/// # Errors
/// When the database refuses.
pub async fn list(db: &Db, project: ProjectId, from: NaiveDate, until: NaiveDate) -> Result<Vec<Listed>> {
    Ok(sqlx::query_as!(
        Listed,
        "select segment_id, day, events, created_at from segment where project_id = $1 and day between $2 and $3 order by day, segment_id",
        project.0,
        from,
        until
    )
    .fetch_all(&db.pool)
    .await?)
}

/// The segments of days that have more than one: what compaction looks at.
///
/// # Errors
/// When the database refuses.
pub async fn crowded(db: &Db, project: ProjectId) -> Result<Vec<Listed>> {
    Ok(sqlx::query_as!(
        Listed,
        "select s.segment_id, s.day, s.events, s.created_at from segment s
         where s.project_id = $1 and exists (
             select from segment o where o.project_id = $1 and o.day = s.day and o.segment_id <> s.segment_id)
         order by s.day, s.segment_id",
        project.0
    )
    .fetch_all(&db.pool)
    .await?)
}

/// The descriptions of those of these segments that are still there.
///
/// # Errors
/// When the database refuses.
pub async fn metas(db: &Db, project: ProjectId, ids: &[i64]) -> Result<Vec<(i64, serde_json::Value)>> {
    let rows = sqlx::query!("select segment_id, meta from segment where project_id = $1 and segment_id = any($2)", project.0, ids)
        .fetch_all(&db.pool)
        .await?;
    Ok(rows.into_iter().map(|row| (row.segment_id, row.meta)).collect())
}

/// Those of these parts that are still there; `ids` and `parts` are parallel.
///
/// # Errors
/// When the database refuses.
pub async fn parts(db: &Db, project: ProjectId, ids: &[i64], parts: &[i16]) -> Result<Vec<StoredPart>> {
    Ok(sqlx::query_as!(
        StoredPart,
        "select s.segment_id, s.part, s.bytes from segment_part s
         join unnest($2::int8[], $3::int2[]) as w (segment_id, part) on s.segment_id = w.segment_id and s.part = w.part
         where s.project_id = $1",
        project.0,
        ids,
        parts
    )
    .fetch_all(&db.pool)
    .await?)
}

/// All parts of these segments, by segment and part.
///
/// # Errors
/// When the database refuses.
pub async fn whole(db: &Db, project: ProjectId, ids: &[i64]) -> Result<Vec<StoredPart>> {
    Ok(sqlx::query_as!(
        StoredPart,
        "select segment_id, part, bytes from segment_part where project_id = $1 and segment_id = any($2) order by segment_id, part",
        project.0,
        ids
    )
    .fetch_all(&db.pool)
    .await?)
}

/// All parts of a day's segments, by segment and part, as one statement finds them: no merging in between is seen. The
/// statement runs as long as the stream is read.
pub fn of_day(db: &Db, project: ProjectId, day: NaiveDate) -> impl Stream<Item = Result<StoredPart>> + '_ {
    sqlx::query_as!(
        StoredPart,
        "select p.segment_id, p.part, p.bytes from segment s join segment_part p on p.project_id = $1 and p.segment_id = s.segment_id
         where s.project_id = $1 and s.day = $2 order by p.segment_id, p.part",
        project.0,
        day
    )
    .fetch(&db.pool)
    .map_err(Into::into)
}

/// The projects that have flushes without segments although they are counted.
///
/// # Errors
/// When the database refuses.
pub async fn indebted(db: &Db) -> Result<Vec<ProjectId>> {
    let ids = sqlx::query_scalar!("select distinct project_id from segment_debt order by project_id").fetch_all(&db.pool).await?;
    Ok(ids.into_iter().map(ProjectId).collect())
}

/// The oldest of these flushes, locked.
///
/// # Errors
/// When the database refuses.
pub async fn debts(tx: &mut Transaction, project: ProjectId, limit: i64) -> Result<Vec<FlushRange>> {
    Ok(sqlx::query_as!(
        FlushRange,
        "select flush_id, received_from, received_until from segment_debt where project_id = $1
         order by received_from, flush_id limit $2 for update",
        project.0,
        limit
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Notes that these have their segments, or are gone.
///
/// # Errors
/// When the database refuses.
pub async fn settle(tx: &mut Transaction, project: ProjectId, debts: &[FlushRange]) -> Result<()> {
    for debt in debts {
        sqlx::query!(
            "delete from segment_debt where project_id = $1 and received_from = $2 and flush_id = $3",
            project.0,
            debt.received_from,
            debt.flush_id
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// A day's segments of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OldDay {
    pub project: ProjectId,
    pub day: NaiveDate,
    pub events: i64,
    pub bytes: i64,
}

/// Days before `before` that a project has segments of, oldest first, at most so many.
///
/// # Errors
/// When the database refuses.
pub async fn days_before(db: &Db, project: ProjectId, before: NaiveDate, limit: i64) -> Result<Vec<OldDay>> {
    let rows = sqlx::query!(
        r#"select day, sum(events)::int8 as "events!", sum(bytes)::int8 as "bytes!" from segment
           where project_id = $1 and day < $2 group by day order by day limit $3"#,
        project.0,
        before,
        limit
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows.into_iter().map(|row| OldDay { project, day: row.day, events: row.events, bytes: row.bytes }).collect())
}

/// Removes a day's segments, by the holder of the project, notes that it and the days before have none any more, and returns
/// what they held.
///
/// # Errors
/// When the database refuses.
pub async fn remove_day(tx: &mut Transaction, project: ProjectId, day: NaiveDate) -> Result<Freed> {
    let rows = sqlx::query!("delete from segment where project_id = $1 and day = $2 returning segment_id, events, bytes", project.0, day)
        .fetch_all(&mut **tx)
        .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.segment_id).collect();
    sqlx::query!("delete from segment_part where project_id = $1 and segment_id = any($2)", project.0, &ids).execute(&mut **tx).await?;
    sqlx::query!("update work set segments_from = greatest(segments_from, $2::date + 1) where project_id = $1", project.0, day)
        .execute(&mut **tx)
        .await?;
    Ok(Freed { rows: rows.iter().map(|row| row.events).sum(), bytes: rows.iter().map(|row| row.bytes).sum() })
}

/// The oldest day that a project has segments of.
///
/// # Errors
/// When the database refuses.
pub async fn oldest_day(db: &Db, project: ProjectId) -> Result<Option<NaiveDate>> {
    Ok(sqlx::query_scalar!("select min(day) from segment where project_id = $1", project.0).fetch_one(&db.pool).await?)
}
