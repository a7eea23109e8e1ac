//! The wire types of the browser SDK are written from their structs: `make gen` writes them, and here they are compared.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use protocol::envelope::{Envelope, Sdk};
use protocol::error_report::{Breadcrumb, Cause, ErrorReport, Frame};
use protocol::event::{Context, Event};
use protocol::identity::{Identity, IdentityKind};
use protocol::level::Level;
use protocol::log::LogRecord;
use protocol::metric::{MetricKind, MetricPoint, MetricValue};
use protocol::outcome::Signal;
use protocol::span::{Span, SpanStatus};
use protocol::trace::{SpanId, TraceId};
use protocol::verdict::{BatchAnswer, ItemCode, ItemError};
use serde_json::{Map, Value};
use utoipa::ToSchema;

const HEAD: &str = "// What crosses the wire. Written from the crate `protocol` by `make gen`: do not edit.

/** RFC 3339 text, or a number since 1970. */
export type Timestamp = string | number;
";

#[test]
fn the_browser_sdks_wire_types_are_those_of_the_structs() {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "web", "sdk", "src", "wire.ts"].iter().collect();
    let must_be = written();
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(path, must_be).expect("the types can be written");
    } else {
        let is = std::fs::read_to_string(path).expect("the types");
        assert_eq!(is, must_be, "web/sdk/src/wire.ts is stale: run `make gen`");
    }
}

fn written() -> String {
    let declared = [
        declaration::<Envelope>("Envelope"),
        declaration::<Sdk>("Sdk"),
        declaration::<Event>("Event"),
        declaration::<Context>("Context"),
        declaration::<MetricPoint>("MetricPoint"),
        declaration::<MetricKind>("MetricKind"),
        declaration::<MetricValue>("MetricValue"),
        declaration::<Span>("Span"),
        declaration::<SpanStatus>("SpanStatus"),
        declaration::<ErrorReport>("ErrorReport"),
        declaration::<Frame>("Frame"),
        declaration::<Cause>("Cause"),
        declaration::<Breadcrumb>("Breadcrumb"),
        declaration::<LogRecord>("LogRecord"),
        declaration::<Level>("Level"),
        declaration::<Identity>("Identity"),
        declaration::<IdentityKind>("IdentityKind"),
        declaration::<BatchAnswer>("BatchAnswer"),
        declaration::<ItemError>("ItemError"),
        declaration::<ItemCode>("ItemCode"),
        declaration::<TraceId>("TraceId"),
        declaration::<SpanId>("SpanId"),
        // `Signal` would hide the browser's own word for reactive values.
        declaration::<Signal>("SignalName"),
    ];
    format!("{HEAD}{}", declared.concat())
}

/// The declaration of a type, after an empty line.
fn declaration<T: ToSchema>(name: &str) -> String {
    let schema = serde_json::to_value(T::schema()).expect("a schema is JSON");
    let mut text = String::from("\n");
    comment(&mut text, "", &schema);
    match properties(&schema) {
        Some(fields) => {
            let required: BTreeSet<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let _ = writeln!(text, "export interface {name} {{");
            for (field, schema) in &fields {
                comment(&mut text, "  ", schema);
                let optional = if required.contains(field.as_str()) { "" } else { "?" };
                let or = if optional.is_empty() { "" } else { " | undefined" };
                let _ = writeln!(text, "  {field}{optional}: {}{or};", kind(schema));
            }
            text.push_str("}\n");
        }
        None => {
            let _ = writeln!(text, "export type {name} = {};", kind(&schema));
        }
    }
    text
}

/// The fields of a struct, also of one that keeps unknown fields.
fn properties(schema: &Value) -> Option<Map<String, Value>> {
    let parts: Vec<&Value> = schema["allOf"].as_array().map_or_else(|| vec![schema], |parts| parts.iter().collect());
    let found: Vec<&Map<String, Value>> = parts.iter().filter_map(|part| part["properties"].as_object()).collect();
    (!found.is_empty()).then(|| found.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone())).collect())
}

fn comment(text: &mut String, indent: &str, schema: &Value) {
    if let Some(said) = schema["description"].as_str() {
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "{indent}/** {said} */");
    }
}

/// A schema as a type.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    if let Some(kinds) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return kinds.iter().map(kind).filter(|kind| kind != "null").collect::<Vec<_>>().join(" | ");
    }
    let word = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        one => one.as_str(),
    };
    match word {
        Some("string") if schema["format"] == "date-time" => "Timestamp".to_owned(),
        Some("string") => "string".to_owned(),
        Some("integer" | "number") => "number".to_owned(),
        Some("boolean") => "boolean".to_owned(),
        Some("null") => "null".to_owned(),
        Some("array") => format!("{}[]", kind(&schema["items"])),
        Some("object") => match &schema["additionalProperties"] {
            Value::Object(values) if !values.is_empty() => format!("Record<string, {}>", kind(&Value::Object(values.clone()))),
            _ => "Record<string, unknown>".to_owned(),
        },
        _ => "unknown".to_owned(),
    }
}
