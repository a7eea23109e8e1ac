//! The raw reports of an issue. Each issue's are found by error_report_by_issue, in the partitions that can hold them.

use chrono::{DateTime, Utc};
use protocol::error_report::{Breadcrumb, Cause, Frame};
use protocol::id::{ActorKind, ProjectId};
use protocol::identity_link::ActorName;
use protocol::issue::{IssueReport, ReportPlace};
use protocol::level::Level;
use protocol::trace::{SpanId, TraceId};
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::{Db, Error, Result, received};

/// Which reports: those of some issues, in a time, both ends included.
#[derive(Clone, Copy, Debug)]
pub struct Among<'a> {
    /// Numbers of issues.
    pub issues: &'a [i64],
    /// From.
    pub from: DateTime<Utc>,
    /// To.
    pub until: DateTime<Utc>,
}

/// Which way from a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// To what was earlier; the place itself is the first.
    Older,
    /// To what was later.
    Newer,
}

/// Places of reports from one on, which need not be there; at most `limit`.
///
/// # Errors
/// When the database refuses.
pub async fn places(
    db: &Db,
    project: ProjectId,
    among: Among<'_>,
    from: ReportPlace,
    towards: Towards,
    limit: i64,
) -> Result<Vec<ReportPlace>> {
    let (received_from, received_until) = received::range(among.from, among.until);
    Ok(match towards {
        Towards::Older => {
            sqlx::query_file_as!(
                ReportPlace,
                "sql/issue_reports/older.sql",
                project.0,
                among.issues,
                from.ts,
                from.event_id,
                among.from,
                received_from,
                received_until,
                limit
            )
            .fetch_all(&db.pool)
            .await?
        }
        Towards::Newer => {
            sqlx::query_file_as!(
                ReportPlace,
                "sql/issue_reports/newer.sql",
                project.0,
                among.issues,
                from.ts,
                from.event_id,
                among.until,
                received_from,
                received_until,
                limit
            )
            .fetch_all(&db.pool)
            .await?
        }
    })
}

/// The report at a place.
///
/// # Errors
/// When the database refuses, or what is stored cannot be read.
pub async fn at(db: &Db, project: ProjectId, issues: &[i64], place: ReportPlace) -> Result<Option<IssueReport>> {
    let (received_from, received_until) = received::range(place.ts, place.ts);
    let row = sqlx::query_file!("sql/issue_reports/at.sql", project.0, issues, place.ts, place.event_id, received_from, received_until)
        .fetch_optional(&db.pool)
        .await?;
    row.map(|row| {
        let level = Level::from_code(row.level)
            .ok_or_else(|| Error::Failed(sqlx::Error::Decode(format!("unknown level of a report: {}", row.level).into())))?;
        Ok(IssueReport {
            place,
            level,
            kind: row.kind,
            message: row.message,
            handled: row.handled,
            stacktrace: row.stacktrace.0,
            cause: row.cause.0,
            breadcrumbs: row.breadcrumbs.0,
            tags: row.tags.0,
            context: row.context.0,
            trace_id: row.trace_id.map(|id| TraceId(id.into_bytes())),
            span_id: row.span_id.map(|id| SpanId(id.to_be_bytes())),
            actor: ActorKind::from_code(row.actor_kind).map(|kind| ActorName { kind, id: row.actor }),
            session_id: row.session_id,
            route: row.route,
            service: row.service,
            release: row.release,
            environment: row.environment,
        })
    })
    .transpose()
}

/// What a report says in a few words.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "see migrations/0026_error_report.sql")]
pub struct Said {
    pub level: i16,
    pub handled: bool,
    pub route: Option<String>,
    pub service: Option<String>,
    pub release: Option<String>,
    pub environment: String,
    pub tags: Json<Map<String, Value>>,
    pub os: Option<String>,
    pub browser: Option<String>,
    pub device: Option<String>,
}

/// What the latest reports of a time say, at most `limit`.
///
/// # Errors
/// When the database refuses.
pub async fn latest(db: &Db, project: ProjectId, among: Among<'_>, limit: i64) -> Result<Vec<Said>> {
    let (received_from, received_until) = received::range(among.from, among.until);
    Ok(sqlx::query_file_as!(
        Said,
        "sql/issue_reports/latest.sql",
        project.0,
        among.issues,
        among.from,
        among.until,
        received_from,
        received_until,
        limit
    )
    .fetch_all(&db.pool)
    .await?)
}
