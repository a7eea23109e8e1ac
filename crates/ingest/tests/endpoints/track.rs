//! Sending batches, as a client sees it.

use crate::app::{self, App};
use axum::body::Body;
use axum::http::Request;
use futures::future::join_all;
use serde_json::json;
use sqlx::PgPool;

const BATCH: &str = "019e2622-4600-7000-8000-0000000000a1";

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_event_is_stored_as_it_was_sent(pool: PgPool) {
    let app = App::start(pool).await;
    let body = json!({"batch_id": BATCH, "sent_at": app::NOW, "install_id": "i1", "sdk": {"name": "test", "version": "1"}, "made": 1, "events": [{
        "event_id": "019e2622-4600-7000-8000-000000000001", "name": "cart.add", "ts": "2026-05-14T11:59:00Z", "seq": 41,
        "user_id": "u1", "anonymous_id": "a9", "session_id": "s1", "route": "/cart?x=1", "release": "web@5.2", "environment": "prod",
        "props": {"sku": "A-1", "qty": 2}, "context": {"os": "iOS", "browser": "Safari", "device": "mobile", "country": "de", "locale": "de-DE", "utm": {"source": "email"}},
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}]});
    let answer = app.post("/v1/track:batch", body.to_string()).await;
    assert_eq!(answer, (202, json!({"accepted": 1, "duplicate": false, "rejected": 0, "errors": []})));
    let row: serde_json::Value =
        sqlx::query_scalar("select to_jsonb(e) - 'flush_id' from event e").fetch_one(&app.pool).await.expect("row");
    insta::assert_json_snapshot!(row);
    let pending: serde_json::Value =
        sqlx::query_scalar("select to_jsonb(p) - 'flush_id' from pending p").fetch_one(&app.pool).await.expect("row");
    insta::assert_json_snapshot!(pending);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn one_bad_event_costs_only_itself(pool: PgPool) {
    let app = App::start(pool).await;
    let body = r#"{"events":[{"name":"a"},{"nam":"b"},{"name":"c","props":{"x":1e999}},{"name":"d","ts":"2020-01-01T00:00:00Z"},{"name":"e","props":{"x":"\u0000"}}]}"#;
    let (status, answer) = app.post("/v1/track:batch", body).await;
    assert_eq!(status, 202);
    insta::assert_json_snapshot!(answer);
    assert_eq!(app.count("select count(*) from event").await, 2);
    assert_eq!(app.count("select count(*) from event where flags & 4 = 4").await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_same_batch_twice_is_stored_once_and_answered_alike(pool: PgPool) {
    let app = App::start(pool).await;
    for id in [BATCH, "11111111-2222-4333-8444-555555555555", "my own id"] {
        let body = |sent: &str| json!({"batch_id": id, "sent_at": sent, "events": [{"name": "a"}, {}]}).to_string();
        let (_, first) = app.post("/v1/track:batch", body("2026-05-14T11:59:58Z")).await;
        let (status, second) = app.post("/v1/track:batch", body("2026-05-14T12:00:00Z")).await;
        assert_eq!((first["accepted"].as_u64(), first["duplicate"].as_bool()), (Some(1), Some(false)), "{id}");
        assert_eq!((status, second["duplicate"].as_bool()), (202, Some(true)), "{id}");
        assert_eq!(first["errors"], second["errors"], "{id}");
    }
    assert_eq!(app.count("select count(*) from event").await, 3);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_batch_id_with_other_content_is_refused(pool: PgPool) {
    let app = App::start(pool).await;
    app.post("/v1/track:batch", json!({"batch_id": BATCH, "events": [{"name": "a"}]}).to_string()).await;
    let (status, problem) = app.post("/v1/track:batch", json!({"batch_id": BATCH, "events": [{"name": "b"}]}).to_string()).await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("key_reused")));
    let (status, _) = app.post("/v1/metrics:batch", json!({"batch_id": BATCH, "metrics": [{"name": "a", "value": 1}]}).to_string()).await;
    assert_eq!(status, 422);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn concurrent_duplicates_are_stored_once(pool: PgPool) {
    let app = App::start(pool).await;
    let body = json!({"batch_id": BATCH, "events": [{"name": "a"}]}).to_string();
    let answers = join_all((0..40).map(|_| app.post("/v1/track:batch", body.clone()))).await;
    let fresh = answers.iter().filter(|(status, answer)| *status == 202 && answer["duplicate"] == false).count();
    assert!(answers.iter().all(|(status, _)| *status == 202 || *status == 503), "{answers:?}");
    assert_eq!((fresh, app.count("select count(*) from event").await), (1, 1));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_batch_without_an_id_is_new_each_time_unless_it_has_an_idempotency_key(pool: PgPool) {
    let app = App::start(pool).await;
    for _ in 0..2 {
        app.post("/v1/track:batch", r#"{"events":[{"name":"a"}]}"#).await;
    }
    assert_eq!(app.count("select count(*) from event").await, 2);
    for _ in 0..2 {
        let request = Request::post("/v1/track:batch").header("x-throughline-key", &app.key).header("idempotency-key", "order 7");
        app.send(request.body(Body::from(r#"{"events":[{"name":"b"}]}"#)).expect("request")).await;
    }
    assert_eq!(app.count("select count(*) from event").await, 3);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whole_requests_are_refused_with_a_problem(pool: PgPool) {
    let app = App::start(pool).await;
    let many = format!("{{\"events\":[{}]}}", vec!["{\"name\":\"a\"}"; 1_001].join(","));
    let wide = format!("{{\"events\":[{{\"name\":\"a\",\"props\":{{\"x\":\"{}\"}}}}]}}", "x".repeat(1_000_001));
    for (body, status, code) in [
        ("{\"events\":[{]}".to_owned(), 400, "bad_request"),
        (String::new(), 400, "bad_request"),
        ("{\"event\":[]}".to_owned(), 400, "bad_request"),
        (many, 413, "too_large"),
        (wide, 413, "too_large"),
    ] {
        let (found, problem) = app.post("/v1/track:batch", body).await;
        assert_eq!((found, problem["code"].as_str()), (status, Some(code)));
        assert_eq!(problem["status"], status);
    }
    let (_, problem) = app.post("/v1/track:batch", "{\"events\":[{]}").await;
    insta::assert_json_snapshot!(problem);
    let (status, _) = app.post("/v1/nothing:batch", "{}").await;
    assert_eq!(status, 404);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_key_is_needed_and_a_public_one_cannot_import(pool: PgPool) {
    let app = App::start(pool).await;
    let ask = |key: Option<String>, path: &str| {
        let mut request = Request::post(path);
        if let Some(key) = key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        app.send(request.body(Body::from("{\"events\":[]}")).expect("request"))
    };
    for (key, path, status, code) in [
        (None, "/v1/track:batch", 401, "key_missing"),
        (Some("nonsense".to_owned()), "/v1/track:batch", 401, "key_unknown"),
        (Some(format!("pk_{}", "9".repeat(32))), "/v1/track:batch", 401, "key_unknown"),
        (Some(app.key.clone()), "/v1/import:batch", 403, "not_allowed"),
    ] {
        let (found, problem) = ask(key, path).await;
        assert_eq!((found, problem["code"].as_str()), (status, Some(code)));
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_percent_encoded_colon_and_beacons_are_understood(pool: PgPool) {
    let app = App::start(pool).await;
    assert_eq!(app.post("/v1/track%3Abatch", r#"{"events":[{"name":"a"}]}"#).await.0, 202);
    let beacon = Request::post(format!("/api/events/collect?key={}", app.key)).header("content-type", "text/plain");
    let list = r#"[{"event":"page_view","context":{"userId":"u1","page":"/home"}},{"event":"product_click"}]"#;
    assert_eq!(app.send(beacon.body(Body::from(list)).expect("request")).await.0, 204);
    assert_eq!(app.post("/api/events/collect", r#"{"event_name":"checkout_completed","user_id":"u2"}"#).await.0, 204);
    assert_eq!(app.count("select count(*) from event where name = '$pageview' and actor = 'u1' and route = '/home'").await, 1);
    assert_eq!(app.count("select count(*) from event").await, 4);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_beacon_may_carry_its_public_key_in_its_envelope(pool: PgPool) {
    let app = App::start(pool).await;
    let send = async |path: &str, body: String| {
        let request = Request::post(path).header("content-type", "text/plain").body(Body::from(body)).expect("request");
        let (status, answer) = app.send(request).await;
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    };
    let (taken, missing) = ((202, String::new()), (401, "key_missing".to_owned()));
    let keyed = |filler: &str| json!({"events": [{"name": "page_left", "props": {"filler": filler}}], "key": app.key}).to_string();
    assert_eq!(send("/v1/track:batch", keyed("")).await, taken);
    // Beyond what a beacon can hold, nobody's body is read.
    assert_eq!(send("/v1/track:batch", keyed(&"x".repeat(64 * 1024))).await, missing);
    assert_eq!(send("/v1/track:batch", r#"{"events": [{"name": "a", "key": "b"}]}"#.to_owned()).await, missing);
    assert_eq!(send("/v1/track:batch", json!({"events": [], "key": format!("pk_{}", "9".repeat(32))}).to_string()).await.1, "key_unknown");
    assert_eq!(send("/v1/track:batch", json!({"events": [], "key": format!("sk_{}", "9".repeat(64))}).to_string()).await, missing);
    assert_eq!(send("/api/events/collect", json!({"name": "a", "key": app.key}).to_string()).await, missing);
    assert_eq!(app.count("select count(*) from event where name = 'page_left'").await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_empty_batch_carries_the_senders_own_books(pool: PgPool) {
    let app = App::start(pool).await;
    let (status, _) = app.post("/v1/track:batch", r#"{"events":[],"made":3,"lost":{"queue_overflow":3}}"#).await;
    assert_eq!(status, 202);
    let outcomes: serde_json::Value = sqlx::query_scalar("select outcomes from pending").fetch_one(&app.pool).await.expect("row");
    insta::assert_json_snapshot!(outcomes);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_nameless_sender_that_says_what_it_made_has_books_of_its_own(pool: PgPool) {
    let app = App::start(pool).await;
    for body in [
        r#"{"made":1,"events":[{"name":"a"}]}"#,
        r#"{"lost":{"queue_overflow":2},"events":[{"name":"a"}]}"#,
        r#"{"events":[{"name":"a"},{"name":"a"},{"name":""}]}"#,
        r#"{"made":1,"sdk":{"name":"web","version":"1"},"events":[{"name":"a"}]}"#,
    ] {
        assert_eq!(app.post("/v1/track:batch", body).await.0, 202);
    }
    let booked = "select o->>'sdk' || ' ' || (o->>'outcome') || ' ' || sum((o->>'n')::int8) from pending, jsonb_array_elements(outcomes) o
         group by o->>'sdk', o->>'outcome' order by 1";
    let booked: Vec<String> = sqlx::query_scalar(booked).fetch_all(&app.pool).await.expect("books");
    let wanted = [" lost 2", " rejected 1", " stored 3", "unnamed made 1", "unnamed stored 1", "web/1 made 1", "web/1 stored 1"];
    assert_eq!(booked, wanted);
    let named: Vec<String> = sqlx::query_scalar("select sdk from rejection").fetch_all(&app.pool).await.expect("refusals");
    assert_eq!(named, [""]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nul_beside_the_items_costs_nobody_anything(pool: PgPool) {
    let app = App::start(pool).await;
    let body = r#"{"install_id":"i\u0000","sdk":{"name":"a\u0000","version":"\u0000"},"lost":{"x\u0000":1},"events":[{"name":"kept"}]}"#;
    assert_eq!(app.post("/v1/track:batch", body).await.0, 202);
    let stored: String = sqlx::query_scalar("select name from event").fetch_one(&app.pool).await.expect("row");
    assert_eq!(stored, "kept");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_blank_batch_id_is_none(pool: PgPool) {
    let app = App::start(pool).await;
    for (id, name) in [("", "first"), ("", "second"), ("  ", "third")] {
        let answer = app.post("/v1/track:batch", json!({"batch_id": id, "events": [{"name": name}]}).to_string()).await;
        assert_eq!(answer, (202, json!({"accepted": 1, "duplicate": false, "rejected": 0, "errors": []})));
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_item_that_is_no_object_is_refused_alone(pool: PgPool) {
    let app = App::start(pool).await;
    let nulls = vec![serde_json::Value::Null; 14];
    let list = [vec![serde_json::Value::Null, json!("list")], nulls].concat();
    let (status, answer) = app.post("/v1/track:batch", json!({"events": [list, "text", 7, null, {"name": "kept"}]}).to_string()).await;
    assert_eq!((status, &answer["accepted"], &answer["rejected"]), (202, &json!(1), &json!(4)));
    for error in answer["errors"].as_array().expect("errors") {
        assert_eq!(error["message"], "the item is not an object");
    }
}
