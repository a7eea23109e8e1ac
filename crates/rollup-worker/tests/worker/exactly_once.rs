//! Several workers, and workers that die: no number changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::time::Clock;
use rollup_worker::{Config, Stage, run, run_once, run_once_with};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use storage::Db;
use storage::pending::ClaimSize;
use tokio::sync::watch;

use crate::random::Random;
use crate::raw::{insert, pending, prepare};
use crate::recount::assert_counted;
use crate::rollups::now;

fn small_claims() -> Config {
    Config { claim: ClaimSize { flushes_max: 3, items_max: 100 }, ..Config::new(|| 0.5) }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn two_workers_at_once_count_every_flush_once(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let flushes = Random(1).flushes(2, 60, now());
    for flush in &flushes {
        insert(&pool, flush).await;
    }
    let (clock, config) = (Clock::fixed(now()), small_claims());
    let mut counted = 0;
    while pending(&pool).await > 0 {
        let (a, b, c) =
            tokio::join!(run_once_with(&db, &clock, &config), run_once_with(&db, &clock, &config), run_once_with(&db, &clock, &config));
        counted += [a, b, c].into_iter().map(|counted| counted.unwrap().flushes).sum::<u64>();
    }
    assert_eq!(counted, 60);
    assert_counted(&pool, &flushes).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_broken_off_at_any_stage_neither_loses_nor_repeats_anything(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let mut random = Random(2);
    let mut all = Vec::new();
    // What failed is tried again once the flush is old enough.
    let mut clock = now();
    for stage in [
        Stage::Claimed,
        Stage::IdentitiesLinked,
        Stage::EventsCounted,
        Stage::SegmentsWritten,
        Stage::IssuesCounted,
        Stage::PointsCounted,
        Stage::OutcomesBooked,
        Stage::Removed,
        Stage::Committed,
    ] {
        for panics in [false, true] {
            let flushes = random.flushes(2, 6, clock);
            for flush in &flushes {
                insert(&pool, flush).await;
            }
            all.extend(flushes);
            let broken = AtomicU64::new(0);
            // The first three times: the whole claim, and then two of its flushes on their own.
            let break_off = move |at| {
                if at == stage && broken.fetch_add(1, Ordering::Relaxed) < 3 {
                    assert!(!panics, "a test breaks off at {stage:?}");
                    anyhow::bail!("a test breaks off at {stage:?}");
                }
                Ok(())
            };
            let config = Config { at_stage: Some(Arc::new(break_off)), ..small_claims() };
            run_once_with(&db, &Clock::fixed(clock), &config).await.unwrap();
            clock += TimeDelta::seconds(100);
            run_once(&db, &Clock::fixed(clock)).await.unwrap();
            assert_eq!(pending(&pool).await, 0, "{stage:?}");
            assert_counted(&pool, &all).await;
        }
    }
}

/// A pool of its own, whose connections a test can tell from its own and kill.
async fn victim(pool: &PgPool) -> Db {
    let options = pool.connect_options().as_ref().clone().application_name("victim");
    Db::from_pool(PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap())
}

async fn kill_victims(pool: &PgPool) -> u64 {
    sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'victim'")
        .execute(pool)
        .await
        .unwrap()
        .rows_affected()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn workers_whose_connections_are_killed_resume_and_change_no_number(pool: PgPool) {
    prepare(&pool, now()).await;
    let mut random = Random(3);
    let flushes = random.flushes(3, 150, now());
    let (stop, stopped) = watch::channel(false);
    let config = Config { pause_max: Duration::from_millis(20), poll_every: Duration::from_millis(5), ..small_claims() };
    let mut workers = Vec::new();
    for _ in 0..2 {
        workers.push(tokio::spawn(run(victim(&pool).await, Clock::fixed(now()), config.clone(), stopped.clone())));
    }
    let mut kills = 0;
    for flush in &flushes {
        insert(&pool, flush).await;
        tokio::time::sleep(Duration::from_millis(random.below(8))).await;
        if random.below(3) == 0 {
            kills += kill_victims(&pool).await;
        }
    }
    for _ in 0..600 {
        if pending(&pool).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    assert!(kills > 20, "only {kills} connections were killed");
    let blamed: i64 = sqlx::query_scalar("select count(*) from pending where attempts > 0").fetch_one(&pool).await.unwrap();
    assert_eq!((pending(&pool).await, blamed), (0, 0), "flushes are left, or were blamed for the kills");
    assert_counted(&pool, &flushes).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_that_is_stopped_within_a_transaction_rolls_it_back(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let flushes = Random(4).flushes(1, 3, now());
    for flush in &flushes {
        insert(&pool, flush).await;
    }
    let mut blocker = pool.begin().await.unwrap();
    sqlx::query("lock table event_quarter in exclusive mode").execute(&mut *blocker).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let config = Config { stop_max: Duration::from_millis(50), ..Config::new(|| 0.5) };
    let worker = tokio::spawn(run(db.clone(), Clock::fixed(now()), config, stopped));
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(&pool).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    // The lock is still held: the worker cannot have finished its transaction.
    tokio::time::timeout(Duration::from_secs(1), worker).await.expect("it stops").unwrap();
    blocker.rollback().await.unwrap();

    assert_eq!(pending(&pool).await, 3);
    let later: DateTime<Utc> = now() + TimeDelta::seconds(1);
    while pending(&pool).await > 0 {
        // The broken connection's lock goes when the server notices.
        run_once(&db, &Clock::fixed(later)).await.unwrap();
    }
    assert_counted(&pool, &flushes).await;
}
