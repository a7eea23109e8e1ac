//! Series and routes beyond their limits fold into `__other__`, and nothing is lost.

use std::collections::BTreeMap;

use protocol::limits::{BOOKS_REASONS_MAX, BOOKS_SDKS_MAX, METRIC_SERIES_MAX, ROUTES_MAX};
use protocol::outcome::{Outcome, OutcomeCount, Signal};
use protocol::time::Clock;
use rollup_worker::run_once;
use sqlx::PgPool;

use crate::random::Random;
use crate::raw::{Event, Flush, Point, insert, prepare};
use crate::rollups::now;

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn series_beyond_the_limit_of_a_metric_fold_into_one(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let order = |shop: usize| Point::order(&format!("shop-{shop:05}"), now());
    let elsewhere = |shop: usize| Point { unit: "eur".to_owned(), environment: format!("env-{shop}"), ..order(shop) };
    // Three too many, then some that are known, and some whose unit and environment are new as well.
    let first: Vec<Point> = (0..METRIC_SERIES_MAX + 3).map(order).collect();
    let second = vec![order(0), order(METRIC_SERIES_MAX + 1), order(METRIC_SERIES_MAX + 9), elsewhere(1), elsewhere(2)];
    let another_metric = vec![Point { name: "refunds".to_owned(), ..order(1) }];
    for points in [first, second, another_metric] {
        insert(&pool, &Flush::live(1, now(), Vec::new(), points)).await;
        run_once(&db, &Clock::fixed(now())).await.unwrap();
    }
    let stored: Vec<(String, String, String, i64, f64)> = sqlx::query_as(
        r#"select s.name, s.unit, s.environment, count(*), sum(h.sum) from metric_series s
           join metric_hour h on h.project_id = s.project_id and h.series_id = s.series_id
           group by s.name, s.unit, s.environment, s.tags = '{"__other__": "true"}' order by s.name, s.unit, count(*)"#,
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let row = |name: &str, unit: &str, environment: &str, series: usize, orders: usize| {
        (name.to_owned(), unit.to_owned(), environment.to_owned(), series as i64, orders as f64)
    };
    let expected = [
        row("orders", "", "prod", 1, 5),
        row("orders", "", "prod", METRIC_SERIES_MAX, METRIC_SERIES_MAX + 1),
        row("orders", "__other__", "__other__", 1, 2),
        row("refunds", "", "prod", 1, 1),
    ];
    assert_eq!(stored, expected);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn routes_beyond_the_limit_of_a_day_fold_into_one(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let earlier = now() - chrono::TimeDelta::hours(3);
    let yesterday = now() - chrono::TimeDelta::days(1);
    let view = |route: usize, ts| Event::of("u1", &format!("/p/{route:05}"), ts);
    let first: Vec<Event> = (0..ROUTES_MAX + 2).map(|route| view(route, earlier)).collect();
    // One that was admitted, in another quarter of the day; two that are too late; one of them on a day with room.
    let second = vec![view(0, now()), view(ROUTES_MAX + 1, now()), view(ROUTES_MAX + 7, now()), view(ROUTES_MAX + 7, yesterday)];
    for events in [first, second] {
        insert(&pool, &Flush::live(1, now(), events, Vec::new())).await;
        run_once(&db, &Clock::fixed(now())).await.unwrap();
    }
    let stored: Vec<(bool, i64, i64)> = sqlx::query_as(
        "select value = '__other__', count(distinct value), sum(n)::int8 from event_quarter where dimension = 2 and bucket >= $1
         group by 1 order by 1",
    )
    .bind(now() - chrono::TimeDelta::hours(12))
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(stored, [(false, ROUTES_MAX as i64, ROUTES_MAX as i64 + 1), (true, 1, 4)]);
    let yesterdays: Vec<String> = sqlx::query_scalar("select value from event_quarter where dimension = 2 and bucket < $1")
        .bind(now() - chrono::TimeDelta::hours(12))
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(yesterdays, [format!("/p/{:05}", ROUTES_MAX + 7)]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn names_and_reasons_that_senders_invent_do_not_lengthen_the_books_and_the_sums_stay_right(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let mut random = Random(12);
    let sdks: Vec<String> = (0..1_000).map(|_| format!("sdk-{}/1.0", random.below(u64::MAX))).collect();
    let mut sums = BTreeMap::<(&str, &str), i64>::new();
    let (later, hour) = (now() + chrono::TimeDelta::hours(1), chrono::TimeDelta::hours(1));
    for (claim, at) in [now(), now(), now(), later].into_iter().enumerate() {
        let mut flush = Flush::live(1, at, Vec::new(), Vec::new());
        for sdk in &sdks {
            let reason = format!("reason {}", random.below(u64::MAX));
            for (signal, outcome, reason) in [
                (Signal::Event, Outcome::Made, ""),
                (Signal::Event, Outcome::Rejected, "too_old"),
                (Signal::Log, Outcome::Lost, "queue full"),
                (Signal::Log, Outcome::Lost, &reason),
            ] {
                let n = 1 + random.below(9) as i64;
                *sums.entry((signal.word(), outcome.word())).or_default() += n;
                flush.outcomes.push(OutcomeCount { signal, outcome, reason: reason.to_owned(), sdk: sdk.clone(), n });
            }
        }
        // A sender that names nothing is no other.
        flush.outcomes.push(OutcomeCount { signal: Signal::Span, outcome: Outcome::Made, reason: String::new(), sdk: String::new(), n: 1 });
        *sums.entry(("span", "made")).or_default() += 1;
        insert(&pool, &flush).await;
        let counted = run_once(&db, &Clock::fixed(at + hour)).await.unwrap();
        assert_eq!(counted.flushes, 1, "claim {claim}");
    }
    let most = async |query: &'static str| sqlx::query_scalar::<_, i64>(query).fetch_one(&pool).await.unwrap();
    let senders = "select max(n) from (select count(*) n from outcome_hourly group by hour, signal, outcome, reason) as rows";
    assert_eq!(most(senders).await, BOOKS_SDKS_MAX as i64 + 1);
    let reasons = "select max(n) from (select count(distinct reason) n from outcome_hourly group by hour, signal, outcome) as rows";
    assert_eq!(most(reasons).await, BOOKS_REASONS_MAX as i64 + 1);
    let unnamed = "select sum(n)::int8 from outcome_hourly where sdk = ''";
    assert_eq!(most(unnamed).await, 4);

    let booked: Vec<(String, String, i64)> =
        sqlx::query_as("select signal, outcome, sum(n)::int8 from outcome_hourly group by 1, 2").fetch_all(&pool).await.unwrap();
    let booked: BTreeMap<(&str, &str), i64> = booked.iter().map(|(signal, outcome, n)| ((signal.as_str(), outcome.as_str()), *n)).collect();
    assert_eq!(booked, sums);
}
