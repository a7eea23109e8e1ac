//! Error reports as rows.

use protocol::error_report::{Breadcrumb, ErrorReport};
use protocol::level::Level;
use serde::Serialize;
use storage::error_reports::NewErrorReport;
use uuid::Uuid;

use super::time::Reading;
use super::{actor, environment, json, repaired_flag, weight};
use crate::enrich::{self, Surroundings};
use crate::validate::{Refusal, Valid};

/// The row of an error report. `fallback_id` is its id when the sender made none.
pub(crate) fn error_report(
    valid: Valid<ErrorReport>,
    reading: &Reading,
    surroundings: &Surroundings<'_>,
    install_id: Option<&str>,
    fallback_id: Uuid,
) -> Result<NewErrorReport, Refusal> {
    let Valid { item: mut report, repaired } = valid;
    enrich::forget_sender(&mut report.context);
    let placed = reading.place(report.ts.as_ref())?;
    let level = report.level.unwrap_or(if report.kind.is_some() { Level::Error } else { Level::Info });
    let (actor_kind, actor) = actor(report.user_id, report.anonymous_id.as_deref(), report.session_id.as_deref(), install_id);
    let breadcrumbs: Vec<Breadcrumb> = report.breadcrumbs.into_iter().map(|crumb| on_our_clock(crumb, reading)).collect();
    Ok(NewErrorReport {
        event_id: report.event_id.unwrap_or(fallback_id),
        ts: placed.ts,
        client_ts: placed.client_ts,
        level,
        kind: report.kind,
        message: report.message.unwrap_or_default(),
        handled: report.handled,
        stacktrace: list(&report.stacktrace),
        cause: list(&report.cause),
        breadcrumbs: list(&breadcrumbs),
        fingerprint: list(&report.fingerprint),
        tags: serde_json::to_string(&report.tags).unwrap_or_else(|_| "{}".to_owned()),
        context: json(report.context),
        trace_id: report.trace_id,
        span_id: report.span_id,
        actor_kind,
        actor,
        session_id: report.session_id,
        route: report.route.map(|path| surroundings.route(&path)),
        service: report.service,
        release: report.release,
        environment: environment(report.environment),
        weight: weight(report.sample_rate),
        flags: placed.flags | repaired_flag(repaired),
    })
}

/// What led to an error must stand before it, so its times are corrected alike. An unreadable time is left out: it must
/// not cost the report.
fn on_our_clock(crumb: Breadcrumb, reading: &Reading) -> Breadcrumb {
    let ts = crumb.ts.as_ref().and_then(|ts| reading.readable(ts).ok()).map(|at| reading.corrected(at).into());
    Breadcrumb { ts, ..crumb }
}

fn list<T: Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}
