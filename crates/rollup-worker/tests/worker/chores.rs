//! What the worker does beside counting never holds counting up.

use chrono::TimeDelta;
use protocol::time::Clock;
use rollup_worker::{Config, run};
use sqlx::PgPool;
use storage::partitions::{self, Table};
use testkit::deadline::until;
use tokio::sync::watch;

use crate::random::Random;
use crate::raw::{insert, pending, prepare};
use crate::recount::assert_counted;
use crate::rollups::now;

async fn is_true(pool: &PgPool, query: &'static str) -> bool {
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn flushes_are_counted_while_a_dump_keeps_an_old_partition_from_being_dropped(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let long_ago = (now() - TimeDelta::days(20)).date_naive();
    partitions::ensure_days(&db, Table::Batch, [long_ago].into_iter()).await.unwrap();
    let mut dump = pool.begin().await.unwrap();
    sqlx::query("lock table batch_2026_04_24 in access share mode").execute(&mut *dump).await.unwrap();

    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(run(db, Clock::fixed(now()), Config::new(|| 0.5), stopped));
    until("the drop waits for the dump", async || {
        is_true(&pool, "select exists (select from pg_locks where relation = 'batch_2026_04_24'::regclass and not granted)").await
    })
    .await;
    let flushes = Random(11).flushes(2, 6, now());
    for flush in &flushes {
        insert(&pool, flush).await;
    }
    until("all is counted", async || pending(&pool).await == 0).await;
    assert_counted(&pool, &flushes).await;
    assert!(is_true(&pool, "select to_regclass('batch_2026_04_24') is not null").await, "the dump still holds it");

    dump.rollback().await.unwrap();
    until("the partition is gone", async || is_true(&pool, "select to_regclass('batch_2026_04_24') is null").await).await;
    stop.send(true).unwrap();
    worker.await.unwrap();
}
