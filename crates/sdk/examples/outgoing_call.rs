//! A call to another service: a span whose trace travels along, and the metrics of the family `api`. Shown with `ureq`; any
//! HTTP client that can set a header works alike.
//!
//! `cargo run -p throughline --example outgoing_call -- http://127.0.0.1:6440 pk_… http://127.0.0.1:6440/health`

use std::time::Duration;

use throughline::{Client, Config, Level, SpanStatus};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, key, address] = &arguments[..] else {
        return Err("usage: outgoing_call URL KEY ADDRESS".into());
    };
    let tl = throughline::init(Config::new(url, key).service("example"))?;
    match fetch(&tl, address) {
        Ok(status) => println!("{address} answered {status}"),
        Err(error) => tl.capture_exception(&error).tag("service", "other").send(),
    }
    Ok(tl.shutdown(Duration::from_secs(10))?)
}

/// Asks another service; its address is not sent, as it may name somebody.
pub fn fetch(tl: &Client, address: &str) -> Result<u16, ureq::Error> {
    let mut span = tl.start_span("GET other").op("http.client").attribute("http.request.method", "GET");
    let call = tl.instrument("example").api("other", "GET", "/");
    // An answer is an answer, whatever its status.
    let request = ureq::get(address).header("traceparent", span.traceparent()).config().http_status_as_error(false).build();
    match request.call() {
        Ok(response) => {
            let status = response.status().as_u16();
            call.answered(status);
            span.set("http.response.status_code", u32::from(status));
            span.end_with(if status < 400 { SpanStatus::Ok } else { SpanStatus::Error });
            Ok(status)
        }
        Err(error) => {
            call.failed("NoAnswer");
            tl.log(Level::Warning, "the other service did not answer").parent(&span).send();
            span.end_with(SpanStatus::Error);
            Err(error)
        }
    }
}
