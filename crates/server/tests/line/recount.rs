//! Raw rows counted plainly in SQL, to compare figures with.

use sqlx::PgPool;
use uuid::Uuid;

use crate::deadline::until;

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
    let differences: Vec<String> = sqlx::query_scalar(
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
    .expect("a comparison");
    assert_eq!(differences, Vec::<String>::new());
}
