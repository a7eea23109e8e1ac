//! What is kept of refused items and requests, for people who look for them.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::App;

const BATCH: &str = "019e2622-4600-7000-8000-0000000000b1";
const EVENT: &str = "019e2622-4600-7000-8000-0000000000e1";

async fn kept(pool: &PgPool) -> Vec<Value> {
    let rows = "select to_jsonb(r) - 'rejection_id' - 'refused_at' - 'project_id' from rejection r order by item_index, code, signal";
    sqlx::query_scalar(rows).fetch_all(pool).await.expect("rows")
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_refused_item_is_kept_with_its_reason_and_without_its_secrets(pool: PgPool) {
    let app = App::start(pool).await;
    let body = json!({"batch_id": BATCH, "sdk": {"name": "web", "version": "1.2"}, "events": [
        {"name": "fine"},
        {"event_id": EVENT, "name": "login", "ts": "2020-01-01T00:00:00Z", "props": {"password": "hunter2", "plan": "pro"}},
    ]})
    .to_string();
    for accepted in [1, 1] {
        let (_, answer) = app.post("/v1/track:batch", body.clone()).await;
        assert_eq!(answer["accepted"], accepted);
    }
    let rows = kept(&app.pool).await;
    assert_eq!(rows.len(), 1, "the second time it is a duplicate: {rows:?}");
    assert_eq!((&rows[0]["code"], &rows[0]["signal"], &rows[0]["item_index"]), (&json!("too_old"), &json!("event"), &json!(1)));
    assert_eq!((&rows[0]["item_id"], &rows[0]["name"], &rows[0]["sdk"]), (&json!(EVENT), &json!("login"), &json!("web/1.2")));
    assert_eq!((&rows[0]["batch_id"], &rows[0]["correlation_id"]), (&json!(BATCH), &Value::Null));
    assert!(rows[0]["message"].as_str().is_some_and(|message| !message.is_empty()));
    let excerpt = rows[0]["excerpt"].as_str().expect("an excerpt");
    assert!(excerpt.contains(r#""password":"***""#) && excerpt.contains("pro") && !excerpt.contains("hunter2"), "{excerpt}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_batch_without_a_good_item_leaves_ten_and_the_books_count_all(pool: PgPool) {
    let app = App::start(pool).await;
    let items: Vec<Value> = (0..25).map(|n| json!({"value": n, "tags": {"\u{0}": "\u{0}"}})).collect();
    let (status, answer) = app.post("/v1/metrics:batch", json!({ "metrics": items }).to_string()).await;
    assert_eq!((status, &answer["accepted"], &answer["rejected"]), (202, &json!(0), &json!(25)));
    let rows = kept(&app.pool).await;
    assert_eq!(rows.iter().map(|row| row["item_index"].clone()).collect::<Vec<_>>(), (0..10).map(Value::from).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row["signal"] == "metric" && row["name"] == Value::Null));
    let booked = "select (o->>'n')::int8 from pending, jsonb_array_elements(outcomes) o where o->>'outcome' = 'rejected'";
    assert_eq!(app.count(booked).await, 25);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn refused_requests_of_a_project_are_booked_and_sampled(pool: PgPool) {
    let app = App::start(pool).await;
    let send = async |path: &str, key: &str, encoding: &str, body: &str| {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {key}"))
            .header("content-encoding", encoding)
            .header("x-request-id", "c-7");
        app.send(request.body(Body::from(body.to_owned())).expect("a request")).await.0
    };
    for _ in 0..5 {
        assert_eq!(send("/v1/track:batch", &app.key, "identity", "{\"events\":[NaN]}").await, 400);
    }
    assert_eq!(send("/v1/logs:batch", &app.key, "lzma", "{\"logs\":[]}").await, 415);
    assert_eq!(send("/v1/import:batch", &app.key, "identity", "{}").await, 403, "whose key may not do this, is no refusal of data");
    assert_eq!(send("/v1/track:batch", &format!("pk_{}", "9".repeat(32)), "identity", "{}").await, 401);
    assert_eq!(send("/v1/nothing", &app.key, "identity", "{}").await, 404);
    let pool = app.stop().await;
    let rows = kept(&pool).await;
    let listed: Vec<_> = rows.iter().map(|row| (row["code"].as_str().expect("a code"), row["signal"].as_str())).collect();
    let bad = ("bad_request", Some("event"));
    assert_eq!(listed, [bad, bad, bad, ("encoding_unknown", Some("log"))]);
    assert!(rows.iter().all(|row| row["item_index"] == Value::Null && row["correlation_id"] == "c-7"), "{rows:?}");
    assert!(rows[0]["message"].as_str().expect("a message").contains("line 1 column 12"), "{:?}", rows[0]);
    let booked: Vec<(String, i64)> = sqlx::query_as(
        "select o->>'reason', sum((o->>'n')::int8)::int8 from pending, jsonb_array_elements(outcomes) o where o->>'outcome' = 'refused' group by 1 order by 1",
    )
    .fetch_all(&pool)
    .await
    .expect("the books");
    assert_eq!(booked, [("bad_request".to_owned(), 5), ("encoding_unknown".to_owned(), 1)]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_process_shows_that_it_lives_until_it_ends(pool: PgPool) {
    let app = App::start(pool).await;
    let began = std::time::Instant::now();
    while app.count("select count(*) from ingest_process").await == 0 {
        assert!(began.elapsed().as_secs() < 30, "no process is seen");
        tokio::task::yield_now().await;
    }
    let state: Value = sqlx::query_scalar("select state from ingest_process").fetch_one(&app.pool).await.expect("a row");
    assert_eq!((&state["version"], &state["database_away"]), (&json!(env!("CARGO_PKG_VERSION")), &json!(false)));
    assert_eq!(state["queue"], json!({"batches": 0, "bytes": 0, "oldest_wait_ms": 0}));
    let pool = app.stop().await;
    let left: i64 = sqlx::query_scalar("select count(*) from ingest_process").fetch_one(&pool).await.expect("a count");
    assert_eq!(left, 0);
}
