//! Raw rows found by their sender's id, for the event x-ray.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::Signal;
use uuid::Uuid;

use crate::batches::LedgerEntry;
use crate::{Db, Result};

/// What a raw row says about itself.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0012_event.sql")]
pub struct StoredItem {
    pub signal: Signal,
    pub id: Option<Uuid>,
    pub received_at: DateTime<Utc>,
    pub flush_id: Uuid,
    pub n: i32,
    pub batch_id: Uuid,
    pub ts: DateTime<Utc>,
    pub client_ts: Option<DateTime<Utc>>,
    pub name: String,
    pub actor_kind: i16,
    pub actor: String,
    pub route: Option<String>,
    pub release: Option<String>,
    pub environment: String,
    pub flags: i32,
    pub is_bot: bool,
}

/// Runs a statement whose rows are items of one signal.
macro_rules! items {
    ($db:expr, $signal:expr, $file:literal, $($argument:expr),+) => {
        sqlx::query_file!($file, $($argument),+)
            .fetch_all(&$db.pool)
            .await?
            .into_iter()
            .map(|row| StoredItem {
                signal: $signal,
                id: row.id,
                received_at: row.received_at,
                flush_id: row.flush_id,
                n: row.n,
                batch_id: row.batch_id,
                ts: row.ts,
                client_ts: row.client_ts,
                name: row.name,
                actor_kind: row.actor_kind,
                actor: row.actor,
                route: row.route,
                release: row.release,
                environment: row.environment,
                flags: row.flags,
                is_bot: row.is_bot,
            })
            .collect()
    };
}

/// Items with this id that were received in the range, `until` exclusive, the first received first: one, unless its sender
/// put it into several batches.
///
/// # Errors
/// When the database refuses.
pub async fn find(db: &Db, project: ProjectId, id: Uuid, from: DateTime<Utc>, until: DateTime<Utc>, limit: i64) -> Result<Vec<StoredItem>> {
    let mut items: Vec<StoredItem> = items!(db, Signal::Event, "sql/stored_items/event.sql", project.0, id, from, until, limit);
    let reports: Vec<StoredItem> = items!(db, Signal::Error, "sql/stored_items/error_report.sql", project.0, id, from, until, limit);
    items.extend(reports);
    // Sorted here: in the statement, an order by time would tempt the planner to walk through a whole day.
    items.sort_by_key(|item| (item.received_at, item.n));
    Ok(items)
}

/// How many rows a batch has that was sent live; `None` for a signal whose items have no ids, and for an import: there no
/// item is ever left out as a duplicate.
///
/// # Errors
/// When the database refuses.
pub async fn count_of_batch(db: &Db, project: ProjectId, batch: &LedgerEntry) -> Result<Option<i64>> {
    macro_rules! count {
        ($statement:literal) => {
            sqlx::query_scalar!($statement, project.0, batch.received_at, batch.flush_id, batch.batch_id).fetch_one(&db.pool).await?
        };
    }
    Ok(match Signal::ALL.into_iter().find(|signal| signal.code() == batch.signal) {
        Some(Signal::Event) => Some(count!(
            r#"select count(*) as "rows!" from event where project_id = $1 and received_at = $2 and flush_id = $3 and batch_id = $4"#
        )),
        Some(Signal::Error) => Some(count!(
            r#"select count(*) as "rows!" from error_report
               where project_id = $1 and received_at = $2 and flush_id = $3 and batch_id = $4"#
        )),
        Some(Signal::Metric | Signal::Span | Signal::Log | Signal::Identity) | None => None,
    })
}

/// The first items of a batch that was sent live, in its own order.
///
/// # Errors
/// When the database refuses.
pub async fn of_batch(db: &Db, project: ProjectId, batch: &LedgerEntry, limit: i64) -> Result<Vec<StoredItem>> {
    let (at, flush, id) = (batch.received_at, batch.flush_id, batch.batch_id);
    Ok(match Signal::ALL.into_iter().find(|signal| signal.code() == batch.signal) {
        Some(Signal::Event) => items!(db, Signal::Event, "sql/stored_items/events_of_batch.sql", project.0, at, flush, id, limit),
        Some(Signal::Metric) => items!(db, Signal::Metric, "sql/stored_items/points_of_batch.sql", project.0, at, flush, id, limit),
        Some(Signal::Span) => items!(db, Signal::Span, "sql/stored_items/spans_of_batch.sql", project.0, at, flush, id, limit),
        Some(Signal::Error) => items!(db, Signal::Error, "sql/stored_items/error_reports_of_batch.sql", project.0, at, flush, id, limit),
        Some(Signal::Log) => items!(db, Signal::Log, "sql/stored_items/logs_of_batch.sql", project.0, at, flush, id, limit),
        Some(Signal::Identity) => items!(db, Signal::Identity, "sql/stored_items/identities_of_batch.sql", project.0, at, flush, id, limit),
        // An import: its items lie at their own times.
        None => Vec::new(),
    })
}
