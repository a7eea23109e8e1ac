//! The recorder of the `metrics` facade.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::{Value, json};
use support::{KEY, PATIENCE, Server};
use throughline::{Config, Recorder};

#[test]
fn counters_and_gauges_are_summed_up_and_histograms_sent_value_by_value() {
    let server = Server::new();
    let tl = throughline::init(Config::new(&server.url, KEY)).unwrap();
    let recorder = Recorder::new(&tl);
    let measure = |rounds: u64| {
        metrics::with_local_recorder(&recorder, || {
            metrics::describe_histogram!("query.duration", metrics::Unit::Milliseconds, "of a query");
            for n in 0..rounds {
                metrics::counter!("requests", "route" => "/cart").increment(2);
                metrics::gauge!("queue.depth").set(n as f64);
                metrics::histogram!("query.duration", "table" => "users").record(n as f64);
            }
        });
    };
    let stored = |name: &str| -> Vec<Value> {
        tl.flush(PATIENCE).unwrap();
        let points = server.look(|seen| seen.stored["/v1/metrics:batch"].clone());
        points.into_iter().filter(|point| point["name"] == name).collect()
    };
    measure(100);
    let requests = stored("requests");
    assert_eq!((requests.len(), &requests[0]["value"], &requests[0]["kind"]), (1, &json!(200.0), &json!("counter")));
    assert_eq!(requests[0]["tags"], json!({"route": "/cart"}));
    let depth = stored("queue.depth");
    assert_eq!((depth.len(), &depth[0]["value"], &depth[0]["kind"]), (1, &json!(99.0), &json!("gauge")));
    let durations = stored("query.duration");
    assert_eq!((durations.len(), &durations[0]["unit"], &durations[7]["value"]), (100, &json!("ms"), &json!(7.0)));
    measure(3);
    assert_eq!(stored("requests").iter().map(|point| point["value"].as_f64().unwrap()).sum::<f64>(), 206.0);
    metrics::with_local_recorder(&recorder, || metrics::counter!("requests", "route" => "/cart").increment(5));
    tl.shutdown(PATIENCE).unwrap();
    assert_eq!(server.look(|seen| seen.books["/v1/metrics:batch"].stored), tl.report().metrics.delivered);
    assert_eq!(server.look(|seen| seen.stored["/v1/metrics:batch"].last().unwrap()["value"].clone()), json!(5.0));
}
