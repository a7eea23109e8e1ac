//! Signals as they arrive, in the order of receipt, for `throughline tail`.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::Signal;
use uuid::Uuid;

use crate::live_events::Cursor;
use crate::{Db, Result};

/// A signal that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0012_event.sql")]
pub struct Arrival {
    pub signal: Signal,
    pub received_at: DateTime<Utc>,
    pub flush_id: Uuid,
    pub n: i32,
    pub ts: DateTime<Utc>,
    pub id: Option<Uuid>,
    /// Its name, with what says most about it.
    pub name: String,
    pub actor: String,
    pub environment: String,
    pub flags: i32,
    pub is_bot: bool,
}

impl Arrival {
    /// Where the next page begins.
    pub fn place(&self) -> Cursor {
        Cursor { received_at: self.received_at, flush_id: self.flush_id, n: self.n }
    }
}

/// Where the first page begins.
pub fn beginning(from: DateTime<Utc>) -> Cursor {
    Cursor { received_at: from, flush_id: Uuid::nil(), n: i32::MIN }
}

/// Signals that were received at or after `from` and lie behind `after`, those of the flushes in `known` left out, at most
/// `limit`.
///
/// # Errors
/// When the database refuses.
pub async fn arrivals(
    db: &Db,
    project: ProjectId,
    signal: Signal,
    from: DateTime<Utc>,
    known: &[Uuid],
    after: Cursor,
    limit: i64,
) -> Result<Vec<Arrival>> {
    macro_rules! page {
        ($file:literal) => {
            sqlx::query_file!($file, project.0, from, known, after.received_at, after.flush_id, after.n, limit)
                .fetch_all(&db.pool)
                .await?
                .into_iter()
                .map(|row| Arrival {
                    signal,
                    received_at: row.received_at,
                    flush_id: row.flush_id,
                    n: row.n,
                    ts: row.ts,
                    id: row.id,
                    name: row.name,
                    actor: row.actor,
                    environment: row.environment,
                    flags: row.flags,
                    is_bot: row.is_bot,
                })
                .collect()
        };
    }
    Ok(match signal {
        Signal::Event => page!("sql/tail/events.sql"),
        Signal::Metric => page!("sql/tail/points.sql"),
        Signal::Span => page!("sql/tail/spans.sql"),
        Signal::Error => page!("sql/tail/error_reports.sql"),
        Signal::Log => page!("sql/tail/logs.sql"),
        Signal::Identity => page!("sql/tail/identities.sql"),
    })
}
