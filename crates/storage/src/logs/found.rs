//! Stored log records by their own time, read in bounded steps.

use chrono::{DateTime, Datelike as _, Utc};
use protocol::id::ProjectId;
use protocol::level::Level;
use protocol::logs::{LogOrder, StoredLog};
use protocol::range::YEARS;
use protocol::trace::{SpanId, TraceId};
use serde_json::{Map, Value};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Db, Result, received, row_id};

/// Where a record stands among all of a project, by its own time and then by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPlace {
    /// Its own time.
    pub ts: DateTime<Utc>,
    /// Its key.
    pub received_at: DateTime<Utc>,
    /// See `received_at`.
    pub flush_id: Uuid,
    /// See `received_at`.
    pub n: i32,
}

impl LogPlace {
    /// The record's id: its key.
    pub fn id(&self) -> String {
        row_id::write(self.received_at, self.flush_id, self.n)
    }

    /// The place as a text.
    pub fn word(&self) -> String {
        format!("{:x}-{}", self.ts.timestamp_micros(), self.id())
    }

    /// The place of a text that [`Self::word`] made.
    pub fn read(word: &str) -> Option<Self> {
        let (ts, id) = word.split_once('-')?;
        let (received_at, flush_id, n) = row_id::read(id)?;
        let ts = DateTime::from_timestamp_micros(i64::from_str_radix(ts, 16).ok()?)?;
        YEARS.contains(&ts.year()).then_some(Self { ts, received_at, flush_id, n })
    }
}

/// A record and its place.
pub type Placed = (LogPlace, StoredLog);

/// Which records are read.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// By their own time, inclusive.
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    /// Which come first.
    pub order: LogOrder,
    /// Only those behind this one.
    pub after: Option<LogPlace>,
    /// Only those that are worse than ordinary.
    pub notable: bool,
    /// Only those of this trace.
    pub trace: Option<TraceId>,
    /// At most so many.
    pub limit: i64,
}

/// A row as it is stored.
pub(super) struct Row {
    pub(super) received_at: DateTime<Utc>,
    pub(super) flush_id: Uuid,
    pub(super) n: i32,
    pub(super) ts: DateTime<Utc>,
    pub(super) level: i16,
    pub(super) body: String,
    pub(super) attributes: Json<Map<String, Value>>,
    pub(super) service: Option<String>,
    pub(super) trace_id: Option<Uuid>,
    pub(super) span_id: Option<i64>,
    pub(super) user_id: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) release: Option<String>,
    pub(super) environment: String,
    pub(super) weight: f64,
}

impl Row {
    pub(super) fn read(self) -> Option<Placed> {
        let place = LogPlace { ts: self.ts, received_at: self.received_at, flush_id: self.flush_id, n: self.n };
        let log = StoredLog {
            id: place.id(),
            ts: self.ts,
            level: Level::from_code(self.level)?,
            body: self.body,
            attributes: self.attributes.0,
            service: self.service,
            trace_id: self.trace_id.map(|id| TraceId(id.into_bytes())),
            span_id: self.span_id.map(|id| SpanId(id.to_be_bytes())),
            user_id: self.user_id,
            session_id: self.session_id,
            release: self.release,
            environment: self.environment,
            weight: self.weight,
        };
        Some((place, log))
    }
}

/// Records in their order. By log_by_time, log_notable_by_time or log_by_trace in the partitions that can hold such rows; the
/// planner takes an index of some rows only where the statement says which, so each way has its own.
///
/// # Errors
/// When the database refuses.
pub async fn walk(db: &Db, project: ProjectId, walk: Walk) -> Result<Vec<Placed>> {
    let newest = walk.order == LogOrder::Newest;
    let edge = || LogPlace {
        ts: if newest { walk.until } else { walk.from },
        received_at: if newest { DateTime::<Utc>::MAX_UTC } else { DateTime::UNIX_EPOCH },
        flush_id: if newest { Uuid::max() } else { Uuid::nil() },
        n: if newest { i32::MAX } else { -1 },
    };
    let after = walk.after.unwrap_or_else(edge);
    // What was passed need not be walked through again.
    let (from, until) = match (walk.after, newest) {
        (None, _) => (walk.from, walk.until),
        (Some(after), true) => (walk.from, walk.until.min(after.ts + chrono::TimeDelta::microseconds(1))),
        (Some(after), false) => (walk.from.max(after.ts), walk.until),
    };
    let (received_from, received_until) = received::range(from, until);
    let received_at = after.received_at.clamp(DateTime::UNIX_EPOCH, received_until + chrono::TimeDelta::days(1));
    macro_rules! rows {
        ($only:literal, $beyond:literal, $order:literal $(, $more:expr)*) => {
            sqlx::query_as!(
                Row,
                r#"select received_at, flush_id, n, ts, level, body, attributes as "attributes: _", service, trace_id, span_id,
                   user_id, session_id, release, environment, weight
                   from log where project_id = $1 and ts >= $2 and ts < $3 and received_at >= $4 and received_at < $5 "#
                    + $beyond + $only + $order + " limit $10",
                project.0, from, until, received_from, received_until, after.ts, received_at, after.flush_id, after.n, walk.limit $(, $more)*
            )
            .fetch_all(&db.pool)
            .await?
        };
        ($only:literal $(, $more:expr)*) => {
            if newest {
                rows!($only, "and (ts, received_at, flush_id, n) < ($6, $7, $8, $9)", " order by ts desc, received_at desc, flush_id desc, n desc" $(, $more)*)
            } else {
                rows!($only, "and (ts, received_at, flush_id, n) > ($6, $7, $8, $9)", " order by ts, received_at, flush_id, n" $(, $more)*)
            }
        };
    }
    let rows = match walk.trace {
        Some(trace) => rows!(" and trace_id = $11", Uuid::from_bytes(trace.0)),
        None if walk.notable => rows!(" and level >= 13"),
        None => rows!(""),
    };
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// Whether a project has a record.
///
/// # Errors
/// When the database refuses.
pub async fn any(db: &Db, project: ProjectId) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from log where project_id = $1) as "any!""#, project.0).fetch_one(&db.pool).await?)
}

/// One record by its id; `None` for an id that names none.
///
/// # Errors
/// When the database refuses.
pub async fn one(db: &Db, project: ProjectId, id: &str) -> Result<Option<Placed>> {
    let Some((received_at, flush_id, n)) = row_id::read(id) else { return Ok(None) };
    let row = sqlx::query_as!(
        Row,
        r#"select received_at, flush_id, n, ts, level, body, attributes as "attributes: _", service, trace_id, span_id, user_id,
           session_id, release, environment, weight
           from log where project_id = $1 and received_at = $2 and flush_id = $3 and n = $4"#,
        project.0,
        received_at,
        flush_id,
        n
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.and_then(Row::read))
}

/// Records that were received at or after `from`, those of the flushes in `known` left out, in the order of arrival; at most
/// `limit`, the oldest.
///
/// # Errors
/// When the database refuses.
pub async fn arrived(db: &Db, project: ProjectId, from: DateTime<Utc>, known: &[Uuid], limit: i64) -> Result<Vec<Placed>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select received_at, flush_id, n, ts, level, body, attributes as "attributes: _", service, trace_id, span_id, user_id,
           session_id, release, environment, weight
           from log where project_id = $1 and received_at >= $2 and flush_id <> all($3::uuid[])
           order by received_at, flush_id, n limit $4"#,
        project.0,
        from,
        known,
        limit
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}
