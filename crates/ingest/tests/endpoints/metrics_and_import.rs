//! Metric points and history.

use crate::app::App;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn metric_points_are_stored_with_their_links(pool: PgPool) {
    let app = App::start(pool).await;
    let body = json!({"metrics": [
        {"name": "db.query.duration_ms", "value": 42, "unit": "ms", "tags": {"table": "users", "rows": 7, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}},
        {"metric": "email.sent", "type": "counter", "value": 1, "timestamp": 1778759940},
        {"name": "search.users", "kind": "set", "value": "u1"},
        {"name": "queue.depth", "kind": "gauge", "value": "deep"},
        {"name": "queue.depth", "kind": "pie", "value": 1},
        {"name": "nested", "value": 1, "tags": {"a": {"b": 1}}}]});
    let (status, answer) = app.post("/v1/metrics:batch", body.to_string()).await;
    assert_eq!((status, answer["accepted"].as_u64()), (202, Some(3)));
    insta::assert_json_snapshot!(answer["errors"]);
    let rows: Vec<serde_json::Value> = sqlx::query_scalar("select to_jsonb(p) - 'flush_id' - 'batch_id' from metric_point p order by n")
        .fetch_all(&app.pool)
        .await
        .expect("rows");
    insta::assert_json_snapshot!(rows);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn history_lies_at_its_own_time(pool: PgPool) {
    let app = App::start(pool).await;
    let body = json!({"batch_id": "019e2622-4600-7000-8000-0000000000b1", "events": [
            {"name": "a", "ts": "2026-04-20T23:59:00Z"}, {"name": "b", "ts": "2026-04-21T00:01:00Z"}, {"name": "c", "ts": "2025-03-01T00:00:00Z"}],
        "metrics": [{"name": "m", "value": 1, "ts": "2026-04-21T00:02:00Z"}, {"name": "m"}]});
    let (status, answer) = app.import(&body).await;
    assert_eq!((status, answer["accepted"].as_u64(), answer["rejected"].as_u64()), (202, Some(3), Some(2)));
    let refused: Vec<_> = answer["errors"].as_array().expect("errors").iter().map(|e| (e["index"].as_u64(), e["code"].as_str())).collect();
    assert_eq!(refused, [(Some(2), Some("too_old")), (Some(4), Some("malformed"))]);
    assert_eq!(app.count("select count(*) from event where received_at = ts and flags & 8 = 8").await, 2);
    assert_eq!(app.count("select count(*) from metric_point where received_at = ts").await, 1);
    // One flush per day, each with the range of its own rows.
    assert_eq!(app.count("select count(*) from pending where imported and date(received_from) = date(received_until)").await, 2);
    assert_eq!(app.import(&body).await.1["duplicate"], true);
    assert_eq!(app.count("select count(*) from event").await, 2);
}
