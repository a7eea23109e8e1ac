//! Every figure that the query API shows of a project.

use serde_json::{Map, Value};

use crate::client::Client;
use crate::shop::Shop;

/// What tells when an answer was made, not what it says.
const TIMING: [&str; 7] = ["now", "from", "until", "complete_through", "elapsed_ms", "open", "utc_offset_seconds"];
/// Lists with an entry for each piece of time: pieces come and go while the clock goes on.
const TIMELINES: [&str; 3] = ["minutes", "buckets", "previous"];

/// The answers of the pages Live, Audience and Explorer by their paths, without timing.
pub fn figures(client: &Client, shop: &Shop) -> Map<String, Value> {
    let mut paths = vec![
        "/live?window=30".to_owned(),
        "/audience/metrics?range=24h".to_owned(),
        "/audience/metrics?range=30d".to_owned(),
        "/events/seen".to_owned(),
        "/metrics".to_owned(),
    ];
    let catalogue = client.get_with_key(&shop.path("/metrics"), &shop.secret_key).json();
    for metric in catalogue["metrics"].as_array().expect("a catalogue") {
        let name = metric["metric"]["name"].as_str().expect("a name");
        paths.push(format!("/metrics/aggregate?range=24h&name={name}"));
        paths.push(format!("/metrics/samples?range=24h&name={name}"));
    }
    paths
        .into_iter()
        .map(|path| {
            let answer = client.get_with_key(&shop.path(&path), &shop.secret_key);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            (path, timeless(answer.json()))
        })
        .collect()
}

fn timeless(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(name, _)| !TIMING.contains(&name.as_str())).map(field).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(timeless).collect()),
        other => other,
    }
}

fn field((name, value): (String, Value)) -> (String, Value) {
    let mut value = timeless(value);
    if let Value::Array(items) = &mut value {
        if TIMELINES.contains(&name.as_str()) {
            items.retain(counts_something);
        } else if name == "values" || name == "spark" {
            items.retain(|item| !item.is_null());
        }
    }
    (name, value)
}

/// Some number in it is not zero.
fn counts_something(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(items) => items.iter().any(counts_something),
        Value::Object(fields) => fields.values().any(counts_something),
        _ => false,
    }
}
