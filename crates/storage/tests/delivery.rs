//! What the event x-ray and the Delivery page rely on.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::id::ProjectId;
use sqlx::{PgPool, Row as _};
use storage::rejections::{self, NewRejection};
use storage::{Db, counted, partitions};
use uuid::Uuid;

const SHOP: ProjectId = ProjectId(1);
const BANK: ProjectId = ProjectId(2);

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn v7(at: DateTime<Utc>, n: u64) -> Uuid {
    Uuid::new_v7(uuid::Timestamp::from_unix_time(at.timestamp() as u64, at.timestamp_subsec_nanos(), u128::from(n), 64))
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_event_is_found_by_its_id_without_reading_its_whole_day(pool: PgPool) {
    let db = Db::from_pool(pool.clone());
    let now = at("2026-05-14T12:00:00Z");
    partitions::ensure(&db, now).await.expect("partitions");
    // A minute of events, in the order of their ids, as they come.
    sqlx::query(
        "insert into event (project_id, received_at, flush_id, n, event_id, batch_id, ts, actor_kind, actor, name, environment, props, weight, flags, is_bot)
         select 1 + i % 2, $1::timestamptz + i * interval '1 ms', gen_random_uuid(), 0,
             (lpad(to_hex((extract(epoch from $1::timestamptz) * 1000)::int8 + i), 12, '0') || '7000' || '8000' || lpad(to_hex(i), 12, '0'))::uuid,
             gen_random_uuid(), $1, 1, 'u' || i, 'a', 'prod', '{}', 1, 0, false
         from generate_series(0, 39999) i",
    )
    .bind(now)
    .execute(&pool)
    .await
    .expect("events");
    sqlx::query("vacuum analyze event").execute(&pool).await.expect("vacuum");
    let id: Uuid = sqlx::query_scalar("select event_id from event where project_id = 1 and n = 0 order by received_at offset 5000 limit 1")
        .fetch_one(&pool)
        .await
        .expect("an id");
    let found = storage::stored_items::find(&db, SHOP, id, now - TimeDelta::days(1), now + TimeDelta::days(9), 20).await.expect("found");
    assert_eq!(found.iter().map(|item| item.id).collect::<Vec<_>>(), [Some(id)]);
    let foreign = storage::stored_items::find(&db, BANK, id, now - TimeDelta::days(1), now + TimeDelta::days(9), 20).await.expect("none");
    assert!(foreign.is_empty());

    let statement = include_str!("../sql/stored_items/event.sql").replace("\"id?\"", "id");
    let plan = sqlx::query(sqlx::AssertSqlSafe(format!("explain (analyze, costs off, timing off, summary off) {statement}")))
        .bind(SHOP.0)
        .bind(id)
        .bind(now - TimeDelta::days(1))
        .bind(now + TimeDelta::days(1))
        .bind(20_i64)
        .fetch_all(&pool)
        .await
        .expect("a plan");
    let plan: Vec<String> = plan.iter().map(|line| line.get::<String, _>(0)).collect();
    assert!(plan.iter().any(|line| line.contains("Bitmap Index Scan on event_2026_05_14_event_id_idx")), "{plan:#?}");
    assert!(!plan.iter().any(|line| line.contains("event_2026_05_20")), "days outside the range are not planned: {plan:#?}");
    let blocks = plan.iter().find_map(|line| line.trim().strip_prefix("Heap Blocks: lossy=")).and_then(|n| n.parse::<u64>().ok());
    let whole: i64 = sqlx::query_scalar("select pg_relation_size('event_2026_05_14') / 8192").fetch_one(&pool).await.expect("a size");
    assert!(blocks.is_some_and(|blocks| blocks * 3 < whole as u64), "{blocks:?} of {whole} blocks: {plan:#?}");
}

fn refusal(at: DateTime<Utc>, n: u64) -> NewRejection {
    NewRejection {
        rejection_id: v7(at, n),
        signal: None,
        code: "too_large".to_owned(),
        message: String::new(),
        index: None,
        item_id: Some(n.to_string()),
        name: None,
        sdk: String::new(),
        excerpt: String::new(),
        batch_id: None,
        correlation_id: None,
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn only_the_newest_refusals_are_kept_and_none_that_is_old(pool: PgPool) {
    let db = Db::from_pool(pool);
    let now = at("2026-05-14T12:00:00Z");
    for project in [SHOP, BANK] {
        let mut tx = db.begin().await.expect("transaction");
        for n in 0..12 {
            let then = now - TimeDelta::days(12 - n as i64);
            rejections::insert(&mut tx, project, then, &[refusal(then, n)]).await.expect("kept");
        }
        tx.commit().await.expect("commit");
    }
    let kept = async |project| {
        let rows = rejections::latest(&db, project, None, DateTime::UNIX_EPOCH, &[], 100).await.expect("rows");
        rows.into_iter().map(|one| one.item_id.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(rejections::sweep(&db, SHOP, 4, now - TimeDelta::days(30)).await.expect("swept"), 8);
    assert_eq!(kept(SHOP).await, ["11", "10", "9", "8"]);
    assert_eq!(rejections::sweep(&db, SHOP, 4, now - TimeDelta::hours(60)).await.expect("swept"), 2);
    assert_eq!(kept(SHOP).await, ["11", "10"]);
    assert_eq!(kept(BANK).await.len(), 12, "another project's stay");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_flush_is_known_to_be_counted_until_its_note_is_swept(pool: PgPool) {
    let db = Db::from_pool(pool);
    let now = at("2026-05-14T12:00:00Z");
    let (old, new) = (v7(now - TimeDelta::days(9), 1), v7(now, 2));
    let mut tx = db.begin().await.expect("transaction");
    counted::insert(&mut tx, SHOP, now - TimeDelta::days(9), &[old, v7(now, 3)], 10).await.expect("noted");
    counted::insert(&mut tx, SHOP, now, &[v7(now, 4), new], 5).await.expect("noted");
    counted::insert(&mut tx, SHOP, now, &[], 0).await.expect("nothing to note");
    tx.commit().await.expect("commit");
    let find = async |project, flush, from: DateTime<Utc>| {
        counted::find(&db, project, flush, from, from + TimeDelta::days(2)).await.expect("an answer")
    };
    assert_eq!(find(SHOP, new, now - TimeDelta::seconds(5)).await, Some(now));
    assert_eq!(find(BANK, new, now - TimeDelta::seconds(5)).await, None);
    assert_eq!(find(SHOP, old, now - TimeDelta::days(9)).await, Some(now - TimeDelta::days(9)));
    assert_eq!(counted::items_since(&db, SHOP, now - TimeDelta::minutes(1)).await.expect("a sum"), 5);
    assert_eq!(counted::sweep(&db, SHOP, now - TimeDelta::days(counted::DAYS_KEPT)).await.expect("swept"), 1);
    assert_eq!(find(SHOP, old, now - TimeDelta::days(9)).await, None);
    assert_eq!(find(SHOP, new, now - TimeDelta::seconds(5)).await, Some(now));
}
