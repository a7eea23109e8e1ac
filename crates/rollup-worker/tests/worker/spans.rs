//! Spans are timed as points of one metric.

use chrono::TimeDelta;
use protocol::span::{DURATION_METRIC, SpanStatus};
use protocol::time::Clock;
use rollup_worker::run_once;
use sqlx::PgPool;

use crate::raw::{Flush, Point, insert, pending, prepare};
use crate::rollups::now;

/// A flush with one point and these spans: name, op, status, milliseconds, route.
async fn send(pool: &PgPool, spans: &[(&str, &str, SpanStatus, f64, &str)], announced: i32) {
    let flush = Flush::live(1, now(), Vec::new(), vec![Point::order("shop", now())]);
    insert(pool, &flush).await;
    for (n, (name, op, status, millis, route)) in spans.iter().enumerate() {
        sqlx::query(
            "insert into span (project_id, received_at, flush_id, n, batch_id, trace_id, span_id, ts, duration_ms, name, op, service, status,
                 attributes, environment, weight, flags)
             values (1, $1, $2, $3, $2, gen_random_uuid(), $3, $4, $5, $6, $7, 'shop', $8, jsonb_build_object('route', $9::text), 'prod', 1, 0)",
        )
        .bind(now())
        .bind(flush.flush_id)
        .bind(n as i32)
        .bind(now() - TimeDelta::minutes(n as i64))
        .bind(millis)
        .bind(name)
        .bind(op)
        .bind(status.code())
        .bind(route)
        .execute(pool)
        .await
        .unwrap();
    }
    sqlx::query("update pending set spans = $1 where flush_id = $2").bind(announced).bind(flush.flush_id).execute(pool).await.unwrap();
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn requests_are_timed_by_route_and_end_and_steps_within_them_are_not(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let spans = [
        ("GET /cart", "http.server", SpanStatus::Ok, 40.0, "/cart"),
        ("GET /cart", "http.server", SpanStatus::Ok, 60.0, "/cart"),
        ("GET /cart", "http.server", SpanStatus::Error, 900.0, "/cart"),
        ("SELECT carts", "db.query", SpanStatus::Ok, 5.0, "/cart"),
    ];
    send(&pool, &spans, spans.len() as i32).await;
    let counted = run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_eq!(counted.points, 1, "spans are no points that somebody sent");
    let timed: Vec<(String, String, i64, f64)> = sqlx::query_as(
        "select s.tags ->> 'route', s.tags ->> 'status', sum(h.n)::int8, sum(h.sum) from metric_series s
         join metric_hour h using (project_id, series_id) where s.name = $1 group by 1, 2 order by 2",
    )
    .bind(DURATION_METRIC)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(timed, [("/cart".to_owned(), "error".to_owned(), 1, 900.0), ("/cart".to_owned(), "ok".to_owned(), 2, 100.0)]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_flush_that_lacks_a_span_is_not_counted_rather_than_wrongly(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    send(&pool, &[("GET /cart", "http.server", SpanStatus::Ok, 40.0, "/cart")], 2).await;
    assert_eq!(run_once(&db, &Clock::fixed(now())).await.unwrap().points, 0);
    assert_eq!(pending(&pool).await, 1);
}
