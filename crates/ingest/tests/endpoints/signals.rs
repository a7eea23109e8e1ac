//! Spans, errors, logs and identities, as a client sees them.

use crate::app::App;
use serde_json::{Value, json};
use sqlx::PgPool;

async fn rows(app: &App, sql: &'static str) -> Value {
    Value::Array(sqlx::query_scalar(sql).fetch_all(&app.pool).await.expect("rows"))
}

fn codes(answer: &Value) -> Vec<(u64, String)> {
    let errors = answer["errors"].as_array().expect("errors");
    errors.iter().map(|e| (e["index"].as_u64().expect("index"), e["code"].as_str().expect("code").to_owned())).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn spans_are_stored_as_they_were_sent(pool: PgPool) {
    let app = App::start(pool).await;
    let ids = |n: u8| json!({"trace_id": "4bf92f35-77b3-4da6-a3ce-929d0e0e4736", "span_id": format!("00f067aa0ba902b{n:x}")});
    let span = |n: u8, more: Value| {
        let mut span = ids(n);
        span.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        span
    };
    let body = json!({"batch_id": "019e2622-4600-7000-8000-0000000000c1", "sdk": {"name": "test", "version": "1"}, "made": 5, "lost": {"sample_rate": 7, "queue_overflow": 1}, "spans": [
        span(7, json!({"name": "POST /api/checkout", "op": "http.server", "service": "api", "start": "2026-05-14T11:59:00Z", "duration_ms": 850.2,
            "status": "error", "attributes": {"http.status_code": 504}, "user_id": "u1", "session_id": "s1", "release": "api@1", "sample_rate": 0.25})),
        span(8, json!({"parentSpanId": "00f067aa0ba902b7", "name": "checkout", "op": "moment", "start": 1778759940, "end": 1778759942.5, "status": "abandoned",
            "attributes": {"checkpoint.address": 900}})),
        span(9, json!({"name": "no duration"})),
        {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "short", "name": "n", "duration_ms": 1},
        span(1, json!({"name": "old", "start": "2026-05-01T00:00:00Z", "duration_ms": 1}))]});
    let (status, answer) = app.post("/v1/spans:batch", body.to_string()).await;
    assert_eq!((status, answer["accepted"].as_u64()), (202, Some(2)));
    assert_eq!(
        codes(&answer),
        [(2, "duration_invalid"), (3, "trace_id_invalid"), (4, "too_old")].map(|(index, code)| (index, code.to_owned()))
    );
    insta::assert_json_snapshot!(rows(&app, "select to_jsonb(s) - 'flush_id' from span s order by n").await);
    insta::assert_json_snapshot!(rows(&app, "select outcomes from pending").await);
    assert_eq!(app.count("select sum(items)::int8 from pending").await, 2);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn errors_are_stored_with_frames_causes_and_what_happened_before(pool: PgPool) {
    let app = App::start(pool).await;
    let body = json!({"batch_id": "019e2622-4600-7000-8000-0000000000c2", "install_id": "i1", "sent_at": "2026-05-14T10:00:00Z", "errors": [
        {"event_id": "019e2622-4600-7000-8000-00000000000e", "ts": "2026-05-14T09:59:00Z", "type": "PaymentGatewayTimeout", "message": "no answer in 30 s",
            "handled": false, "stacktrace": [{"function": "charge", "filename": "src/charge.rs", "lineno": 118, "colno": 9, "in_app": true}],
            "cause": [{"type": "io::Error", "message": "timed out"}],
            "breadcrumbs": [{"ts": "2026-05-14T09:58:58Z", "type": "track", "message": "cart.add", "data": {"sku": "A-1"}}, {"ts": "then"}],
            "fingerprint": ["payment", "timeout"], "tags": {"gateway": "x", "retry": 2}, "context": {"os": "iOS"},
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7", "userId": "u1", "route": "/checkout?card=1", "release": "web@5.2"},
        {"message": "stock is low", "event_id": "019e2622-4600-7000-8000-00000000000f"},
        {"level": "error"},
        {"message": "m", "level": "odd"}]});
    let (status, answer) = app.post("/v1/errors:batch", body.to_string()).await;
    assert_eq!((status, answer["accepted"].as_u64()), (202, Some(2)));
    assert_eq!(codes(&answer), [(2, "message_missing"), (3, "malformed")].map(|(index, code)| (index, code.to_owned())));
    insta::assert_json_snapshot!(rows(&app, "select to_jsonb(e) - 'flush_id' from error_report e order by n").await);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn logs_and_identities_are_stored_as_they_were_sent(pool: PgPool) {
    let app = App::start(pool).await;
    let body = json!({"batch_id": "019e2622-4600-7000-8000-0000000000c3", "logs": [
        {"ts": "2026-05-14T11:59:00Z", "level": "WARN", "body": "slow\u{0}query", "attributes": {"table": "users"}, "service": "api",
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"},
        {"message": "plain"},
        {"level": "info"}]});
    let (_, answer) = app.post("/v1/logs:batch", body.to_string()).await;
    assert_eq!((answer["accepted"].as_u64(), codes(&answer)), (Some(2), vec![(2, "message_missing".to_owned())]));
    insta::assert_json_snapshot!(rows(&app, "select to_jsonb(l) - 'flush_id' from log l order by n").await);

    let body = json!({"batch_id": "019e2622-4600-7000-8000-0000000000c4", "install_id": "i1", "identities": [
        {"user_id": "u1", "anonymous_id": "a9", "ts": "2026-05-14T11:59:00Z", "traits": {"plan": "pro"}},
        {"kind": "alias", "userId": "u2", "previousId": "u1"},
        {"kind": "reset", "anonymous_id": "a9"},
        {"kind": "identify", "anonymous_id": "a9"}]});
    let (_, answer) = app.post("/v1/identify%3Abatch", body.to_string()).await;
    assert_eq!((answer["accepted"].as_u64(), codes(&answer)), (Some(3), vec![(3, "id_missing".to_owned())]));
    insta::assert_json_snapshot!(rows(&app, "select to_jsonb(i) - 'flush_id' from identity i order by n").await);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_item_that_the_database_refuses_costs_only_itself(pool: PgPool) {
    let app = App::start(pool).await;
    sqlx::query("alter table event add constraint no_poison check (name not like 'poison%')")
        .execute(&app.pool)
        .await
        .expect("a constraint");
    let names: Vec<Value> =
        (0..50).map(|n| json!({"name": if n % 20 == 7 { format!("poison {n}") } else { format!("fine {n}") }})).collect();
    let poisoned = json!({"batch_id": "019e2622-4600-7000-8000-0000000000d1", "events": names}).to_string();
    let others: Vec<String> = (0..8).map(|n| json!({"events": [{"name": format!("neighbour {n}")}]}).to_string()).collect();
    let (answer, neighbours) = futures::join!(
        app.post("/v1/track:batch", poisoned.clone()),
        futures::future::join_all(others.iter().map(|body| app.post("/v1/track:batch", body.clone())))
    );
    assert!(neighbours.iter().all(|(status, answer)| *status == 202 && answer["accepted"] == 1), "{neighbours:?}");
    assert_eq!((answer.0, &answer.1["accepted"], &answer.1["rejected"]), (202, &json!(47), &json!(3)));
    assert_eq!(codes(&answer.1), [7, 27, 47].map(|index| (index, "not_storable".to_owned())));
    assert_eq!(app.count("select count(*) from event").await, 55);
    assert_eq!(app.count("select sum(events)::int8 from pending").await, 55);
    // Again, the ledger repeats the verdicts.
    let (_, again) = app.post("/v1/track:batch", poisoned).await;
    assert_eq!((&again["duplicate"], &again["errors"]), (&json!(true), &answer.1["errors"]));
    let booked = "select o->>'outcome' || ' ' || coalesce(nullif(o->>'reason', ''), '-') || ' ' || sum((o->>'n')::int8) from pending, jsonb_array_elements(outcomes) o group by o->>'outcome', o->>'reason' order by 1";
    let booked: Vec<String> = sqlx::query_scalar(booked).fetch_all(&app.pool).await.expect("books");
    assert_eq!(booked, ["rejected not_storable 3", "replayed - 50", "stored - 55"]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_project_can_ask_that_no_id_is_stored_twice(pool: PgPool) {
    let app = App::start(pool).await;
    let db = storage::Db::from_pool(app.pool.clone());
    assert!(storage::projects::set_dedupe(&db, app.project, true).await.expect("a setting"));
    let id = |n: u32| format!("019e2622-4600-7000-8000-{n:012x}");
    let old = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let send = async |ids: &[&str]| {
        let events: Vec<Value> = ids.iter().map(|id| json!({"event_id": id, "name": "a"})).collect();
        let (status, answer) = app.post("/v1/track:batch", json!({"events": events}).to_string()).await;
        assert_eq!((status, answer["accepted"].as_u64()), (202, Some(ids.len() as u64)), "{answer}");
    };
    send(&[&id(1), &id(2), &id(2), old]).await;
    send(&[&id(2), &id(3), old]).await;
    assert_eq!(app.count("select count(*) from event").await, 4);
    assert_eq!(app.count("select count(distinct event_id) from event").await, 4);
    assert_eq!(app.count("select sum(events)::int8 from pending").await, 4);
    let booked = "select sum((o->>'n')::int8)::int8 from pending, jsonb_array_elements(outcomes) o where o->>'outcome' = 'duplicate'";
    assert_eq!(app.count(booked).await, 3);
    // An error report may have the id of an event only where it is the same thing; ids are one space.
    let (_, answer) = app
        .post("/v1/errors:batch", json!({"errors": [{"event_id": id(9), "message": "m"}, {"event_id": id(9), "message": "m"}]}).to_string())
        .await;
    assert_eq!((answer["accepted"].as_u64(), app.count("select count(*) from error_report").await), (Some(2), 1));
}
