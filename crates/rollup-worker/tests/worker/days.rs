//! Hours of metrics folded into days.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::id::ProjectId;
use protocol::metric::MetricKind;
use protocol::time::Clock;
use rollup_worker::{fold_days, run_once};
use sqlx::PgPool;
use storage::{Db, projects};

use crate::random::Random;
use crate::raw::{Flush, Point, insert, prepare};
use crate::rollups::now;

/// What differs between the days that are there and those that hours add up to on this clock, series by series.
const DIFFERENCES: &str = "
    with hour as (
        select series_id, date_trunc('day', bucket at time zone $1) at time zone $1 as day, sum(n)::int8 as n, sum(sum) as sum,
            min(min) as min, max(max) as max, max(last_ts) as last_ts
        from metric_hour where project_id = 1 group by 1, 2),
    due as (select hour.* from hour, metric_fold where project_id = 1 and day < folded_until)
    select count(*) from due full join (select * from metric_day where project_id = 1) d on d.series_id = due.series_id and d.bucket = due.day
    where (due.n, due.min, due.max, due.last_ts) is distinct from (d.n, d.min, d.max, d.last_ts) or abs(due.sum - d.sum) > 1e-6";

async fn differences(pool: &PgPool, zone: &str) -> i64 {
    sqlx::query_scalar(DIFFERENCES).bind(zone).fetch_one(pool).await.unwrap()
}

async fn days(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from metric_day").fetch_one(pool).await.unwrap()
}

/// A project of its own, since only those are asked for their zone.
async fn prepare_project(pool: &PgPool) -> Db {
    let db = prepare(pool, now()).await;
    let project = projects::create(&db, "shop", "Shop", "UTC", now()).await.unwrap();
    assert_eq!(project.id, ProjectId(1));
    db
}

/// Durations of two tables, counters and a set, over the last fortnight.
fn points(random: &mut Random, now: DateTime<Utc>, count: u64) -> Vec<Point> {
    let point = |n: u64| {
        let ts = now - TimeDelta::seconds(random.below(14 * 86_400) as i64 + 1);
        let order = Point::order(["berlin", "paris", "oslo"][random.below(3) as usize], ts);
        match n % 3 {
            0 => order,
            1 => {
                let value = random.below(1_000) as f64 / 7.0 - 20.0;
                Point { name: "db.query".to_owned(), kind: MetricKind::Distribution, unit: "ms".to_owned(), value, ..order }
            }
            _ => Point { name: "visitors".to_owned(), kind: MetricKind::Set, value: 0.0, set_hash: Some(random.below(9) as i64), ..order },
        }
    };
    (0..count).map(point).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn days_hold_what_their_hours_hold_whatever_comes_late(pool: PgPool) {
    let mut random = Random(20_260_515);
    let db = prepare_project(&pool).await;
    for round in 0..6 {
        let now = now() + TimeDelta::hours(9 * round);
        insert(&pool, &Flush::import(1, now, Vec::new(), points(&mut random, now, 60))).await;
        run_once(&db, &Clock::fixed(now)).await.unwrap();
        fold_days(&db, now).await.unwrap();
        assert_eq!(differences(&pool, "UTC").await, 0, "round {round}");
        assert_eq!(fold_days(&db, now).await.unwrap(), 0, "there is nothing left to fold");
    }
    assert!(days(&pool).await > 50);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_project_that_gets_another_zone_gets_its_days(pool: PgPool) {
    let mut random = Random(3);
    let db = prepare_project(&pool).await;
    insert(&pool, &Flush::import(1, now(), Vec::new(), points(&mut random, now(), 90))).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    fold_days(&db, now()).await.unwrap();
    projects::set(&db, ProjectId(1), None, Some("America/New_York")).await.unwrap();

    // The first run takes the old days out of use, so that whoever reads them may finish.
    assert_eq!(fold_days(&db, now()).await.unwrap(), 0);
    assert!(days(&pool).await > 0);
    insert(&pool, &Flush::import(1, now(), Vec::new(), points(&mut random, now(), 30))).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    fold_days(&db, now()).await.unwrap();
    assert_eq!(differences(&pool, "America/New_York").await, 0);
    assert!(days(&pool).await > 20);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_day_is_folded_only_once_it_is_over(pool: PgPool) {
    let db = prepare_project(&pool).await;
    let midnight: DateTime<Utc> = "2026-05-14T00:00:00Z".parse().unwrap();
    insert(&pool, &Flush::import(1, now(), Vec::new(), vec![Point::order("berlin", midnight - TimeDelta::hours(2))])).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    fold_days(&db, midnight + TimeDelta::minutes(19)).await.unwrap();
    assert_eq!(days(&pool).await, 0);
    fold_days(&db, midnight + TimeDelta::minutes(20)).await.unwrap();
    assert_eq!(days(&pool).await, 1);
}
