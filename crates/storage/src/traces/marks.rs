//! What else names a trace: errors, log records, metric points, events; each with the span that it names.

use std::collections::BTreeMap;

use protocol::event::PAGE_VIEW;
use protocol::explorer::MetricKey;
use protocol::id::{ActorKind, ProjectId};
use protocol::identity_link::ActorName;
use protocol::issue::IssueId;
use protocol::level::Level;
use protocol::metric::MetricKind;
use protocol::timeline::{TimelineBody, TimelineItem};
use protocol::trace::{SpanId, TraceId};
use protocol::traces::TraceVisitor;
use serde_json::{Map, Value};
use sqlx::types::Json;
use uuid::Uuid;

use super::span_id;
use crate::{Db, Result};

/// Of which trace, of which of its spans, and how many: the first ones.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the sentence above says it")]
pub struct Of {
    pub trace: TraceId,
    pub span: Option<SpanId>,
    pub limit: i64,
}

/// Who events and errors of a trace are of where they name no user; of each at most `limit` are looked at.
///
/// # Errors
/// When the database refuses.
pub async fn visitors(db: &Db, project: ProjectId, trace: TraceId, limit: i64) -> Result<Vec<TraceVisitor>> {
    let rows = sqlx::query_file!("sql/traces/visitors.sql", project.0, Uuid::from_bytes(trace.0), limit).fetch_all(&db.pool).await?;
    let visitor = rows.into_iter().filter_map(|row| {
        Some(TraceVisitor { session_id: row.session_id, actor: ActorName { kind: ActorKind::from_code(row.kind)?, id: row.id } })
    });
    Ok(visitor.collect())
}

type Mark = (Option<SpanId>, TimelineItem);

/// Asks for rows that have the columns every signal has, and makes marks of them.
macro_rules! marks {
    ($db:expr, $project:expr, $of:expr, $file:literal, |$row:ident| $body:expr) => {{
        let Of { trace, span, limit } = $of;
        let rows = sqlx::query_file!($file, $project.0, Uuid::from_bytes(trace.0), span.map(|span| i64::from_be_bytes(span.0)), limit)
            .fetch_all(&$db.pool)
            .await?;
        let marks = rows.into_iter().filter_map(|$row| {
            let body = $body;
            let (ts, session_id, release) = ($row.ts, $row.session_id, $row.release);
            let item = TimelineItem { ts, trace_id: Some(trace), session_id, release, body, moment: Vec::new() };
            Some(($row.span_id.map(span_id), item))
        });
        Ok(marks.collect())
    }};
}

/// Error reports.
///
/// # Errors
/// When the database refuses.
pub async fn errors(db: &Db, project: ProjectId, of: Of) -> Result<Vec<Mark>> {
    marks!(db, project, of, "sql/traces/errors.sql", |row| TimelineBody::Error {
        error_type: row.error_type,
        message: row.message,
        level: Level::from_code(row.level)?,
        handled: row.handled,
        route: row.route,
        service: row.service,
        issue: row.issue_id.map(IssueId),
    })
}

/// Log records.
///
/// # Errors
/// When the database refuses.
pub async fn logs(db: &Db, project: ProjectId, of: Of) -> Result<Vec<Mark>> {
    marks!(db, project, of, "sql/traces/logs.sql", |row| {
        TimelineBody::Log { level: Level::from_code(row.level)?, message: row.body, service: row.service }
    })
}

/// Metric points.
///
/// # Errors
/// When the database refuses.
pub async fn points(db: &Db, project: ProjectId, of: Of) -> Result<Vec<Mark>> {
    marks!(db, project, of, "sql/traces/points.sql", |row| {
        let Json(tags) = row.tags;
        let metric = MetricKey { name: row.name, kind: MetricKind::from_code(row.kind)?, unit: row.unit };
        TimelineBody::Metric { metric, value: if row.set_hash.is_some() { 1.0 } else { row.value }, tags }
    })
}

/// Events, page views among them.
///
/// # Errors
/// When the database refuses.
pub async fn events(db: &Db, project: ProjectId, of: Of) -> Result<Vec<Mark>> {
    marks!(db, project, of, "sql/traces/events.sql", |row| {
        let Json(props) = row.props;
        match row.name.as_str() {
            PAGE_VIEW => TimelineBody::View { route: row.route, referrer: row.referrer, props },
            _ => TimelineBody::Event { name: row.name, route: row.route, props },
        }
    })
}
