//! How much a key and its project may send.

use serde_json::json;
use sqlx::PgPool;

use crate::app::App;

const TRACK: &str = "/v1/track:batch";

fn batch(events: usize) -> String {
    json!({"events": vec![json!({"name": "a"}); events]}).to_string()
}

async fn change(app: &App, sql: &'static str) {
    sqlx::query(sql).execute(&app.pool).await.expect("a change");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_rate_counts_events_and_says_what_is_left(pool: PgPool) {
    let app = App::start(pool).await;
    // So slow that nothing comes back while the test runs.
    change(&app, "update api_key set events_per_second = 1").await;
    let first = app.answer(TRACK, batch(3)).await;
    assert_eq!((first.status, first.header("x-ratelimit-limit"), first.header("x-ratelimit-remaining")), (202, "5", "2"));
    // What is left is less than the batch; it is taken all the same, and owed.
    let second = app.answer(TRACK, batch(1_000)).await;
    assert_eq!((second.status, second.header("x-ratelimit-remaining")), (202, "0"));
    let third = app.answer(TRACK, batch(1)).await;
    assert_eq!((third.status, &third.body["code"], third.header("x-ratelimit-remaining")), (429, &json!("too_many"), "0"));
    assert_eq!(third.body["detail"], "the key may send 1 event per second");
    let seconds: u64 = third.header("retry-after").parse().expect("seconds");
    assert!((900..=999).contains(&seconds), "{seconds}");
    assert_eq!(app.count("select count(*) from event").await, 1_003);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_a_project_may_send_is_shared_by_its_keys_and_by_every_signal(pool: PgPool) {
    let mut app = App::start(pool).await;
    change(&app, "update project set events_per_second = 1").await;
    change(
        &app,
        "insert into api_key (project_id, public_key, hint, label, scopes, created_at)
         select project_id, 'pk_22222222222222222222222222222222', hint, label, scopes, created_at from api_key",
    )
    .await;
    assert_eq!(
        app.answer("/v1/metrics:batch", json!({"metrics": vec![json!({"name": "m", "value": 1}); 100]}).to_string()).await.status,
        202
    );
    app.key = format!("pk_{}", "2".repeat(32));
    let refused = app.answer(TRACK, batch(1)).await;
    assert_eq!((refused.status, &refused.body["detail"]), (429, &json!("the project may send 1 event per second")));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_quota_ends_with_what_was_stored_this_month_and_now(pool: PgPool) {
    let app = App::start(pool).await;
    change(&app, "update api_key set events_per_month = 100").await;
    // NOW is in May.
    change(&app, "insert into usage_monthly select project_id, '2026-05-01', id, 90 from api_key").await;
    change(&app, "insert into usage_monthly select project_id, '2026-04-01', id, 1000 from api_key").await;
    let first = app.answer(TRACK, json!({"batch_id": "one", "events": vec![json!({"name": "a"}); 9]}).to_string()).await;
    assert_eq!((first.status, first.header("x-ratelimit-remaining")), (202, ""));
    // A repetition and a refused item use up nothing.
    let again = app.answer(TRACK, json!({"batch_id": "one", "events": vec![json!({"name": "a"}); 9]}).to_string()).await;
    assert_eq!((again.status, &again.body["duplicate"]), (202, &json!(true)));
    assert_eq!(app.answer(TRACK, json!({"events": [{"name": ""}]}).to_string()).await.status, 202);
    assert_eq!(app.answer(TRACK, batch(1)).await.status, 202);
    let refused = app.answer(TRACK, batch(1)).await;
    assert_eq!((refused.status, &refused.body["code"], refused.header("retry-after")), (429, &json!("quota_exceeded"), "3600"));
    // Until June.
    let until_june = (17 * 86_400 + 12 * 3_600).to_string();
    let left = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"].map(|name| refused.header(name).to_owned());
    assert_eq!(left, ["100".to_owned(), "0".to_owned(), until_june]);
    assert_eq!(refused.body["detail"], "the key may send 100 events per month, and they are used up until the next one begins (UTC)");
    assert_eq!(app.count("select sum((usage -> 0 ->> 'n')::int8)::int8 from pending").await, 10);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_body_that_is_too_large_is_refused_by_its_length_before_the_key_is_looked_up(pool: PgPool) {
    let mut stranger = App::start(pool).await;
    stranger.key = "nonsense".to_owned();
    let refused = stranger.answer(TRACK, " ".repeat(1_000_001)).await;
    assert_eq!((refused.status, &refused.body["code"]), (413, &json!("too_large")));
    assert_eq!(stranger.answer(TRACK, " ").await.status, 401);
}
