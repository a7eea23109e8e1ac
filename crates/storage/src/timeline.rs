//! A person's raw rows, read by their own time. Each source by itself: the question puts them together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::event::PAGE_VIEW;
use protocol::explorer::MetricKey;
use protocol::id::ProjectId;
use protocol::identity::IdentityKind;
use protocol::issue::IssueId;
use protocol::level::Level;
use protocol::metric::MetricKind;
use protocol::span::SpanStatus;
use protocol::timeline::{TimelineBody, TimelineItem};
use protocol::trace::TraceId;
use serde_json::{Map, Value};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Db, Result, received};

/// Whose rows: actors as parallel kinds and ids, and what names them where a row names no actor.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'w> {
    /// [`protocol::id::ActorKind::code`] of each actor.
    pub kinds: &'w [i16],
    /// Their ids.
    pub ids: &'w [String],
    /// Those that are signed-in users.
    pub users: &'w [String],
    /// Sessions of theirs, for rows that name no user.
    pub sessions: &'w [String],
}

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Their own time, inclusive.
    pub from: DateTime<Utc>,
    /// Exclusive.
    pub until: DateTime<Utc>,
    /// At most so many: the newest.
    pub limit: i64,
}

/// A row with its place in its table, by which it is told from others.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Time of receipt, flush and number.
    pub place: (DateTime<Utc>, Uuid, i32),
    /// What it says.
    pub item: TimelineItem,
}

/// Makes [`Stored`] of rows that have the columns every signal has.
macro_rules! stored {
    ($rows:expr, |$row:ident| $body:expr) => {
        $rows
            .into_iter()
            .filter_map(|$row| {
                let body = $body;
                let trace_id = $row.trace_id.map(|id| TraceId(id.into_bytes()));
                let (ts, session_id, release) = ($row.ts, $row.session_id, $row.release);
                let item = TimelineItem { ts, trace_id, session_id, release, body, moment: Vec::new() };
                Some(Stored { place: ($row.received_at, $row.flush_id, $row.n), item })
            })
            .collect()
    };
}

/// Events, newest first: page views, or the others, or both.
///
/// # Errors
/// When the database refuses.
pub async fn events(db: &Db, project: ProjectId, whose: Whose<'_>, window: Window, views: Option<bool>) -> Result<Vec<Stored>> {
    let Window { from, until, limit } = window;
    let (received_from, received_until) = received::range(from, until);
    let rows = sqlx::query_file!(
        "sql/timeline/events.sql",
        project.0,
        whose.kinds,
        whose.ids,
        from,
        until,
        received_from,
        received_until,
        views,
        limit
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(stored!(rows, |row| {
        let Json(props) = row.props;
        match row.name.as_str() {
            PAGE_VIEW => TimelineBody::View { route: row.route, referrer: row.referrer, props },
            _ => TimelineBody::Event { name: row.name, route: row.route, props },
        }
    }))
}

/// Error reports, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn errors(db: &Db, project: ProjectId, whose: Whose<'_>, window: Window) -> Result<Vec<Stored>> {
    let Window { from, until, limit } = window;
    let (received_from, received_until) = received::range(from, until);
    let rows =
        sqlx::query_file!("sql/timeline/errors.sql", project.0, whose.kinds, whose.ids, from, until, received_from, received_until, limit)
            .fetch_all(&db.pool)
            .await?;
    Ok(stored!(rows, |row| TimelineBody::Error {
        error_type: row.error_type,
        message: row.message,
        level: Level::from_code(row.level)?,
        handled: row.handled,
        route: row.route,
        service: row.service,
        issue: row.issue_id.map(IssueId),
    }))
}

/// What was said of the users, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn identities(db: &Db, project: ProjectId, whose: Whose<'_>, window: Window) -> Result<Vec<Stored>> {
    let Window { from, until, limit } = window;
    let (received_from, received_until) = received::range(from, until);
    let rows = sqlx::query_file!("sql/timeline/identities.sql", project.0, whose.users, from, until, received_from, received_until, limit)
        .fetch_all(&db.pool)
        .await?;
    let stored = rows.into_iter().filter_map(|row| {
        let Json(traits) = row.traits;
        let body = TimelineBody::Identity {
            cause: IdentityKind::from_code(row.kind)?,
            user_id: row.user_id,
            anonymous_id: row.anonymous_id,
            traits,
        };
        let item = TimelineItem { ts: row.ts, trace_id: None, session_id: row.session_id, release: None, body, moment: Vec::new() };
        Some(Stored { place: (row.received_at, row.flush_id, row.n), item })
    });
    Ok(stored.collect())
}

/// The sessions of the person's events: of each actor the newest are looked at.
///
/// # Errors
/// When the database refuses.
pub async fn sessions(db: &Db, project: ProjectId, whose: Whose<'_>, window: Window) -> Result<Vec<String>> {
    let Window { from, until, limit } = window;
    let (received_from, received_until) = received::range(from, until);
    Ok(sqlx::query_file_scalar!(
        "sql/timeline/sessions.sql",
        project.0,
        whose.kinds,
        whose.ids,
        from,
        until,
        received_from,
        received_until,
        limit
    )
    .fetch_all(&db.pool)
    .await?)
}

/// Where points, spans and log records are looked for.
#[derive(Clone, Copy, Debug)]
pub enum Behind<'b> {
    /// Those that name the person, by user or session.
    Sender(Whose<'b>),
    /// Those of these traces, whoever is named; the limit is each trace's.
    Traces(&'b [Uuid]),
}

/// Runs one of two statements with the same columns.
macro_rules! behind {
    ($db:expr, $project:expr, $behind:expr, $window:expr, $sender:literal, $traces:literal, |$row:ident| $body:expr) => {{
        let Window { from, until, limit } = $window;
        let (received_from, received_until) = received::range(from, until);
        match $behind {
            Behind::Sender(whose) => {
                let (users, sessions) = (whose.users, whose.sessions);
                let rows = sqlx::query_file!($sender, $project.0, users, sessions, from, until, received_from, received_until, limit)
                    .fetch_all(&$db.pool)
                    .await?;
                Ok(stored!(rows, |$row| $body))
            }
            Behind::Traces(traces) => {
                let rows =
                    sqlx::query_file!($traces, $project.0, traces, received_from, received_until, limit).fetch_all(&$db.pool).await?;
                Ok(stored!(rows, |$row| $body))
            }
        }
    }};
}

/// Metric points: a sender's newest, or the first of each trace, whatever their time.
///
/// # Errors
/// When the database refuses.
pub async fn points(db: &Db, project: ProjectId, behind: Behind<'_>, window: Window) -> Result<Vec<Stored>> {
    behind!(db, project, behind, window, "sql/timeline/points_of_sender.sql", "sql/timeline/points_of_traces.sql", |row| {
        let Json(tags) = row.tags;
        let metric = MetricKey { name: row.name, kind: MetricKind::from_code(row.kind)?, unit: row.unit };
        TimelineBody::Metric { metric, value: if row.set_hash.is_some() { 1.0 } else { row.value }, tags }
    })
}

/// Spans, as [`points`].
///
/// # Errors
/// When the database refuses.
pub async fn spans(db: &Db, project: ProjectId, behind: Behind<'_>, window: Window) -> Result<Vec<Stored>> {
    behind!(db, project, behind, window, "sql/timeline/spans_of_sender.sql", "sql/timeline/spans_of_traces.sql", |row| {
        TimelineBody::Span {
            name: row.name,
            op: row.op,
            service: row.service,
            duration_ms: row.duration_ms,
            status: SpanStatus::from_code(row.status)?,
        }
    })
}

/// Log records, as [`points`].
///
/// # Errors
/// When the database refuses.
pub async fn logs(db: &Db, project: ProjectId, behind: Behind<'_>, window: Window) -> Result<Vec<Stored>> {
    behind!(db, project, behind, window, "sql/timeline/logs_of_sender.sql", "sql/timeline/logs_of_traces.sql", |row| {
        TimelineBody::Log { level: Level::from_code(row.level)?, message: row.body, service: row.service }
    })
}
