//! Error reports as rows.

use protocol::error_report::fingerprint::{culprit, fingerprint};
use protocol::error_report::{Breadcrumb, ErrorReport};
use protocol::issue::IssueId;
use protocol::level::Level;
use protocol::limits::ATTRIBUTE_BYTES_MAX;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
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
    let (issue, culprit) = (issue(&report), culprit(&report).map(bounded));
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
        issue,
        culprit,
    })
}

/// Each part is preceded by its length, so that no two lists of parts are one text.
fn issue(report: &ErrorReport) -> IssueId {
    let mut hash = Sha256::new();
    for part in fingerprint(report) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut bits = [0; 8];
    bits.copy_from_slice(&hash.finalize()[..8]);
    IssueId::of_hash(bits)
}

fn bounded(mut text: String) -> String {
    let end = text.floor_char_boundary(ATTRIBUTE_BYTES_MAX);
    text.truncate(end);
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    fn issue_of(json: &str) -> String {
        issue(&serde_json::from_str(json).expect("a report")).to_string()
    }

    #[test]
    fn the_number_of_a_fingerprint_never_changes() {
        for (json, want) in [
            (
                r#"{"type":"PaymentGatewayTimeout","stacktrace":[{"function":"charge","file":"src/gateway.rs","in_app":true}]}"#,
                "6d30c2dbd8ca4844",
            ),
            (r#"{"message":"order 7 is gone"}"#, "a1e871bf447f7227"),
            (r#"{"type":"E","fingerprint":["payments","eu"]}"#, "a9925659c2087762"),
        ] {
            assert_eq!(issue_of(json), want, "{json}");
        }
        assert_ne!(issue_of(r#"{"type":"E","fingerprint":["a","b"]}"#), issue_of(r#"{"type":"E","fingerprint":["a\u0000b"]}"#));
        assert_ne!(issue_of(r#"{"type":"E","fingerprint":["ab","c"]}"#), issue_of(r#"{"type":"E","fingerprint":["a","bc"]}"#));
    }
}
