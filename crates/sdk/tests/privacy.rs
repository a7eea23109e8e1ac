//! Consent, sampling, hooks and the deny-list: what leaves the process, and how the rest is counted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use serde_json::json;
use support::{KEY, PATIENCE, Server};
use throughline::{Client, Config, Consent, Level, LossReason};

fn config(server: &Server) -> Config {
    Config::new(&server.url, KEY).flush_every(Duration::from_secs(3_600))
}

fn everything(tl: &Client) {
    tl.track("a").user("u1").send();
    tl.record_metric("m", 1).send();
    tl.start_span("s").end();
    tl.capture_message(Level::Error, "e").send();
    tl.log(Level::Info, "l").send();
    tl.identify("u1").send();
}

fn closes(tl: &Client) {
    for (signal, books) in tl.report().signals() {
        assert_eq!(books.made, books.delivered + books.rejected + books.lost_total() + books.queued, "{signal:?}");
    }
}

#[test]
fn nothing_leaves_before_somebody_consents_and_then_everything_does() {
    let server = Server::new();
    let tl = throughline::init(config(&server).consent(Consent::Pending)).unwrap();
    everything(&tl);
    assert_eq!(tl.flush(PATIENCE).unwrap_err().items, 6, "a flush does not wait for a person");
    assert_eq!(server.look(|seen| seen.requests.len()), 0);
    tl.opt_in();
    tl.flush(PATIENCE).unwrap();
    assert!(tl.report().signals().into_iter().all(|(_, books)| books.delivered == 1));
}

#[test]
fn who_opts_out_is_not_captured_and_what_waited_is_dropped() {
    let server = Server::new();
    let tl = throughline::init(config(&server).consent(Consent::Pending)).unwrap();
    everything(&tl);
    tl.opt_out();
    everything(&tl);
    tl.flush(PATIENCE).unwrap();
    closes(&tl);
    for (signal, books) in tl.report().signals() {
        assert_eq!((books.made, books.lost_to(LossReason::OptOut), books.queued), (2, 2, 0), "{signal:?}");
    }
    tl.shutdown(PATIENCE).unwrap();
    assert_eq!(server.look(|seen| seen.requests.len()), 0, "not even counts");
}

#[test]
fn after_an_opt_out_is_withdrawn_the_losses_are_told() {
    let server = Server::new();
    let tl = throughline::init(config(&server)).unwrap();
    tl.opt_out();
    tl.track("a").send();
    tl.opt_in();
    tl.track("b").send();
    tl.flush(PATIENCE).unwrap();
    let body = server.request(0).body;
    assert_eq!((&body["made"], &body["lost"], body["events"].as_array().unwrap().len()), (&json!(2), &json!({"opt_out": 1}), 1));
}

#[test]
fn a_hook_changes_items_and_leaves_them_out_and_its_panic_costs_the_item_alone() {
    let server = Server::new();
    std::panic::set_hook(Box::new(|_| {}));
    let config = config(&server)
        .before_send_event(|mut event| {
            assert_ne!(event.name, "panics");
            event.props.insert("shown".to_owned(), true.into());
            (event.name != "left.out").then_some(event)
        })
        .before_send_metric(|_| None)
        .before_send_span(|mut span| {
            span.name.push('!');
            Some(span)
        })
        .before_send_error(|_| None)
        .before_send_log(|_| None)
        .before_send_identity(|_| None);
    let tl = throughline::init(config).unwrap();
    everything(&tl);
    tl.track("left.out").send();
    tl.track("panics").send();
    tl.shutdown(PATIENCE).unwrap();
    closes(&tl);
    let report = tl.report();
    assert_eq!((report.events.delivered, report.events.lost_to(LossReason::BeforeSend), report.worker_restarts), (1, 2, 0));
    for signal in [&report.metrics, &report.errors, &report.logs, &report.identities] {
        assert_eq!((signal.made, signal.lost_to(LossReason::BeforeSend)), (1, 1));
    }
    server.look(|seen| {
        assert_eq!(seen.stored["/v1/track:batch"][0]["props"], json!({"shown": true}));
        assert_eq!(seen.stored["/v1/spans:batch"][0]["name"], "s!");
        assert_eq!(seen.books["/v1/logs:batch"].lost["before_send"], 1);
    });
}

#[test]
fn a_share_of_people_is_sent_whole_with_the_rate() {
    let server = Server::new();
    let tl = throughline::init(config(&server).sample_events(0.3).ring_items(2_000)).unwrap();
    for visit in 0..3 {
        for user in 0..400 {
            tl.track("seen").prop("visit", visit).user(format!("u{user}")).send();
        }
    }
    tl.shutdown(PATIENCE).unwrap();
    let report = tl.report().events;
    assert_eq!(report.delivered + report.lost_to(LossReason::SampleRate), 1_200);
    assert!((240..=480).contains(&report.delivered), "{report:?}");
    assert_eq!(report.delivered % 3, 0, "people come whole");
    server.look(|seen| {
        assert!(seen.stored["/v1/track:batch"].iter().all(|event| event["sample_rate"] == 0.3));
        assert_eq!(seen.books["/v1/track:batch"].lost["sample_rate"], report.lost_to(LossReason::SampleRate));
    });
}

#[test]
fn denied_keys_lose_their_values_in_every_signal() {
    let server = Server::new();
    let tl = throughline::init(config(&server).deny_key("e_mail").allow_key("iban")).unwrap();
    tl.track("signup").prop("eMail", "ada@example.org").prop("plan", "pro").prop("form", json!({"password": "x", "iban": "DE1"})).send();
    tl.record_metric("m", 1).tag("api_key", "k").send();
    tl.start_span("s").attribute("authorization", "Bearer x").end();
    tl.add_breadcrumb_with("http", "POST /login", Level::Info, [("cookie", "c")]);
    tl.capture_message(Level::Error, "e").tag("secret", "s").context("tokens", "kept").send();
    tl.log(Level::Info, "l").attribute("card_number", 4_111).send();
    tl.identify("u1").with("ssn", "1").send();
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| {
        let first = |operation: &str| seen.stored[&format!("/v1/{operation}:batch")][0].clone();
        let props = json!({"eMail": "[removed]", "plan": "pro", "form": {"password": "[removed]", "iban": "DE1"}});
        assert_eq!(first("track")["props"], props);
        assert_eq!(first("metrics")["tags"]["api_key"], "[removed]");
        assert_eq!(first("spans")["attributes"]["authorization"], "[removed]");
        let error = first("errors");
        assert_eq!((&error["tags"]["secret"], &error["context"]["tokens"]), (&json!("[removed]"), &json!("kept")));
        assert_eq!(error["breadcrumbs"][0]["data"]["cookie"], "[removed]");
        assert_eq!(first("logs")["attributes"]["card_number"], "[removed]");
        assert_eq!(first("identify")["traits"]["ssn"], "[removed]");
    });
}

#[test]
fn addresses_and_cards_leave_no_text_where_that_is_wanted() {
    let server = Server::new();
    let tl = throughline::init(config(&server).scrub_texts(true)).unwrap();
    let text = "pay 4111 1111 1111 1111, ask ada@example.org, order 1700000000123";
    let clean = json!("pay [removed], ask [removed], order 1700000000123");
    tl.track("a").prop("note", text).route("/u/4111111111111111/ada@example.org").referrer(text).send();
    tl.record_metric("m", 1).tag("note", text).send();
    tl.start_span("s").attribute("note", text).end();
    tl.add_breadcrumb("log", text);
    tl.capture_exception(&std::io::Error::other(text)).send();
    tl.log(Level::Info, text).send();
    tl.identify("u1").with("note", text).send();
    tl.flush(PATIENCE).unwrap();
    server.look(|seen| {
        let first = |operation: &str| seen.stored[&format!("/v1/{operation}:batch")][0].clone();
        let event = first("track");
        assert_eq!((&event["props"]["note"], &event["route"], &event["context"]["referrer"]), (&clean, &json!("[removed]"), &clean));
        assert_eq!((&first("metrics")["tags"]["note"], &first("spans")["attributes"]["note"]), (&clean, &clean));
        let error = first("errors");
        assert_eq!((&error["message"], &error["breadcrumbs"][0]["message"]), (&clean, &clean));
        assert_eq!((&first("logs")["body"], &first("identify")["traits"]["note"]), (&clean, &clean));
        assert!(seen.requests.iter().all(|request| !request.plain.contains("4111") && !request.plain.contains("ada@")));
    });
}
