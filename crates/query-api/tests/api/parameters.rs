//! What is said about parameters that cannot be used, and about addresses that are none.

use protocol::metric::MetricKind;
use sqlx::PgPool;

use crate::app::{App, request};
use crate::points::Point;

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_bad_parameter_is_named_with_what_it_could_be(pool: PgPool) {
    let app = App::start(pool).await;
    let tags = std::iter::once(("table".to_owned(), "users".to_owned())).collect();
    let point = Point { ts: app.clock.now(), value: 1.0, set_hash: None, tags, trace_id: None };
    app.record("jobs", MetricKind::Counter, "", 1, &[point]).await;
    for (path, parameter, allowed) in [
        ("/live?window=7", "`window`", "1, 5, 30"),
        ("/live/stream?window=x", "`window`", "1, 5, 30"),
        ("/audience/metrics?range=1h", "`range`", "24h, 7d, 30d, 90d"),
        ("/delivery?range=90d", "`range`", "24h, 7d, 30d"),
        ("/delivery?signal=wave", "`signal`", "event, metric, span, error, log, identity"),
        ("/metrics/aggregate", "`name`", "a text"),
        ("/metrics/aggregate?name=", "`name`", "a text"),
        ("/metrics/aggregate?name=jobs&range=2h", "`range`", "1h, 6h, 24h, 7d, 30d, 90d"),
        ("/metrics/aggregate?name=jobs&aggregate=p95", "`aggregate`", "sum, per_second, per_minute"),
        ("/metrics/aggregate?name=jobs&aggregate=median", "`aggregate`", "unique"),
        ("/metrics/aggregate?name=jobs&kind=number", "`kind`", "counter, gauge, distribution, set"),
        ("/metrics/aggregate?name=jobs&by=color", "`by`", "table"),
        ("/metrics/samples?name=jobs&order=biggest", "`order`", "latest, oldest, largest, smallest, p50, p95"),
        ("/trend?filter=country", "`filter`", "/docs/filters"),
        ("/trend?from=2026-05-14T12:00:00Z", "`until`", "RFC 3339"),
        ("/trend?from=2026-05-14T12:00:00Z&until=2026-05-14T11:00:00Z", "`until`", "after"),
        ("/trend?range=90d&step=15m", "`step`", "a wider step"),
        ("/trend?formula=B/A", "`formula`", "A"),
        ("/trend?by=user", "`by`", "country"),
        ("/funnel", "`step`", "1 to 20 filters"),
        ("/funnel?step=name:a&window=0", "`window`", "seconds"),
        ("/retention?step=1h", "`step`", "1d, 1w or 1mo"),
        ("/journeys?steps=1", "`steps`", "2 to 10"),
        ("/suggestions", "`field`", "a text"),
        (&format!("/metrics/samples?name={}", "x".repeat(2_000)), "`name`", "1000 bytes"),
    ] {
        let (status, body) = app.get(&app.path(path)).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("bad_request")), "{path}");
        assert!(body["detail"].as_str().expect("detail").contains(parameter), "{path}: {body}");
        assert!(body["hint"].as_str().expect("hint").contains(allowed), "{path}: {body}");
    }
    for path in ["/live?window=5&colour=red", "/metrics/aggregate?name=jobs&kind=&aggregate=", "/audience/metrics?range=7d&range=24h"] {
        assert_eq!(app.get(&app.path(path)).await.0, 200, "{path}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_character_that_no_stored_text_has_is_a_fault_of_the_question(pool: PgPool) {
    let app = App::start(pool).await;
    for path in [app.path("/metrics/aggregate?name=a%00"), app.path("/metrics/samples?name=%00"), "/api/v1/projects/%00/live".to_owned()] {
        let (status, body) = app.get(&path).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("bad_request")), "{path}: {body}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_not_there_is_said_to_be_not_there(pool: PgPool) {
    let app = App::start(pool).await;
    for path in ["/metrics/aggregate?name=none", "/metrics/samples?name=none"] {
        assert_eq!(app.get(&app.path(path)).await.1["code"], "not_found", "{path}");
    }
    assert_eq!(app.get("/api/v1/nowhere").await.0, 404);
    let (status, headers, body) =
        app.send(request("DELETE", "/api/v1/projects", &[("sec-fetch-site", "same-origin"), ("x-request-id", "abc-1")])).await;
    assert_eq!((status, &headers["x-request-id"]), (405, &"abc-1".parse().unwrap()));
    let problem: protocol::problem::Problem = serde_json::from_slice(&body).expect("a problem");
    assert_eq!(problem.correlation_id, "abc-1");
    let (_, headers, _) = app.send(request("GET", "/api/v1/projects", &[("x-request-id", "<script>")])).await;
    assert_eq!(headers["x-request-id"].len(), 16, "an id that is none is replaced");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_description_is_public_and_answers_are_not_kept(pool: PgPool) {
    let app = App::start(pool).await;
    let (status, document) = app.get_as("/api/openapi.json", &[]).await;
    assert_eq!((status, document["openapi"].as_str()), (200, Some("3.1.0")));
    assert!(document["components"]["schemas"]["LiveAnswer"]["properties"]["people"].is_object());
    assert!(document["components"]["schemas"]["Problem"].is_object());
    let authorization = format!("Bearer {}", app.key);
    let (_, headers, _) = app.send(request("GET", &app.path("/live"), &[("authorization", &authorization)])).await;
    assert_eq!(headers["cache-control"], "no-store");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_question_that_takes_too_long_is_given_up(pool: PgPool) {
    let app = App::start_with(pool, "2026-05-14T12:00:30Z", |config| config.budget = std::time::Duration::from_millis(200)).await;
    let mut tx = app.pool.begin().await.unwrap();
    sqlx::query("lock table metric_series in access exclusive mode").execute(&mut *tx).await.unwrap();
    let (status, body) = app.get(&app.path("/metrics")).await;
    assert_eq!((status, body["code"].as_str()), (504, Some("timeout")));
    tx.rollback().await.unwrap();
    assert_eq!(app.get(&app.path("/metrics")).await.0, 200);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_database_that_is_away_is_a_503(pool: PgPool) {
    let app = App::start(pool).await;
    app.get(&app.path("/live")).await;
    app.pool.close().await;
    let authorization = format!("Bearer {}", app.key);
    let (status, headers, body) = app.send(request("GET", &app.path("/metrics"), &[("authorization", &authorization)])).await;
    assert_eq!((status, &headers["retry-after"]), (503, &"2".parse().unwrap()));
    assert!(!String::from_utf8_lossy(&body).contains("pool"), "what the database said stays in the log");
}
