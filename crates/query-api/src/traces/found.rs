//! Filters over spans: what a span has under a field, and which of it the database is asked for.

use std::collections::BTreeMap;

use protocol::filter::{Field, Filter, Test, Value};
use protocol::span::{ROUTE, Span, SpanStatus};
use protocol::trace::TraceId;
use storage::traces::Columns;

/// Columns that the filter language knows no field for.
const OP: &str = "op";
const SERVICE: &str = "service";
const STATUS: &str = "status";
/// No column: how many spans of its trace failed.
const ERRORS: &str = "errors";
const DURATION: [&str; 2] = ["duration", "duration_ms"];
/// Where a span's route is, by either name.
const ROUTES: [&str; 2] = [ROUTE, "http.route"];

/// Whether a span matches of whose trace so many spans failed. [`Filter::matches_spelled`] is the definition; this only says what a
/// span has.
pub(super) fn matches(filter: &Filter, span: &Span, errors: u64) -> bool {
    if filter.is_all() {
        return true;
    }
    // What is no text in the span must be one for as long as it is looked at.
    let spelled: BTreeMap<&Field, String> = filter.fields().into_iter().filter_map(|field| Some((field, spelled(span, field)?))).collect();
    filter.matches_spelled(&|field| match spelled.get(field) {
        Some(text) => Value::Text(text),
        None if is_errors(field) => Value::Number(errors as f64),
        None => value(span, field),
    })
}

fn value<'s>(span: &'s Span, field: &Field) -> Value<'s> {
    let text = |text: &'s Option<String>| text.as_deref().map_or(Value::Absent, Value::Text);
    match field {
        Field::Name => Value::Text(&span.name),
        Field::Release => text(&span.release),
        Field::Environment => text(&span.environment),
        Field::User => text(&span.user_id),
        Field::Session => text(&span.session_id),
        Field::Prop(key) if key == OP => text(&span.op),
        Field::Prop(key) if key == SERVICE => text(&span.service),
        Field::Prop(key) if key == STATUS => Value::Text(span.status.word()),
        Field::Prop(key) if DURATION.contains(&key.as_str()) => span.duration_ms.map_or(Value::Absent, Value::Number),
        _ => match attribute(span, field) {
            Some(serde_json::Value::String(text)) => Value::Text(text),
            Some(serde_json::Value::Bool(is)) => Value::Bool(*is),
            Some(serde_json::Value::Number(number)) => number.as_f64().map_or(Value::Absent, Value::Number),
            _ => Value::Absent,
        },
    }
}

/// What has to be written down first: the trace, and lists and objects, which are the text of their JSON.
fn spelled(span: &Span, field: &Field) -> Option<String> {
    match field {
        Field::Trace => Some(span.trace_id.to_string()),
        _ if is_column(field) => None,
        _ => match attribute(span, field)? {
            nested @ (serde_json::Value::Array(_) | serde_json::Value::Object(_)) => Some(nested.to_string()),
            _ => None,
        },
    }
}

/// The attribute that is meant by a field: by its word, or another word for it.
fn attribute<'s>(span: &'s Span, field: &Field) -> Option<&'s serde_json::Value> {
    match field {
        Field::Route => ROUTES.iter().find_map(|key| span.attributes.get(*key)),
        _ => span.attributes.get(field.word()).or_else(|| field.aliases().iter().find_map(|alias| span.attributes.get(*alias))),
    }
}

fn is_errors(field: &Field) -> bool {
    matches!(field, Field::Prop(key) if key == ERRORS)
}

/// Whether failed spans have to be counted to decide.
pub(super) fn asks_for_errors(filter: &Filter) -> bool {
    filter.fields().into_iter().any(is_errors)
}

/// Whether no span of a trace without failed ones can match.
pub(super) fn needs_errors(filter: &Filter) -> bool {
    let about = |condition: &&Filter| matches!(condition, Filter::Term(term) if is_errors(&term.field));
    filter.conditions().iter().filter(about).any(|condition| !condition.matches_spelled(&|_| Value::Number(0.0)))
}

/// What is decided before attributes are looked at.
fn is_column(field: &Field) -> bool {
    match field {
        Field::Name | Field::Release | Field::Environment | Field::User | Field::Session | Field::Trace => true,
        Field::Prop(key) => [OP, SERVICE, STATUS, ERRORS].contains(&key.as_str()) || DURATION.contains(&key.as_str()),
        _ => false,
    }
}

/// What every match has in its columns: the database leaves the rest out. It may let through what the filter does not.
pub(super) fn columns(filter: &Filter) -> Columns {
    let mut columns = Columns::default();
    for condition in filter.conditions() {
        let Filter::Term(term) = condition else { continue };
        match (&term.field, &term.test) {
            (Field::Name, Test::Is(is)) => columns.name = Some(is.text().to_owned()),
            (Field::Trace, Test::Is(is)) => columns.traces = TraceId::parse(is.text()).map(|trace| vec![trace]),
            (Field::Prop(key), Test::Is(is)) if key == OP => columns.op = Some(is.text().to_owned()),
            (Field::Prop(key), Test::Is(is)) if key == SERVICE => columns.service = Some(is.text().to_owned()),
            (Field::Prop(key), Test::Is(is)) if key == STATUS => {
                columns.status =
                    [SpanStatus::Ok, SpanStatus::Error, SpanStatus::Cancelled].into_iter().find(|status| status.word() == is.text());
            }
            (Field::Prop(key), Test::Above(than) | Test::AtLeast(than)) if DURATION.contains(&key.as_str()) => {
                columns.duration_ms.0 = columns.duration_ms.0.max(than.get());
            }
            (Field::Prop(key), Test::Below(than) | Test::AtMost(than)) if DURATION.contains(&key.as_str()) => {
                columns.duration_ms.1 = columns.duration_ms.1.min(than.get());
            }
            _ => {}
        }
    }
    columns
}

/// Whether attributes have to be read to decide.
pub(super) fn needs_attributes(filter: &Filter) -> bool {
    filter.fields().into_iter().any(|field| !is_column(field))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn span() -> Span {
        serde_json::from_value(json!({
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7", "name": "POST /api/checkout",
            "op": "http.server", "service": "api", "duration_ms": 850.5, "status": "error", "user_id": "u1", "release": "api@2",
            "environment": "prod",
            "attributes": {"http.route": "/api/checkout", "http.status_code": 502, "retried": true, "hosts": ["a", "b"], "country": "DE"}
        }))
        .expect("a span")
    }

    #[test]
    fn an_attribute_that_spells_a_number_is_compared_as_one() {
        let mut span = span();
        span.attributes.extend(
            [("http.status_code", json!("504")), ("attempt", json!(2)), ("plan", json!("gold"))]
                .map(|(key, value)| (key.to_owned(), value)),
        );
        for (text, expected) in [
            ("http.status_code>=500", true),
            ("http.status_code>504", false),
            ("attempt<3", true),
            ("plan>1", false),
            ("http.status_code:504", true),
        ] {
            assert_eq!(matches(&Filter::parse(text).expect(text), &span, 0), expected, "{text}");
        }
    }

    #[test]
    fn a_span_is_found_by_its_columns_and_attributes_as_an_event_is_by_its_props() {
        for text in [
            "name:\"POST /api/checkout\" service:api op:http.server status:error",
            "duration>850 duration_ms<=850.5",
            "route:/api/checkout http.status_code>=500 retried:true",
            "hosts contains a trace:4bf92f3577b34da6a3ce929d0e0e4736",
            "country:DE user:u1 release:api@2 environment:prod not session exists",
            "(service:web or service:api) and op not in (db.query, moment)",
            "errors>1 errors:2 not errors:0",
        ] {
            assert!(matches(&Filter::parse(text).expect("a filter"), &span(), 2), "{text}");
        }
        for text in ["service:web", "duration>850.5", "http.status_code:200", "name contains cart", "db.table exists"] {
            assert!(!matches(&Filter::parse(text).expect("a filter"), &span(), 2), "{text}");
        }
    }

    #[test]
    fn the_database_is_asked_for_what_every_match_has() {
        let asked = |text: &str| columns(&Filter::parse(text).expect("a filter"));
        let found = asked("service:api status:error duration>100 duration<=900 duration>=50 db.table:users");
        assert_eq!((found.service.as_deref(), found.status, found.duration_ms), (Some("api"), Some(SpanStatus::Error), (100.0, 900.0)));
        assert_eq!(asked("service:api or name:x"), Columns::default());
        assert_eq!(asked("not service:api"), Columns::default());
        let errors = |text: &str| {
            let filter = Filter::parse(text).expect("a filter");
            (asks_for_errors(&filter), needs_errors(&filter))
        };
        for (text, expected) in [
            ("errors>0 service:api", (true, true)),
            ("errors:3", (true, true)),
            ("errors>=0", (true, false)),
            ("errors:0", (true, false)),
            ("errors>0 or service:api", (true, false)),
            ("status:error", (false, false)),
        ] {
            assert_eq!(errors(text), expected, "{text}");
        }
        assert!(!needs_attributes(&Filter::parse("errors>0").expect("a filter")));
        assert!(needs_attributes(&Filter::parse("db.table:users").expect("a filter")));
        assert!(needs_attributes(&Filter::parse("props.name:x").expect("a filter")), "an attribute of that name");
        assert!(!needs_attributes(&Filter::parse("service:api duration>1 user:u1").expect("a filter")));
    }
}
