//! What is counted, and where it ends up.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::time::Clock;
use rollup_worker::{Config, Counted, run_once, run_once_with};
use sqlx::PgPool;
use storage::pending::ClaimSize;

use crate::random::Random;
use crate::raw::{Event, Flush, Point, insert, pending, prepare};
use crate::recount::assert_counted;

pub(crate) fn now() -> DateTime<Utc> {
    "2026-05-14T12:07:00Z".parse().unwrap()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn rollups_equal_a_plain_recount_whatever_the_size_of_claims(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let mut random = Random(20_260_514);
    let mut all = Vec::new();
    for (flushes_max, items_max) in [(64, 50_000), (1, 50_000), (3, 60), (64, 1)] {
        let flushes = random.flushes(3, 40, now());
        for flush in &flushes {
            insert(&pool, flush).await;
        }
        let config = Config { claim: ClaimSize { flushes_max, items_max }, ..Config::new(|| 0.5) };
        let counted = run_once_with(&db, &Clock::fixed(now()), &config).await.unwrap();
        assert_eq!(counted.flushes, 40);
        assert_eq!(counted.events, flushes.iter().map(|flush| flush.events.len() as u64).sum::<u64>());
        assert_eq!(counted.points, flushes.iter().map(|flush| flush.points.len() as u64).sum::<u64>());
        all.extend(flushes);
        assert_counted(&pool, &all).await;
    }
    assert_eq!(pending(&pool).await, 0);
    assert_eq!(run_once(&db, &Clock::fixed(now())).await.unwrap(), Counted::default());
    assert_counted(&pool, &all).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_import_is_counted_at_its_items_own_times(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let ago = |days: i64, minutes: i64| now() - TimeDelta::days(days) - TimeDelta::minutes(minutes);
    let events = vec![Event::of("u1", "/", ago(29, 3)), Event::of("u2", "/", ago(12, 0)), Event::of("u1", "/cart", ago(0, 1))];
    let points = vec![Point::order("berlin", ago(29, 3)), Point::order("berlin", ago(12, 0)), Point::order("berlin", ago(0, 1))];
    let flushes = [Flush::import(1, now(), events, points), Random(7).flush(1, now())];
    for flush in &flushes {
        insert(&pool, flush).await;
    }
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_counted(&pool, &flushes).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_point_older_than_minutes_are_kept_counts_in_its_hour_only(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    insert(&pool, &Flush::import(1, now(), Vec::new(), vec![Point::order("berlin", now() - TimeDelta::days(33))])).await;
    let counted = run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_eq!(counted, Counted { flushes: 1, events: 0, points: 1 });
    let cells: (i64, i64) =
        sqlx::query_as("select (select count(*) from metric_minute), (select count(*) from metric_hour)").fetch_one(&pool).await.unwrap();
    assert_eq!(cells, (0, 1));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn only_what_changes_an_hour_that_is_over_revises_its_series(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let revision = async || sqlx::query_scalar::<_, i64>("select revision from metric_series").fetch_one(&pool).await.unwrap();
    // At seven minutes past twelve, the hour from eleven on may still get points.
    for (minutes_ago, expected) in [(1, 0), (8, 0), (25, 0), (80, 1), (300, 2), (2, 2)] {
        insert(&pool, &Flush::import(1, now(), Vec::new(), vec![Point::order("berlin", now() - TimeDelta::minutes(minutes_ago))])).await;
        run_once(&db, &Clock::fixed(now())).await.unwrap();
        assert_eq!(revision().await, expected, "after a point of {minutes_ago} minutes ago");
    }
}
