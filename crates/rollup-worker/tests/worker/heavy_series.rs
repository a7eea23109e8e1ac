//! Places of a metric name go to its heavy series, and every point is in exactly one series whatever is exchanged.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use protocol::metric::MetricKind;
use protocol::time::Clock;
use rollup_worker::{Config, SeriesLimit, exchange_series, run_once_with};
use sqlx::PgPool;
use storage::Db;

use crate::random::Random;
use crate::raw::{Flush, Point, insert, prepare};
use crate::rollups::now;

const LIMIT: SeriesLimit = SeriesLimit { places_max: 5, folded_max: 30, candidates_max: 8, exchanges_max: 3, points_min: 10 };

fn hours(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(n)
}

/// A worker whose names have few places.
struct Worker {
    pool: PgPool,
    db: Db,
}

impl Worker {
    async fn new(pool: &PgPool) -> Self {
        Self { pool: pool.clone(), db: prepare(pool, now()).await }
    }

    async fn count(&self, points: Vec<Point>, at: DateTime<Utc>) {
        prepare(&self.pool, at).await;
        insert(&self.pool, &Flush::live(1, at, Vec::new(), points)).await;
        let config = Config { series: LIMIT, ..Config::new(|| 0.5) };
        assert_eq!(run_once_with(&self.db, &Clock::fixed(at), &config).await.unwrap().flushes, 1);
    }

    /// So many orders of each shop.
    async fn orders(&self, shops: &[(&str, usize)], at: DateTime<Utc>) {
        let points = shops.iter().flat_map(|(shop, n)| std::iter::repeat_n(Point::order(shop, at), *n)).collect();
        self.count(points, at).await;
    }

    async fn exchange(&self, at: DateTime<Utc>) -> u64 {
        exchange_series(&self.db, at, &LIMIT).await.unwrap()
    }

    /// Shops that have a place.
    async fn placed(&self) -> Vec<String> {
        let placed = "select tags ->> 'shop' from metric_series where not folded and not tags ? '__other__' order by 1";
        sqlx::query_scalar(placed).fetch_all(&self.pool).await.unwrap()
    }

    /// What is counted for each shop.
    async fn counted(&self) -> BTreeMap<String, i64> {
        let counted = "select coalesce(s.tags ->> 'shop', '__other__'), sum(h.n)::int8 from metric_series s
            join metric_hour h using (project_id, series_id) group by 1";
        sqlx::query_as::<_, (String, i64)>(counted).fetch_all(&self.pool).await.unwrap().into_iter().collect()
    }

    async fn candidates(&self) -> Vec<(String, i64)> {
        let candidates = "select tags ->> 'shop', points from series_candidate order by points desc, 1";
        sqlx::query_as(candidates).fetch_all(&self.pool).await.unwrap()
    }
}

fn five(points: usize) -> [(&'static str, usize); 5] {
    ["a", "b", "c", "d", "e"].map(|shop| (shop, points))
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_series_that_becomes_heavy_takes_the_place_of_one_that_went_quiet(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    worker.orders(&five(100), hours(0)).await;
    worker.orders(&[("a", 20), ("b", 20), ("c", 20), ("d", 20), ("new", 50)], hours(30)).await;
    assert_eq!(worker.candidates().await, [("new".to_owned(), 50)]);
    assert_eq!(worker.exchange(hours(30)).await, 1);
    assert_eq!(worker.placed().await, ["a", "b", "c", "d", "new"]);
    assert_eq!(worker.candidates().await, []);
    // What it had is still told apart, what comes is not.
    worker.orders(&[("e", 7), ("new", 3)], hours(30)).await;
    let counted = worker.counted().await;
    assert_eq!((counted["e"], counted["new"], counted["__other__"]), (100, 3, 57));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_series_that_lost_its_place_comes_back_with_its_history(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    worker.orders(&five(100), hours(0)).await;
    worker.orders(&[("new", 50)], hours(30)).await;
    assert_eq!(worker.exchange(hours(30)).await, 1);
    assert_eq!(worker.placed().await, ["b", "c", "d", "e", "new"], "all are quiet: the one with the lowest number goes");
    worker.orders(&[("a", 60)], hours(70)).await;
    assert_eq!(worker.exchange(hours(70)).await, 1);
    worker.orders(&[("a", 5)], hours(70)).await;
    assert_eq!(worker.placed().await, ["a", "c", "d", "e", "new"]);
    assert_eq!(worker.counted().await["a"], 105);
    let numbers: i64 = sqlx::query_scalar("select count(*) from metric_series where tags ->> 'shop' = 'a'").fetch_one(&pool).await.unwrap();
    assert_eq!(numbers, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_light_newcomer_displaces_nobody(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    worker.orders(&five(100), hours(0)).await;
    worker.orders(&[("new", 199)], hours(1)).await;
    assert_eq!(worker.exchange(hours(1)).await, 0, "less than twice the lightest");
    // What it once sent fades, so that it cannot wait for years until somebody is quiet.
    for hour in 2..140 {
        worker.orders(&five(9), hours(hour)).await;
        assert_eq!(worker.exchange(hours(hour)).await, 0);
    }
    assert_eq!(worker.candidates().await, []);
    worker.orders(&[("late", LIMIT.points_min as usize - 1)], hours(200)).await;
    assert_eq!(worker.exchange(hours(200)).await, 0, "too few, though all are quiet");
    assert_eq!(worker.placed().await, ["a", "b", "c", "d", "e"]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn where_as_many_had_a_place_as_are_kept_only_they_come_back(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    let limit = SeriesLimit { folded_max: 1, ..LIMIT };
    let exchange = async |at| exchange_series(&worker.db, at, &limit).await.unwrap();
    worker.orders(&five(100), hours(0)).await;
    worker.orders(&[("f", 50), ("g", 40)], hours(30)).await;
    assert_eq!(exchange(hours(30)).await, 1);
    worker.orders(&[("h", 80), ("a", 20)], hours(31)).await;
    assert_eq!(exchange(hours(31)).await, 1);
    assert_eq!(worker.placed().await, ["a", "c", "d", "e", "f"]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn very_many_series_that_come_once_leave_no_counters_and_take_no_place(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    worker.orders(&five(20), hours(0)).await;
    for round in 0..10 {
        let visitors: Vec<String> = (0..60).map(|visitor| format!("v-{round}-{visitor}")).collect();
        let mut points: Vec<(&str, usize)> = visitors.iter().map(|visitor| (visitor.as_str(), 1)).collect();
        points.push(("heavy", 6));
        worker.orders(&points, hours(30)).await;
        assert!(worker.candidates().await.len() <= LIMIT.candidates_max);
    }
    // Each round lowers counters by one, at most.
    assert_eq!(worker.candidates().await, [("heavy".to_owned(), 50)]);
    assert_eq!(worker.exchange(hours(30)).await, 1);
    assert!(worker.placed().await.contains(&"heavy".to_owned()));
    assert_eq!(worker.counted().await.values().sum::<i64>(), 5 * 20 + 10 * 66);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn places_change_hands_once_an_hour_whoever_asks_and_a_new_one_is_kept_for_a_day(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    worker.orders(&five(100), hours(0)).await;
    worker.orders(&[("f", 43), ("g", 42), ("h", 41), ("i", 40)], hours(30)).await;
    assert_eq!(worker.exchange(hours(30)).await, LIMIT.exchanges_max as u64);
    assert_eq!(worker.exchange(hours(30)).await, 0, "another process, in the same hour");
    worker.orders(&[("d", 100), ("e", 100)], hours(30)).await;
    assert_eq!(worker.exchange(hours(31)).await, 0, "the fourth is lighter than d and e, and the others had no time to be heavy");
    worker.orders(&[("i", 400)], hours(32)).await;
    assert_eq!(worker.exchange(hours(32)).await, 1);
    assert_eq!(worker.placed().await, ["e", "f", "g", "h", "i"]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_name_with_room_has_no_candidates_and_old_points_make_none(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    worker.orders(&five(100)[..4], hours(0)).await;
    let history = vec![Point::order("e", hours(0)), Point::order("late", hours(-25)), Point::order("late", hours(-25))];
    worker.count(history, hours(0)).await;
    assert_eq!(worker.candidates().await, []);
    assert_eq!(worker.counted().await["__other__"], 2);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whoever_sends_the_tag_of_the_rest_gets_no_series_by_it(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    let rest = |n: usize| Point {
        environment: format!("env-{n}"),
        tags: [("__other__".to_owned(), n.to_string())].into(),
        ..Point::order("", hours(0))
    };
    worker.orders(&[("a", 1)], hours(0)).await;
    for _ in 0..2 {
        worker.count((0..30).map(rest).collect(), hours(0)).await;
    }
    assert_eq!(worker.counted().await, [("a".to_owned(), 1), ("__other__".to_owned(), 60)].into());
    let series: i64 = sqlx::query_scalar("select count(*) from metric_series").fetch_one(&pool).await.unwrap();
    assert_eq!((series, worker.candidates().await), (2, Vec::new()));
}

type Totals = BTreeMap<(String, i16, String, DateTime<Utc>), (i64, f64)>;

fn totals(points: &[Point], width: TimeDelta) -> Totals {
    let mut totals = Totals::new();
    for point in points {
        let bucket = point.ts.duration_trunc(width).unwrap();
        let total = totals.entry((point.name.clone(), point.kind.code(), point.unit.clone(), bucket)).or_default();
        *total = (total.0 + 1, total.1 + point.value);
    }
    totals
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn totals_stay_right_whatever_is_exchanged_and_the_heavy_ones_end_with_a_place(pool: PgPool) {
    let worker = Worker::new(&pool).await;
    let mut random = Random(20_261_122);
    let mut sent = Vec::new();
    let mut exchanged = 0;
    let metrics = [("orders", MetricKind::Counter), ("depth", MetricKind::Gauge)];
    for hour in (0..96).step_by(3) {
        // Each day other shops are heavy; of the rest each comes once in a while.
        let day = hour / 32;
        let heavy = |n: u64| format!("heavy-{day}-{n}");
        let mut points = Vec::new();
        for _ in 0..90 {
            let shop = if random.below(3) > 0 { heavy(random.below(3)) } else { format!("shop-{}", random.below(400)) };
            let (name, kind) = metrics[random.below(2) as usize];
            let ts = hours(hour) - TimeDelta::minutes(random.below(200) as i64);
            let environment = ["prod", "dev"][usize::from(random.below(8) == 0)].to_owned();
            points.push(Point { name: name.to_owned(), kind, environment, value: random.below(50) as f64, ..Point::order(&shop, ts) });
        }
        worker.count(points.clone(), hours(hour)).await;
        sent.extend(points);
        exchanged += worker.exchange(hours(hour)).await;
        let most =
            "select name, count(*) filter (where not folded and not tags ? '__other__'), count(*) filter (where folded) from metric_series
            group by name";
        for (name, placed, folded) in sqlx::query_as::<_, (String, i64, i64)>(most).fetch_all(&pool).await.unwrap() {
            assert_eq!(placed, LIMIT.places_max as i64, "{name}");
            assert!(folded <= LIMIT.folded_max as i64, "{name}: {folded}");
        }
    }
    assert!(exchanged > 10, "{exchanged} exchanges say little");
    for (cells, width) in [("metric_hour", TimeDelta::hours(1)), ("metric_minute", TimeDelta::minutes(1))] {
        let counted = format!(
            "select s.name, s.kind, s.unit, c.bucket, sum(c.n)::int8, sum(c.sum) from metric_series s
             join {cells} c using (project_id, series_id) group by 1, 2, 3, 4"
        );
        let counted = sqlx::query_as::<_, (String, i16, String, DateTime<Utc>, i64, f64)>(sqlx::AssertSqlSafe(counted));
        let counted = counted.fetch_all(&pool).await.unwrap();
        let counted: Totals =
            counted.into_iter().map(|(name, kind, unit, bucket, n, sum)| ((name, kind, unit, bucket), (n, sum))).collect();
        assert_eq!(counted, totals(&sent, width), "{cells}");
    }
    let placed: BTreeSet<String> = worker.placed().await.into_iter().collect();
    for n in 0..3 {
        assert!(placed.contains(&format!("heavy-2-{n}")), "{placed:?}");
    }
}
