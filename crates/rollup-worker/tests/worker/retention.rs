//! What is kept for a time goes when that is over, and not before nobody needs it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use protocol::id::ProjectId;
use protocol::keeping::DataType;
use protocol::time::Clock;
use rollup_worker::{over, retain, run_once};
use sqlx::PgPool;
use storage::Db;
use storage::keeping::{self, Change, Kept};
use storage::partitions::{self, Table};

use crate::raw::{Event, Flush, Point, insert, prepare};
use crate::rollups::now;

const SHOP: ProjectId = ProjectId(1);
const BANK: ProjectId = ProjectId(2);

async fn projects(pool: &PgPool) -> Db {
    let db = prepare(pool, now()).await;
    for slug in ["shop", "bank"] {
        storage::projects::create(&db, slug, slug, "UTC", now()).await.unwrap();
    }
    db
}

fn ago(days: i64) -> DateTime<Utc> {
    now() - TimeDelta::days(days)
}

/// A flush of history: an event and a point of that day.
fn history(project: i32, days: i64) -> Flush {
    let points = if days <= 30 { vec![Point::order("north", ago(days))] } else { Vec::new() };
    Flush::import(project, now(), vec![Event::of("u1", "/", ago(days))], points)
}

async fn days(db: &Db, table: Table) -> Vec<i64> {
    let today = now().date_naive();
    let days = partitions::days(db, table).await.unwrap().into_iter().filter(|day| *day <= today);
    days.map(|day| (today - day).num_days()).collect()
}

async fn kept(db: &Db, project: ProjectId, data_type: DataType) -> Kept {
    keeping::of_project(db, project).await.unwrap().remove(data_type.word()).unwrap()
}

async fn count(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap()
}

async fn wish(db: &Db, project: ProjectId, raw: Option<i32>, segments: Option<i32>) {
    keeping::set(db, project, Change { raw, traces: None, segments }).await.unwrap();
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_day_goes_when_no_project_wants_it_any_longer(pool: PgPool) {
    let db = projects(&pool).await;
    wish(&db, SHOP, Some(10), None).await;
    wish(&db, BANK, Some(20), None).await;
    for (project, day) in [(1, 10), (1, 11), (1, 20), (1, 21), (2, 21)] {
        insert(&pool, &history(project, day)).await;
    }
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    let planned = over(&db, now()).await.unwrap();
    assert_eq!(days(&db, Table::Event).await, [21, 20, 11, 10, 1, 0], "looking changes nothing");

    let freed = retain(&db, now()).await.unwrap();
    assert_eq!(days(&db, Table::Event).await, [20, 11, 10, 1, 0]);
    assert_eq!(days(&db, Table::MetricPoint).await, [20, 11, 10, 1, 0]);
    assert_eq!(count(&pool, "select count(*) from segment").await, 5, "segments are kept longer");
    assert_eq!(count(&pool, "select count(*) from event_quarter where dimension = 0").await, 5, "and rollups for ever");
    let held: Vec<i64> = planned.partitions.iter().filter(|old| old.table == Table::Event).map(|old| old.held.len() as i64).collect();
    assert_eq!((held, planned.segments.len(), freed.rows), (vec![2], 0, 4));

    for project in [SHOP, BANK] {
        let events = kept(&db, project, DataType::Events).await;
        assert_eq!((events.freed_rows, events.freed_at, events.ran_at), (1, Some(now()), Some(now())));
        assert!(events.freed_bytes > 0);
    }
    let oldest = async |project| kept(&db, project, DataType::Events).await.oldest_day.map(|day| (now().date_naive() - day).num_days());
    assert_eq!((oldest(SHOP).await, oldest(BANK).await), (Some(20), None));
    assert_eq!(retain(&db, now()).await.unwrap().rows, 0);
    assert_eq!(kept(&db, SHOP, DataType::Events).await.freed_rows, 1, "nothing is freed twice");

    // The other project wants less, too.
    wish(&db, BANK, Some(10), None).await;
    retain(&db, now()).await.unwrap();
    assert_eq!(days(&db, Table::Event).await, [10, 1, 0]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_day_stays_as_long_as_a_flush_of_it_is_pending_without_segments_or_a_dead_letter(pool: PgPool) {
    let db = projects(&pool).await;
    insert(&pool, &history(2, 200)).await;
    let stays = async |why: &str| {
        retain(&db, now()).await.unwrap();
        assert_eq!(days(&db, Table::Event).await, [200, 1, 0], "{why}");
        assert_eq!(kept(&db, SHOP, DataType::Events).await.held_day, Some(ago(200).date_naive()), "{why}");
    };
    stays("pending").await;
    sqlx::query("update pending set attempts = 5, first_failed_at = committed_at").execute(&pool).await.unwrap();
    let flush_id = sqlx::query_scalar("select flush_id from pending").fetch_one(&pool).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    assert!(storage::dead_letters::bury_flush(&mut tx, BANK, flush_id, now()).await.unwrap());
    tx.commit().await.unwrap();
    stays("a dead letter").await;
    assert!(storage::dead_letters::revive_flush(&db, BANK, flush_id).await.unwrap());
    sqlx::query("insert into segment_debt select project_id, received_from, received_until, flush_id from pending")
        .execute(&pool)
        .await
        .unwrap();
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    stays("without segments").await;
    sqlx::query("delete from segment_debt").execute(&pool).await.unwrap();
    retain(&db, now()).await.unwrap();
    assert_eq!(days(&db, Table::Event).await, [1, 0]);
    assert_eq!(kept(&db, SHOP, DataType::Events).await.held_day, None);
    assert_eq!(count(&pool, "select sum(events)::int8 from segment").await, 1, "what was counted is kept in columns");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn minutes_go_after_a_month_whoever_waits(pool: PgPool) {
    let db = projects(&pool).await;
    let before = ago(60);
    partitions::ensure_days(&db, Table::MetricMinute, [before.date_naive()].into_iter()).await.unwrap();
    partitions::ensure_days(&db, Table::MetricPoint, [ago(53).date_naive()].into_iter()).await.unwrap();
    // A worker that was down for weeks: the point came a week late, and still waits. It will be counted into its hour.
    insert(&pool, &Flush::live(1, ago(53), Vec::new(), vec![Point::order("north", before)])).await;
    retain(&db, now()).await.unwrap();
    assert_eq!(days(&db, Table::MetricMinute).await.first(), Some(&31));
    assert_eq!(days(&db, Table::MetricPoint).await, [53, 1, 0]);
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_eq!(count(&pool, "select sum(n)::int8 from metric_hour").await, 1);
    retain(&db, now()).await.unwrap();
    assert_eq!(days(&db, Table::MetricPoint).await, [1, 0]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn each_project_keeps_its_segments_as_long_as_it_wants(pool: PgPool) {
    let db = projects(&pool).await;
    wish(&db, SHOP, None, Some(100)).await;
    for (project, day) in [(1, 100), (1, 101), (1, 399), (2, 101), (2, 400), (2, 401)] {
        insert(&pool, &history(project, day)).await;
    }
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    let (one, other) = tokio::join!(retain(&db, now()), retain(&db, now()));
    one.and(other).unwrap();
    let left: Vec<(i32, NaiveDate)> =
        sqlx::query_as("select project_id, day from segment order by project_id, day desc").fetch_all(&pool).await.unwrap();
    assert_eq!(left, [(1, 100), (2, 101), (2, 400)].map(|(project, days)| (project, ago(days).date_naive())));
    assert_eq!(count(&pool, "select count(*) from segment_part p where not exists (select from segment s where s.project_id = p.project_id and s.segment_id = p.segment_id)").await, 0);
    let freed = |kept: Kept| (kept.freed_rows, kept.freed_bytes > 0);
    assert_eq!(freed(kept(&db, SHOP, DataType::Segments).await), (2, true));
    assert_eq!(freed(kept(&db, BANK, DataType::Segments).await), (1, true));
}
