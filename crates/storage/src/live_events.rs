//! Events of the last minutes, as the Live page reads them: by time of receipt, imports left out.

use chrono::{DateTime, Utc};
use protocol::id::{ActorKind, ProjectId};
use protocol::live::LiveEvent;
use protocol::receipt::BotRule;
use protocol::trace::TraceId;
use uuid::Uuid;

use crate::{Db, Result};

/// What is counted of an event.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0012_event.sql")]
pub struct LiveRow {
    pub received_at: DateTime<Utc>,
    pub flush_id: Uuid,
    pub n: i32,
    pub ts: DateTime<Utc>,
    pub actor_kind: i16,
    pub actor: String,
    pub session_id: Option<String>,
    pub country: Option<String>,
    pub os: Option<String>,
    pub route: Option<String>,
    pub release: Option<String>,
    pub referrer: Option<String>,
    pub name: String,
    pub is_bot: bool,
}

/// Where a page of rows goes on, in the order of receipt.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "see migrations/0012_event.sql")]
pub struct Cursor {
    pub received_at: DateTime<Utc>,
    pub flush_id: Uuid,
    pub n: i32,
}

impl LiveRow {
    /// Where a page that ends with this row goes on.
    pub fn cursor(&self) -> Cursor {
        Cursor { received_at: self.received_at, flush_id: self.flush_id, n: self.n }
    }
}

impl Cursor {
    /// Behind every row that was received at or before `at`: where the first page begins.
    pub fn after(at: DateTime<Utc>) -> Self {
        Self { received_at: at, flush_id: Uuid::max(), n: i32::MAX }
    }
}

/// The project's events that were received at or after `from` and lie before `before`, newest first, at most `limit`,
/// those of the flushes in `known` left out. All rows of a flush become visible together, so a flush that was read once
/// need not be read again; flushes become visible a little out of order.
pub async fn since(db: &Db, project: ProjectId, from: DateTime<Utc>, known: &[Uuid], before: Cursor, limit: i64) -> Result<Vec<LiveRow>> {
    Ok(sqlx::query_file_as!(
        LiveRow,
        "sql/live_events/since.sql",
        project.0,
        from,
        known,
        crate::flags::IMPORTED,
        before.received_at,
        before.flush_id,
        before.n,
        limit
    )
    .fetch_all(&db.pool)
    .await?)
}

/// One of the newest events.
#[derive(Clone, Debug)]
pub struct NewestEvent {
    /// `detail` and `payload` are left for the caller to make of `props`.
    pub event: LiveEvent,
    /// A JSON object.
    pub props: serde_json::Value,
    /// What it says about where it happened, beside what `event` says.
    pub os: Option<String>,
    /// The sending application's.
    pub release: Option<String>,
    /// Where the visitor came from.
    pub referrer: Option<String>,
}

/// The project's newest events of people, or with `bots` of everybody, that were received at or after `from`, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn newest(db: &Db, project: ProjectId, from: DateTime<Utc>, bots: BotRule, limit: i64) -> Result<Vec<NewestEvent>> {
    let rows = sqlx::query!(
        "select event_id, ts, name, route, props, actor_kind, actor, country, trace_id, bot, os, release, referrer from event
         where project_id = $1 and received_at >= $2 and flags & $3 = 0 and ($5 or not is_bot)
         order by received_at desc, flush_id desc, n desc limit $4",
        project.0,
        from,
        crate::flags::IMPORTED,
        limit,
        bots == BotRule::All
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let event = LiveEvent {
                event_id: row.event_id,
                ts: row.ts,
                name: row.name,
                route: row.route,
                detail: String::new(),
                payload: String::new(),
                bot: row.bot,
                actor_kind: ActorKind::from_code(row.actor_kind),
                actor: row.actor,
                country: row.country,
                trace_id: row.trace_id.map(|id| TraceId(id.into_bytes())),
            };
            NewestEvent { event, props: row.props, os: row.os, release: row.release, referrer: row.referrer }
        })
        .collect())
}
