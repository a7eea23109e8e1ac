//! The worker's tables: what is claimed, and what readers get.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::id::ProjectId;
use protocol::metric::MetricKind;
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use sqlx::PgPool;
use sqlx::types::Uuid;
use storage::event_quarters::{self, BotRule, Dimension, Quarter};
use storage::metric_cells::{self, CellRow, Grain};
use storage::metric_series::{self, NewSeries, SeriesKey};
use storage::outcomes::{self, HourOutcome};
use storage::pending::{self, ClaimSize, NewPending};
use storage::{Db, dead_letters, horizon, partitions, work};

const SHOP: ProjectId = ProjectId(1);
const OTHER: ProjectId = ProjectId(2);

fn at(minute: i64) -> DateTime<Utc> {
    "2026-05-14T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

fn flush(id: u128, minute: i64, events: i32) -> NewPending {
    NewPending {
        flush_id: Uuid::from_u128(id),
        received_from: at(minute),
        received_until: at(minute),
        committed_at: at(minute),
        events,
        points: 0,
        spans: 0,
        errors: 0,
        items: events,
        imported: false,
        outcomes: Vec::new(),
        usage: Vec::new(),
    }
}

async fn insert(db: &Db, project: ProjectId, rows: &[NewPending]) {
    let mut tx = db.begin().await.unwrap();
    for row in rows {
        pending::insert(&mut tx, project, row).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The ids that a claim of that size holds.
async fn claimed(db: &Db, project: ProjectId, flushes_max: i64, items_max: i64) -> Vec<u128> {
    let mut tx = db.begin().await.unwrap();
    let rows = pending::claim(&mut tx, project, ClaimSize { flushes_max, items_max }, at(60)).await.unwrap();
    // Dropped, it would hold its rows until the pool gets round to it.
    tx.rollback().await.unwrap();
    rows.iter().map(|row| row.flush_id.as_u128()).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_claim_takes_the_oldest_flushes_up_to_its_size_and_at_least_one(pool: PgPool) {
    let db = Db::from_pool(pool);
    insert(&db, SHOP, &[flush(3, 3, 10), flush(1, 1, 500), flush(2, 2, 10), flush(4, 4, 90)]).await;
    insert(&db, OTHER, &[flush(9, 0, 1)]).await;
    assert_eq!(claimed(&db, SHOP, 64, 50_000).await, [1, 2, 3, 4]);
    assert_eq!(claimed(&db, SHOP, 2, 50_000).await, [1, 2]);
    assert_eq!(claimed(&db, SHOP, 64, 520).await, [1, 2, 3]);
    assert_eq!(claimed(&db, SHOP, 64, 5).await, [1]);
    assert_eq!(pending::projects(&db).await.unwrap(), [SHOP, OTHER]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_one_worker_claims_the_next_one_skips(pool: PgPool) {
    let db = Db::from_pool(pool);
    insert(&db, SHOP, &[flush(1, 1, 1), flush(2, 2, 1)]).await;
    let mut holder = db.begin().await.unwrap();
    pending::claim(&mut holder, SHOP, ClaimSize { flushes_max: 1, items_max: 10 }, at(60)).await.unwrap();
    assert_eq!(claimed(&db, SHOP, 64, 50_000).await, [2]);

    work::ensure(&db, SHOP).await.unwrap();
    assert!(work::lock(&mut holder, SHOP).await.unwrap().is_some());
    let mut second = db.begin().await.unwrap();
    assert_eq!(work::lock(&mut second, SHOP).await.unwrap(), None);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_oldest_pending_flush_is_a_live_one_until_it_is_a_dead_letter(pool: PgPool) {
    let db = Db::from_pool(pool);
    assert_eq!(horizon::read(&db, SHOP).await.unwrap().oldest_pending, None);
    let import = NewPending { imported: true, ..flush(1, 1, 1) };
    insert(&db, SHOP, &[import, flush(2, 2, 1), flush(3, 3, 1)]).await;
    assert_eq!(horizon::read(&db, SHOP).await.unwrap().oldest_pending, Some(at(2)));
    for attempts in 1..=pending::ATTEMPTS_MAX {
        assert_eq!(horizon::read(&db, SHOP).await.unwrap().oldest_pending, Some(at(2)));
        let failed = pending::record_failure(&db, SHOP, Uuid::from_u128(2), "broken\0", at(10)).await.unwrap();
        assert_eq!(failed, Some(attempts));
    }
    // Its events are missing from the figures from now on, and the dead letters say so.
    assert_eq!(horizon::read(&db, SHOP).await.unwrap().oldest_pending, Some(at(3)));
    assert_eq!(dead_letters::find(&db, SHOP, Uuid::from_u128(2)).await.unwrap().map(|letter| letter.error), Some("broken".to_owned()));
    assert_eq!(claimed(&db, SHOP, 64, 50_000).await, [1, 3]);
    assert_eq!(pending::record_failure(&db, OTHER, Uuid::from_u128(2), "broken", at(10)).await.unwrap(), None);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_flush_that_was_buried_by_an_older_version_is_counted_after_all(pool: PgPool) {
    let db = Db::from_pool(pool.clone());
    insert(&db, SHOP, &[NewPending { items: 9, ..flush(1, 1, 4) }, flush(2, 2, 1)]).await;
    for id in [1, 2] {
        for _ in 0..pending::ATTEMPTS_MAX {
            pending::record_failure(&db, SHOP, Uuid::from_u128(id), "broken", at(10)).await.unwrap();
        }
    }
    // As it was before flushes had a usage and other items than events and points.
    let older = "update dead_letter set flush = flush - 'usage' - 'items' where id = $1";
    sqlx::query(older).bind(Uuid::from_u128(1)).execute(&pool).await.unwrap();
    for id in [1, 2] {
        assert!(dead_letters::revive_flush(&db, SHOP, Uuid::from_u128(id)).await.unwrap());
    }
    let waiting = pending::waiting(&db, SHOP).await.unwrap();
    assert_eq!((waiting.flushes, waiting.items, waiting.failing), (2, 5, 0));
    assert_eq!(claimed(&db, SHOP, 64, 50_000).await, [1, 2]);
}

fn quarter(minute: i64, dimension: Dimension, value: &str, environment: &str, is_bot: bool, n: i64) -> Quarter {
    Quarter {
        bucket: at(minute),
        dimension: dimension.code(),
        value: value.to_owned(),
        environment: environment.to_owned(),
        is_bot,
        n,
        weight: n as f64 * 2.5,
        actors: vec![1, n as u8],
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn quarters_are_read_by_dimension_range_bots_and_value(pool: PgPool) {
    let db = Db::from_pool(pool);
    let rows = [
        quarter(15, Dimension::All, "", "prod", false, 3),
        quarter(0, Dimension::All, "", "prod", false, 1),
        quarter(0, Dimension::All, "", "dev", true, 2),
        quarter(30, Dimension::All, "", "prod", false, 4),
        quarter(0, Dimension::Name, "search", "prod", false, 5),
        quarter(0, Dimension::Name, "cart.add", "prod", false, 6),
        quarter(0, Dimension::Route, "search", "prod", false, 7),
    ];
    let mut tx = db.begin().await.unwrap();
    event_quarters::save(&mut tx, SHOP, &rows).await.unwrap();
    event_quarters::save(&mut tx, OTHER, &rows[..1]).await.unwrap();
    event_quarters::admit_routes(&mut tx, SHOP, at(0), &["search".to_owned()]).await.unwrap();
    let stored =
        event_quarters::stored(&mut tx, SHOP, &[rows[4].clone(), quarter(15, Dimension::Name, "search", "prod", false, 0)]).await.unwrap();
    assert_eq!(stored, [rows[4].clone()]);
    tx.commit().await.unwrap();

    let ns = async |dimension, until, bots| {
        let rows = event_quarters::read(&db, SHOP, dimension, at(0), at(until), bots).await.unwrap();
        rows.iter().map(|row| row.n).collect::<Vec<i64>>()
    };
    assert_eq!(ns(Dimension::All, 30, BotRule::Humans).await, [1, 3]);
    assert_eq!(ns(Dimension::All, 31, BotRule::Humans).await, [1, 3, 4]);
    assert_eq!(ns(Dimension::All, 30, BotRule::Bots).await, [2]);
    assert_eq!(ns(Dimension::All, 30, BotRule::All).await.iter().sum::<i64>(), 6);
    assert_eq!(ns(Dimension::Route, 30, BotRule::All).await, [7], "the list of admitted routes is no count");
    let search = event_quarters::read_value(&db, SHOP, Dimension::Name, "search", at(0), at(30), BotRule::Humans).await.unwrap();
    assert_eq!(search.len(), 1);
    assert_eq!((search[0].n, search[0].weight, &search[0].actors), (5, 12.5, &vec![1, 5]));
}

fn series(series_id: i32, name: &str, unit: &str, tags: &[(&str, &str)], minute: i64) -> NewSeries {
    let tags: BTreeMap<String, String> = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let key =
        SeriesKey { name: name.to_owned(), kind: MetricKind::Distribution, unit: unit.to_owned(), environment: "prod".to_owned(), tags };
    NewSeries { series_id, key, first_seen: at(minute), last_seen: at(minute) }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn series_are_found_by_their_tags_and_listed_by_name(pool: PgPool) {
    let db = Db::from_pool(pool);
    let all = [
        series(1, "http.duration", "ms", &[("route", "/cart"), ("status", "200")], 5),
        series(2, "http.duration", "ms", &[("route", "/")], 9),
        series(3, "db.duration", "ms", &[], 1),
        series(4, "http.duration", "s", &[], 2),
    ];
    let mut tx = db.begin().await.unwrap();
    metric_series::insert(&mut tx, SHOP, &all).await.unwrap();
    metric_series::insert(&mut tx, OTHER, &[series(1, "elsewhere", "", &[], 0)]).await.unwrap();
    let mut keys: Vec<SeriesKey> = all.iter().map(|series| series.key.clone()).collect();
    keys.insert(1, series(0, "http.duration", "ms", &[("route", "/new")], 0).key);
    let mut known = metric_series::known(&mut tx, SHOP, &keys).await.unwrap();
    known.sort_by_key(|known| known.place);
    assert_eq!(known.iter().map(|known| (known.place, known.series_id)).collect::<Vec<_>>(), [(0, 1), (2, 2), (3, 3), (4, 4)]);
    known[0].last_seen = at(30);
    metric_series::touch(&mut tx, SHOP, &known[..1]).await.unwrap();
    let tally = metric_series::tally(&mut tx, SHOP, &["http.duration".to_owned()]).await.unwrap();
    let mut counts: Vec<(&str, i64)> = tally.iter().map(|tally| (tally.unit.as_str(), tally.placed)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [("ms", 2), ("s", 1)]);
    tx.commit().await.unwrap();

    let catalogue = metric_series::catalogue(&db, SHOP).await.unwrap();
    assert_eq!(catalogue.iter().map(|row| row.series_id).collect::<Vec<_>>(), [3, 1, 2, 4]);
    assert_eq!(catalogue[1].last_seen, at(30));
    assert_eq!(catalogue[1].tags, all[0].key.tags);
    let metric = metric_series::of_metric(&db, SHOP, "http.duration", MetricKind::Distribution, "ms").await.unwrap();
    assert_eq!(metric.iter().map(|row| row.series_id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(metric_series::of_metric(&db, SHOP, "http.duration", MetricKind::Counter, "ms").await.unwrap(), []);
}

fn cell(series_id: i32, minute: i64, n: i64, sketch: Option<Vec<u8>>) -> CellRow {
    CellRow { series_id, bucket: at(minute), n, sum: 1.5, min: -2.0, max: 3.5, last: 0.0, last_ts: at(minute), sketch }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn cells_are_replaced_and_read_by_series_and_range(pool: PgPool) {
    let db = Db::from_pool(pool);
    partitions::ensure(&db, at(0)).await.unwrap();
    for grain in [Grain::Minute, Grain::Hour, Grain::Day] {
        let mut tx = db.begin().await.unwrap();
        let first = [cell(2, 60, 1, None), cell(1, 60, 2, Some(vec![7])), cell(1, 0, 3, None), cell(3, 0, 4, None)];
        metric_cells::save(&mut tx, SHOP, grain, &first).await.unwrap();
        metric_cells::save(&mut tx, SHOP, grain, &[cell(1, 0, 30, Some(vec![1, 2]))]).await.unwrap();
        metric_cells::save(&mut tx, OTHER, grain, &[cell(1, 0, 99, None)]).await.unwrap();
        let stored = metric_cells::stored(&mut tx, SHOP, grain, &[1, 3], &[at(60), at(60)]).await.unwrap();
        assert_eq!(stored, [cell(1, 60, 2, Some(vec![7]))]);
        tx.commit().await.unwrap();

        let read = async |series: &[i32], until| metric_cells::read(&db, SHOP, grain, series, at(0), at(until)).await.unwrap();
        assert_eq!(read(&[1, 2], 61).await, [cell(1, 0, 30, Some(vec![1, 2])), cell(1, 60, 2, Some(vec![7])), cell(2, 60, 1, None)]);
        assert_eq!(read(&[1, 2], 60).await, [cell(1, 0, 30, Some(vec![1, 2]))]);
        assert_eq!(read(&[], 61).await, []);
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_books_add_up(pool: PgPool) {
    let db = Db::from_pool(pool.clone());
    let change = |n| HourOutcome {
        hour: at(0),
        count: OutcomeCount { signal: Signal::Event, outcome: Outcome::Lost, reason: "queue_overflow".to_owned(), sdk: String::new(), n },
    };
    let mut tx = db.begin().await.unwrap();
    outcomes::add(&mut tx, SHOP, &[change(3)]).await.unwrap();
    outcomes::add(&mut tx, SHOP, &[change(-1)]).await.unwrap();
    tx.commit().await.unwrap();
    let rows: Vec<(String, String, i64)> = sqlx::query_as("select signal, outcome, n from outcome_hourly").fetch_all(&pool).await.unwrap();
    assert_eq!(rows, [("event".to_owned(), "lost".to_owned(), 2)]);
}
