//! Segments: every counted event is in exactly one of them, whatever is merged when.

use std::collections::BTreeMap;
use std::sync::Arc;

use analysis::segment::{Attribute, Block, ColumnKey, decode};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use protocol::time::Clock;
use rollup_worker::{compact, pay_debts, run_once};
use sqlx::{PgPool, Row as _};

use crate::random::Random;
use crate::raw::{Event, Flush, insert, prepare};
use crate::recount::assert_counted;
use crate::rollups::now;

/// An event as segments and raw rows both tell it: project, time, actor, name, route, environment, bot, weight in
/// thousandths.
type Told = (i32, i64, Option<(i16, String)>, String, Option<String>, String, bool, i64);

/// Compares the segments with these flushes.
pub(crate) async fn assert_segmented(pool: &PgPool, flushes: &[Flush]) {
    let mut expected: Vec<Told> = flushes
        .iter()
        .flat_map(|flush| {
            flush.events.iter().map(|event| {
                let actor = (event.actor_kind != 0).then(|| (event.actor_kind, event.actor.clone()));
                let environment = event.environment.clone();
                let weight = (event.weight * 1_000.0).round() as i64;
                (
                    flush.project,
                    event.ts.timestamp_millis(),
                    actor,
                    event.name.clone(),
                    event.route.clone(),
                    environment,
                    event.is_bot,
                    weight,
                )
            })
        })
        .collect();
    let mut found = told(pool).await;
    expected.sort();
    found.sort();
    assert_eq!(found.len(), expected.len(), "events in segments");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "an event in a segment");
    }
}

async fn told(pool: &PgPool) -> Vec<Told> {
    let rows = sqlx::query("select project_id, number, kind, id from actor").fetch_all(pool).await.unwrap();
    let actors: BTreeMap<(i32, i64), (i16, String)> = rows.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3)))).collect();
    let mut told = Vec::new();
    for ((project, _), block) in stored(pool).await {
        let runs = block.runs().unwrap();
        let midnight = block.day.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        for row in 0..block.rows {
            let run = (0..runs.len()).find(|run| runs.range(*run).contains(&row));
            let actor = run.map(|run| actors[&(project, i64::from(runs.actors()[run]))].clone());
            let text = |attribute| block.text(&ColumnKey::Text(attribute)).and_then(|text| text.at(row)).map(str::to_owned);
            let weight = block.number(&ColumnKey::Weight).and_then(|weight| weight.at(row)).unwrap_or(1.0);
            told.push((
                project,
                midnight + i64::from(block.times()[row]),
                actor,
                text(Attribute::Name).unwrap(),
                text(Attribute::Route),
                text(Attribute::Environment).unwrap(),
                text(Attribute::Bot).is_some(),
                (weight * 1_000.0).round() as i64,
            ));
        }
    }
    told
}

/// Every segment.
pub(crate) async fn stored(pool: &PgPool) -> BTreeMap<(i32, i64), Block> {
    let rows = sqlx::query(
        "select s.project_id, s.segment_id, s.day, s.events, p.bytes from segment s
         join segment_part p on p.project_id = s.project_id and p.segment_id = s.segment_id",
    );
    let mut blocks = BTreeMap::new();
    for row in rows.fetch_all(pool).await.unwrap() {
        let (day, events): (NaiveDate, i64) = (row.get(2), row.get(3));
        let block =
            blocks.entry((row.get(0), row.get(1))).or_insert_with(|| Block { day, rows: events as usize, columns: BTreeMap::new() });
        let columns = decode(row.get(4)).unwrap();
        block.columns.extend(columns.into_iter().map(|(key, column)| (key, Arc::new(column))));
        assert!(block.times().is_empty() || block.times().len() == events as usize);
    }
    blocks
}

async fn segments(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from segment").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn merging_changes_no_event_and_leaves_few_segments(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    for slug in ["one", "two"] {
        storage::projects::create(&db, slug, slug, "UTC", now()).await.unwrap();
    }
    let mut all: Vec<Flush> = Vec::new();
    let mut random = Random(5);
    for _ in 0..12 {
        let flushes = random.flushes(2, 3, now());
        for flush in &flushes {
            insert(&pool, flush).await;
        }
        all.extend(flushes);
        run_once(&db, &Clock::fixed(now())).await.unwrap();
        let (one, other) = tokio::join!(compact(&db, now()), compact(&db, now()));
        one.and(other).unwrap();
        assert_counted(&pool, &all).await;
    }
    let before = segments(&pool).await;
    while compact(&db, now() + TimeDelta::hours(1)).await.unwrap() > 0 {}
    let days: i64 =
        sqlx::query_scalar("select count(*) from (select distinct project_id, day from segment) d").fetch_one(&pool).await.unwrap();
    assert!(days < before);
    assert_eq!(segments(&pool).await, days, "one segment per project and day");
    assert_counted(&pool, &all).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn events_counted_before_there_were_segments_get_theirs_once(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let flushes = Random(6).flushes(2, 150, now());
    let (before, after) = flushes.split_at(140);
    for flush in before {
        insert(&pool, flush).await;
    }
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    for forget in ["delete from segment_part", "delete from segment"] {
        sqlx::query(forget).execute(&pool).await.unwrap();
    }
    for flush in after {
        insert(&pool, flush).await;
    }
    let migration = storage::MIGRATOR.iter().find(|migration| migration.description.contains("segment debt incur")).unwrap();
    sqlx::query(sqlx::AssertSqlSafe(migration.sql.as_str().to_owned())).execute(&pool).await.unwrap();
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    let (one, other) = tokio::join!(pay_debts(&db, now()), pay_debts(&db, now()));
    let events: usize = before.iter().map(|flush| flush.events.len()).sum();
    assert_eq!(one.unwrap() + other.unwrap(), events as u64);
    assert_counted(&pool, &flushes).await;
    assert_eq!(pay_debts(&db, now()).await.unwrap(), 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_segment_of_a_time_is_on_its_own_day(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let late: DateTime<Utc> = now() - TimeDelta::days(3);
    let flush = Flush::live(1, now(), vec![Event::of("u1", "/", late), Event::of("u1", "/", now())], Vec::new());
    insert(&pool, &flush).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    let days: Vec<NaiveDate> = sqlx::query_scalar("select day from segment order by day").fetch_all(&pool).await.unwrap();
    assert_eq!(days, [late.date_naive(), now().date_naive()]);
}
