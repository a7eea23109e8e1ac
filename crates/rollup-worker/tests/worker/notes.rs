//! What the worker leaves behind for the event x-ray, and for how long.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::time::Clock;
use rollup_worker::{run_once, sweep};
use sqlx::PgPool;
use uuid::Uuid;

use crate::raw::{Event, Flush, insert, prepare};
use crate::rollups::now;

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_counted_flush_is_noted_with_its_time_until_the_note_is_swept(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    sqlx::query("insert into project (slug, name, zone, created_at) values ('shop', 'shop', 'UTC', $1)")
        .bind(now())
        .execute(&pool)
        .await
        .unwrap();
    for events in [1, 2] {
        let events = (0..events).map(|n| Event::of(&format!("u{n}"), "/", now())).collect();
        insert(&pool, &Flush::live(1, now(), events, Vec::new())).await;
    }
    // One of them holds logs as well; the other's note is an older version's.
    sqlx::query("update pending set items = 12 where events = 2").execute(&pool).await.unwrap();
    let mut pending: Vec<Uuid> = sqlx::query_scalar("select flush_id from pending order by flush_id").fetch_all(&pool).await.unwrap();
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    let (at, mut flushes, items): (DateTime<Utc>, Vec<Uuid>, i64) =
        sqlx::query_as("select counted_at, flush_ids, items from counted where project_id = 1").fetch_one(&pool).await.unwrap();
    pending.sort_unstable();
    flushes.sort_unstable();
    assert_eq!((at, flushes, items), (now(), pending, 13));

    let left = async || sqlx::query_scalar::<_, i64>("select count(*) from counted").fetch_one(&pool).await.unwrap();
    assert_eq!(sweep(&db, now() + TimeDelta::days(7)).await.unwrap(), 0);
    assert_eq!(left().await, 1);
    assert_eq!(sweep(&db, now() + TimeDelta::days(9)).await.unwrap(), 1);
    assert_eq!(left().await, 0);
}
