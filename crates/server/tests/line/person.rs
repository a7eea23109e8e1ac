//! One person, from what was sent of them to the page that tells it, until they are forgotten.

use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::deadline::until;

use crate::server::Server;
use crate::shop::{Shop, database};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The kinds of the items, newest first, with those behind them.
fn kinds(timeline: &Value) -> Vec<(String, Vec<String>)> {
    let kind = |item: &Value| item["kind"].as_str().expect("a kind").to_owned();
    let behind = |item: &Value| item["moment"].as_array().map(|moment| moment.iter().map(kind).collect()).unwrap_or_default();
    let sessions = timeline["sessions"].as_array().expect("sessions");
    sessions.iter().flat_map(|session| session["items"].as_array().expect("items")).map(|item| (kind(item), behind(item))).collect()
}

#[sqlx::test(migrations = false)]
async fn everything_that_was_sent_of_somebody_is_on_their_timeline_until_they_are_forgotten(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let editor = shop.create_key(&database, "read,write");
    let server = Server::start(&database);
    let client = server.client();
    let send = |path: &str, body: Value| assert_eq!(client.post_with_key(path, &shop.public_key, &body).status, 202, "{path}");
    #[allow(clippy::disallowed_methods, reason = "the server under test has the system's clock")]
    let now = Utc::now();
    let at = |seconds: i64| (now - TimeDelta::seconds(600 - seconds)).to_rfc3339_opts(SecondsFormat::Millis, true);

    send(
        "/v1/track:batch",
        json!({"events": [
            {"name": "page_view", "anonymous_id": "phone", "session_id": "s1", "route": "/", "ts": at(0)},
            {"name": "order", "user_id": "ann", "session_id": "s2", "ts": at(60), "trace_id": TRACE},
            {"name": "page_view", "user_id": "bob", "session_id": "s3", "route": "/", "ts": at(61)},
        ]}),
    );
    send(
        "/v1/identify:batch",
        json!({"identities": [
            {"user_id": "ann", "anonymous_id": "phone", "ts": at(30), "traits": {"plan": "guest"}},
            {"user_id": "ann", "ts": at(40), "traits": {"plan": "member"}},
        ]}),
    );
    send(
        "/v1/spans:batch",
        json!({"spans": [
            {"trace_id": TRACE, "span_id": "00f067aa0ba902b1", "name": "POST /order", "start": at(61), "duration_ms": 5, "status": "error"},
            {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4737", "span_id": "00f067aa0ba902b2", "name": "job", "start": at(70), "duration_ms": 5, "status": "error", "user_id": "ann"},
        ]}),
    );
    send("/v1/logs:batch", json!({"logs": [{"ts": at(80), "level": "warning", "body": "slow", "session_id": "s1"}]}));
    send(
        "/v1/errors:batch",
        json!({"errors": [{"ts": at(90), "type": "Timeout", "message": "no answer", "user_id": "ann", "trace_id": TRACE}]}),
    );
    send(
        "/v1/metrics:batch",
        json!({"metrics": [{"name": "vitals", "value": 3, "user_id": "ann", "session_id": "s9", "ts": at(100)}, {"name": "vitals", "value": 3, "session_id": "s3", "ts": at(101)}]}),
    );

    let get = |path: &str| client.get_with_key(&shop.path(path), &editor);
    until("the person is counted with both ids", async || {
        let profile = get("/users/profile?kind=anonymous&id=phone");
        profile.status == 200 && profile.json()["ids"].as_array().is_some_and(|ids| ids.len() == 2)
    })
    .await;
    let profile = get("/users/profile?id=ann").json();
    assert_eq!(profile["traits"][0]["value"], "member");
    let changes: Vec<(&Value, &Value)> =
        profile["changes"].as_array().expect("changes").iter().map(|change| (&change["before"], &change["after"])).collect();
    assert_eq!(changes, [(&json!("guest"), &json!("member")), (&Value::Null, &json!("guest"))]);
    let failed = &profile["failed"];
    assert_eq!((&failed["errors"], &failed["spans"], &failed["latest"]), (&json!(1), &json!(1), &json!("Timeout: no answer")));

    let told = |expected: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
        expected.iter().map(|(kind, behind)| ((*kind).to_owned(), behind.iter().map(|kind| (*kind).to_owned()).collect())).collect()
    };
    let timeline = get("/users/timeline?id=ann").json();
    let mut found = kinds(&timeline);
    found.sort();
    let mut expected = told(&[
        ("metric", &[]),
        ("error", &[]),
        ("log", &[]),
        ("span", &[]),
        ("event", &["span"]),
        ("identity", &[]),
        ("identity", &[]),
        ("view", &[]),
    ]);
    expected.sort();
    assert_eq!(found, expected, "{timeline:#}");
    assert_eq!(kinds(&get("/users/timeline?id=ann&only=span").json()), told(&[("span", &[])]), "that of the trace names nobody");
    assert_eq!(kinds(&get("/users/timeline?id=ann&only=error").json()), told(&[("error", &[])]));
    assert_eq!(kinds(&get("/users/timeline?id=bob").json()), told(&[("metric", &[]), ("view", &[])]));

    assert_eq!(client.post_with_key(&shop.path("/erasures/ask?id=ann"), &editor, &json!({})).status, 200);
    until("nobody is known by the id", async || get("/users/profile?id=ann").status == 404).await;
    assert_eq!(get("/users/timeline?id=bob").status, 200);
}
