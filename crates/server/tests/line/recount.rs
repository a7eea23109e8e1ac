//! Raw rows counted plainly in SQL, to compare figures with.

use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use testkit::deadline::until;

/// The ledger, the raw tables, what is counted from them, and the books.
pub const TABLES_WITH_SIGNALS: [&str; 15] = [
    "batch",
    "event",
    "metric_point",
    "span",
    "error_report",
    "log",
    "identity",
    "actor",
    "metric_series",
    "event_quarter",
    "issue",
    "issue_quarter",
    "metric_minute",
    "metric_hour",
    "outcome_hourly",
];

/// Waits until the worker has counted everything that is committed.
pub async fn everything_counted(pool: &PgPool) {
    until("everything is counted", async || number(pool, "select count(*) from pending").await == 0).await;
}

pub async fn number(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("a number")
}

/// The ids of the stored events, sorted; one that is stored twice is there twice.
pub async fn stored_events(pool: &PgPool) -> Vec<Uuid> {
    sqlx::query_scalar("select event_id from event order by event_id").fetch_all(pool).await.expect("ids")
}

/// Milliseconds since 1970, by the database's clock.
pub async fn now(pool: &PgPool) -> i64 {
    number(pool, "select (extract(epoch from now()) * 1000)::int8").await
}

/// Compares the quarters of an hour with the raw rows: in all, by name and by route.
pub async fn assert_quarters_are_right(pool: &PgPool) {
    assert_eq!(quarter_differences(pool).await, Vec::<String>::new());
}

pub async fn quarter_differences(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "with recounted as (
             select project_id, date_bin('15 minutes', ts, 'epoch') as bucket, dimension, value, count(*) as n, sum(weight) as weight
             from event cross join lateral (values (0, ''), (1, name), (2, route)) as sliced (dimension, value)
             where value is not null group by 1, 2, 3, 4),
         counted as (
             select project_id, bucket, dimension, value, sum(n)::int8 as n, sum(weight) as weight
             from event_quarter where dimension <= 2 group by 1, 2, 3, 4)
         select 'not counted: ' || missing::text from (table recounted except table counted) as missing
         union all select 'not there: ' || extra::text from (table counted except table recounted) as extra",
    )
    .fetch_all(pool)
    .await
    .expect("a comparison")
}

/// Compares the minutes and hours of metrics with the raw points, but for percentiles.
pub async fn cell_differences(pool: &PgPool) -> Vec<String> {
    let mut differences = Vec::new();
    for bucket in ["minute", "hour"] {
        let compared = sqlx::query_scalar::<_, String>(AssertSqlSafe(format!(
            "with recounted as (
                 select project_id, name, kind, unit, environment, tags, date_trunc('{bucket}', ts) as bucket, count(*) as n,
                     sum(value) as sum, min(value) as min, max(value) as max,
                     max(ts) as last_ts, (array_agg(value order by ts desc, value desc))[1] as last
                 from metric_point group by 1, 2, 3, 4, 5, 6, 7),
             counted as (
                 select project_id, name, kind, unit, environment, tags, bucket, n, sum, min, max, last_ts, last
                 from metric_{bucket} join metric_series using (project_id, series_id))
             select '{bucket} not counted: ' || missing::text from (table recounted except table counted) as missing
             union all select '{bucket} not there: ' || extra::text from (table counted except table recounted) as extra"
        )));
        differences.extend(compared.fetch_all(pool).await.expect("a comparison"));
    }
    differences
}
