//! Error reports.

use protocol::error_report::{Breadcrumb, Cause, ErrorReport, Frame};
use protocol::limits::{BREADCRUMBS_MAX, CAUSES_MAX, FINGERPRINT_PARTS_MAX, FRAMES_MAX, METRIC_TAGS_MAX};
use protocol::verdict::ItemCode;
use serde_json::value::RawValue;

use super::bounds::{self, Bounds};
use super::{Refusal, Valid};
use crate::item;

/// An error report within every limit.
pub(crate) fn error_report(raw: &RawValue) -> Result<Valid<ErrorReport>, Refusal> {
    let valid: Valid<ErrorReport> = item::read(raw)?;
    let report = &valid.item;
    if report.kind.is_none() && report.message.is_none() {
        return Err(Refusal::new(ItemCode::MessageMissing, "the report has neither a type nor a message"));
    }
    bounds::attributes([
        ("type", &report.kind),
        ("user_id", &report.user_id),
        ("anonymous_id", &report.anonymous_id),
        ("session_id", &report.session_id),
        ("route", &report.route),
        ("service", &report.service),
        ("release", &report.release),
        ("environment", &report.environment),
    ])?;
    texts([("message", &report.message)])?;
    for (name, found, limit) in [
        ("causes", report.cause.len(), CAUSES_MAX),
        ("breadcrumbs", report.breadcrumbs.len(), BREADCRUMBS_MAX),
        ("fingerprint parts", report.fingerprint.len(), FINGERPRINT_PARTS_MAX),
    ] {
        at_most(name, found, limit)?;
    }
    if report.tags.len() > METRIC_TAGS_MAX {
        return Err(Refusal::new(ItemCode::TooManyTags, format!("the report has {} tags", report.tags.len())));
    }
    frames(&report.stacktrace)?;
    report.cause.iter().try_for_each(cause)?;
    report.fingerprint.iter().try_for_each(|part| bounds::attribute("fingerprint", part))?;
    for (key, value) in &report.tags {
        bounds::key(key)?;
        bounds::attribute(key, value)?;
    }
    let mut bounds = Bounds::default();
    bounds.object(&report.context, 2)?;
    report.breadcrumbs.iter().try_for_each(|crumb| breadcrumb(crumb, &mut bounds))?;
    bounds::sample_rate(report.sample_rate)?;
    Ok(valid)
}

fn at_most(name: &str, found: usize, limit: usize) -> Result<(), Refusal> {
    if found > limit {
        Err(Refusal::new(ItemCode::TooManyParts, format!("the report has {found} {name}, the limit is {limit}")))
    } else {
        Ok(())
    }
}

fn texts<const N: usize>(texts: [(&str, &Option<String>); N]) -> Result<(), Refusal> {
    texts.into_iter().try_for_each(|(name, value)| value.as_deref().map_or(Ok(()), |value| bounds::text(name, value)))
}

fn frames(frames: &[Frame]) -> Result<(), Refusal> {
    at_most("frames", frames.len(), FRAMES_MAX)?;
    frames.iter().try_for_each(|frame| texts([("function", &frame.function), ("module", &frame.module), ("file", &frame.file)]))
}

fn cause(cause: &Cause) -> Result<(), Refusal> {
    bounds::attributes([("cause.type", &cause.kind)])?;
    texts([("cause.message", &cause.message)])?;
    frames(&cause.stacktrace)
}

fn breadcrumb(crumb: &Breadcrumb, bounds: &mut Bounds) -> Result<(), Refusal> {
    bounds::attributes([("breadcrumbs.type", &crumb.kind)])?;
    texts([("breadcrumbs.message", &crumb.message)])?;
    bounds.object(&crumb.data, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(json: &str) -> Option<ItemCode> {
        error_report(&RawValue::from_string(json.to_owned()).expect("json")).err().map(|refusal| refusal.code)
    }

    #[test]
    fn an_error_says_something_and_has_no_end_of_parts() {
        let tags = |n: usize| {
            let tags: Vec<String> = (0..n).map(|tag| format!(r#""t{tag}":"v""#)).collect();
            format!(r#"{{"type":"E","tags":{{{}}}}}"#, tags.join(","))
        };
        let frames = |n: usize| format!(r#"{{"type":"E","stacktrace":[{}]}}"#, vec![r#"{"function":"f","line":1}"#; n].join(","));
        for (json, want) in [
            (r#"{"type":"PaymentGatewayTimeout"}"#.to_owned(), None),
            (r#"{"message":"Payment failed","level":"warning"}"#.to_owned(), None),
            (r#"{"level":"error"}"#.to_owned(), Some(ItemCode::MessageMissing)),
            (frames(250), None),
            (frames(251), Some(ItemCode::TooManyParts)),
            (format!(r#"{{"type":"E","cause":[{}]}}"#, [r#"{"type":"C"}"#; 11].join(",")), Some(ItemCode::TooManyParts)),
            (format!(r#"{{"type":"E","fingerprint":[{}]}}"#, ["\"f\""; 17].join(",")), Some(ItemCode::TooManyParts)),
            (tags(32), None),
            (tags(33), Some(ItemCode::TooManyTags)),
            (r#"{"type":"E","stacktrace":"at f"}"#.to_owned(), Some(ItemCode::Malformed)),
            (format!(r#"{{"message":"{}"}}"#, "m".repeat(8_193)), Some(ItemCode::TextTooLong)),
        ] {
            assert_eq!(code(&json), want, "{}", &json[..json.len().min(80)]);
        }
    }
}
