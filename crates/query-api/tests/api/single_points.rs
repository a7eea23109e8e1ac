//! Filters by what only single points know, against a plain recount in SQL over the raw points.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::explorer::{AggregateAnswer, HeatAnswer, SamplesAnswer, WhyAnswer};
use protocol::metric::{Aggregate, MetricKind};
use protocol::receipt::{Accuracy, Missing};
use sqlx::PgPool;

use crate::app::App;
use crate::points::Point;
use crate::recount::{NOW, aggregate, assert_close, points, recount, recount_sql, tagged};

/// Who sent a point follows from its time; some are sent by nobody.
const SENDERS: &str = "update metric_point set
    release = case abs(hashtext(ts::text || 'r')) % 4 when 0 then null else 'web@' || abs(hashtext(ts::text || 'r')) % 4 end,
    user_id = case abs(hashtext(ts::text || 'u')) % 6 when 0 then null else 'u' || abs(hashtext(ts::text || 'u')) % 6 end,
    session_id = case abs(hashtext(ts::text || 's')) % 3 when 0 then null else 's' || abs(hashtext(ts::text || 's')) % 30 end";

/// Filters, and the same in SQL.
const FILTERS: [(&str, &str); 9] = [
    ("release:web@1", "release = 'web@1'"),
    ("not release:web@1", "release is distinct from 'web@1'"),
    ("user in (u1, u2) table:t1", "user_id in ('u1', 'u2') and tags ->> 'table' = 't1'"),
    ("release:web@2 or table:t0", "(release = 'web@2' or tags ->> 'table' = 't0')"),
    ("session exists", "session_id is not null"),
    ("session starts s1 not user:u3", "session_id like 's1%' and user_id is distinct from 'u3'"),
    ("trace:00000000000000000000000000000007", "trace_id = '00000000-0000-0000-0000-000000000007'"),
    ("trace absent environment:prod", "trace_id is null"),
    ("user:nobody", "false"),
];

fn encoded(filter: &str) -> String {
    filter.replace(' ', "%20").replace(':', "%3A").replace('@', "%40")
}

async fn samples(app: &App, query: &str) -> SamplesAnswer {
    let (status, body) = app.get(&app.path(&format!("/metrics/samples?{query}"))).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("samples")
}

fn ends(answer: &AggregateAnswer) -> (DateTime<Utc>, DateTime<Utc>) {
    (answer.buckets[0].start, answer.buckets[answer.buckets.len() - 1].end)
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_only_points_know_is_counted_exactly_from_them(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let kinds = [(MetricKind::Counter, 100), (MetricKind::Gauge, 200), (MetricKind::Distribution, 300), (MetricKind::Set, 400)];
    for (kind, first_series) in kinds {
        app.record(kind.word(), kind, "ms", first_series, &points(app.clock.now(), kind, 300, 6)).await;
    }
    sqlx::query(SENDERS).execute(&app.pool).await.expect("senders");
    for (kind, _) in kinds {
        for of in kind.aggregates() {
            let sql = recount_sql(kind, *of);
            for (filter, condition) in FILTERS {
                let what = format!("{} of {} where {filter}", of.word(), kind.word());
                let ask = format!("name={}&range=6h&aggregate={}&filter={}", kind.word(), of.word(), encoded(filter));
                let answer = aggregate(&app, &ask).await;
                let (from, until) = ends(&answer);
                let elapsed = (app.clock.now() - from).num_seconds() as f64;
                let expected = recount(&app, kind.word(), &sql, condition, from, until, elapsed).await;
                assert_close(answer.series[0].total, expected, 1e-9, &what);
                for (bucket, value) in answer.buckets.iter().zip(&answer.series[0].values).step_by(24) {
                    let expected = recount(&app, kind.word(), &sql, condition, bucket.start, bucket.end, 300.0).await;
                    assert_close(*value, expected, 1e-9, &format!("{what} from {}", bucket.start));
                }
                assert_eq!(
                    (answer.receipt.accuracy, answer.lines[0].accuracy, answer.lines[0].single),
                    (Accuracy::Exact, Accuracy::Exact, true)
                );
                assert!(answer.receipt.counted.contains("single points"), "{}", answer.receipt.counted);
            }
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn groups_and_an_earlier_range_of_single_points_are_those_of_a_recount(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(3).await;
    app.record("db.ms", MetricKind::Distribution, "ms", 1, &points(app.clock.now(), MetricKind::Distribution, 900, 48)).await;
    sqlx::query(SENDERS).execute(&app.pool).await.expect("senders");
    let (filter, condition) = FILTERS[1];
    let answer = aggregate(&app, &format!("name=db.ms&aggregate=p75&by=table&top=3&compare=previous&filter={}", encoded(filter))).await;
    let (from, until) = ends(&answer);
    let sql = recount_sql(MetricKind::Distribution, Aggregate::P75);
    let drawn: Vec<String> = answer
        .series
        .iter()
        .filter(|series| !series.other)
        .map(|series| {
            series.labels[0].as_ref().map_or("tags ->> 'table' is null".to_owned(), |label| format!("tags ->> 'table' = '{label}'"))
        })
        .collect();
    assert_eq!((drawn.len(), answer.series.len()), (3, 4));
    let rest = format!("not ({})", drawn.iter().map(|one| format!("coalesce({one}, false)")).collect::<Vec<_>>().join(" or "));
    let yesterday = TimeDelta::days(1);
    for (series, group) in answer.series.iter().zip(drawn.iter().chain([&rest])) {
        let condition = format!("{condition} and {group}");
        assert_close(series.total, recount(&app, "db.ms", &sql, &condition, from, until, 1.0).await, 1e-9, &condition);
        let before = series.compared.as_ref().expect("an earlier range");
        for (bucket, value) in answer.buckets.iter().zip(&before.values).step_by(5) {
            let (start, end) = (bucket.start - yesterday, bucket.end - yesterday);
            assert_close(*value, recount(&app, "db.ms", &sql, &condition, start, end, 1.0).await, 1e-9, &format!("{condition} {start}"));
        }
    }
    let count = recount(&app, "db.ms", "count(*)::float8", condition, from, until, 1.0).await;
    assert_eq!(Some(answer.points as f64), count);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn where_every_point_matches_the_figures_are_those_of_the_cells(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    for (kind, first_series) in [(MetricKind::Gauge, 200), (MetricKind::Distribution, 300), (MetricKind::Set, 400)] {
        app.record(kind.word(), kind, "ms", first_series, &points(app.clock.now(), kind, 400, 6)).await;
    }
    sqlx::query("update metric_point set release = 'web'").execute(&app.pool).await.expect("a release");
    for kind in [MetricKind::Gauge, MetricKind::Distribution, MetricKind::Set] {
        for of in kind.aggregates() {
            let ask = format!("name={}&range=6h&by=table&top=50&aggregate={}", kind.word(), of.word());
            let (cells, single) = (aggregate(&app, &ask).await, aggregate(&app, &format!("{ask}&filter=release:web")).await);
            assert_eq!((cells.lines[0].single, single.lines[0].single), (false, true));
            assert_eq!(cells.points, single.points);
            let share = if of.quantile().is_some() { 0.0101 } else { 1e-9 };
            for series in &cells.series {
                let same = single.series.iter().find(|one| one.labels == series.labels && one.other == series.other).expect("the group");
                assert_eq!(series.points, same.points);
                let what = format!("{} of {} in {:?}", of.word(), kind.word(), series.labels);
                assert_close(series.total, same.total, share, &what);
                series.values.iter().zip(&same.values).for_each(|(a, b)| assert_close(*a, *b, share, &what));
            }
        }
    }
    let heat = async |filter: &str| {
        let (status, body) = app.get(&app.path(&format!("/metrics/heat?name=distribution&range=6h{filter}"))).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value::<HeatAnswer>(body).expect("a heat map")
    };
    let (cells, single) = (heat("").await, heat("&filter=release:web").await);
    let points = |heat: &HeatAnswer| heat.counts.iter().map(|rows| rows.iter().sum::<u64>()).collect::<Vec<_>>();
    assert_eq!((points(&cells), single.receipt.accuracy), (points(&single), Accuracy::Exact));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_list_of_samples_holds_the_points_that_its_figures_count(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    app.record("db.ms", MetricKind::Distribution, "ms", 1, &points(app.clock.now(), MetricKind::Distribution, 300, 6)).await;
    sqlx::query(SENDERS).execute(&app.pool).await.expect("senders");
    for (filter, condition) in FILTERS {
        for (order, sort) in [("latest", "ts desc"), ("smallest", "value, ts"), ("p95", "abs(value - $3), ts desc")] {
            let answer = samples(&app, &format!("name=db.ms&range=6h&order={order}&filter={}", encoded(filter))).await;
            let (from, until) = (answer.receipt.from, "2026-05-14T12:10:00Z".parse().expect("a time"));
            for (of, value) in [(Aggregate::P50, answer.p50), (Aggregate::P95, answer.p95)] {
                let sql = recount_sql(MetricKind::Distribution, of);
                assert_close(value, recount(&app, "db.ms", &sql, condition, from, until, 1.0).await, 1e-9, filter);
            }
            assert_eq!(answer.percentiles, Accuracy::Exact);
            let count = recount(&app, "db.ms", "count(*)::float8", condition, from, until, 1.0).await;
            assert_eq!(answer.points as f64, count.unwrap_or(0.0), "{filter}");
            let sql = format!(
                "select ts, value from metric_point where ts >= $1 and ts < $2 and $3::float8 > -1 and {condition} order by {sort} limit 50"
            );
            let rows: Vec<(DateTime<Utc>, f64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(from)
                .bind(until)
                .bind(answer.p95.unwrap_or(0.0))
                .fetch_all(&app.pool)
                .await
                .unwrap();
            let found: Vec<_> = answer.samples.iter().map(|sample| (sample.ts, sample.value)).collect();
            assert_eq!(found, rows, "{filter} {order}");
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_attribute_of_the_same_name_goes_before_what_points_say(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let deployed = [tagged(&app, 60, 1.0, &[("release", "blue")]), tagged(&app, 90, 5.0, &[])];
    app.record("deploys", MetricKind::Counter, "", 1, &deployed).await;
    sqlx::query("update metric_point set release = 'web'").execute(&app.pool).await.expect("a release");
    let of = async |filter: &str| aggregate(&app, &format!("name=deploys&range=1h&filter={filter}")).await;
    let blue = of("release:blue").await;
    assert_eq!((blue.points, blue.lines[0].single), (1, false));
    assert_eq!(of("release:web").await.points, 0);
    assert_eq!(samples(&app, "name=deploys&range=1h&filter=release:web").await.samples, []);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_attribute_in_another_spelling_goes_before_what_points_say(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let called = [tagged(&app, 60, 1.0, &[("user.id", "u1"), ("App-Version", "3")]), tagged(&app, 90, 5.0, &[("user.id", "u2")])];
    app.record("calls", MetricKind::Counter, "", 1, &called).await;
    for filter in ["user:u1", "user.id:u1", "app_version:3", "props.user.id:u1"] {
        let answer = aggregate(&app, &format!("name=calls&range=1h&filter={filter}")).await;
        assert_eq!((answer.points, answer.lines[0].single), (1, false), "{filter}");
        assert_eq!(samples(&app, &format!("name=calls&range=1h&filter={filter}")).await.samples.len(), 1, "{filter}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_stands_out_is_compared_among_the_points_that_match(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let calls: Vec<Point> = (0..60).map(|n| tagged(&app, 600 + n * 30, f64::from(n as i32), &[("plan", "free")])).collect();
    app.record("call.ms", MetricKind::Distribution, "", 1, &calls).await;
    // Inside, u1 is on web@2; elsewhere and for everybody else it is web@1.
    let (from, until) = (app.clock.now() - TimeDelta::seconds(1_500), app.clock.now() - TimeDelta::seconds(900));
    let senders = "update metric_point set user_id = case when extract(epoch from ts)::int8 % 60 = 0 then 'u1' else 'u2' end,
        release = case when extract(epoch from ts)::int8 % 60 = 0 and ts >= $1 and ts < $2 then 'web@2' else 'web@1' end";
    sqlx::query(senders).bind(from).bind(until).execute(&app.pool).await.expect("senders");
    let part = format!("from={}&until={}", from.format("%FT%TZ"), until.format("%FT%TZ"));
    let why = async |filter: &str| {
        let (status, body) = app.get(&app.path(&format!("/metrics/why?name=call.ms&{part}&filter={filter}"))).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value::<WhyAnswer>(body).expect("an answer")
    };
    let (all, own, others) = (why("").await, why("user:u1").await, why("user:u2").await);
    assert_eq!((all.inside, own.inside, others.inside), (20, 10, 10));
    let row = |answer: &WhyAnswer| answer.rows.first().map(|row| (row.key.clone(), row.value.clone(), row.inside, row.outside));
    assert_eq!(row(&own), Some(("release".to_owned(), "web@2".to_owned(), 10, 0)));
    assert_eq!(row(&others), None);
    let is_typical = |answer: &WhyAnswer| {
        let samples = &answer.samples;
        !samples.is_empty()
            && samples.iter().all(|sample| sample.user_id.as_deref() == Some("u1") && sample.release.as_deref() == Some("web@2"))
    };
    assert!(is_typical(&own) && is_typical(&all), "{all:?}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn points_that_are_not_kept_any_longer_are_missing_and_not_compared_with(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(3).await;
    app.record("email.sent", MetricKind::Counter, "", 1, &points(app.clock.now(), MetricKind::Counter, 100, 48)).await;
    sqlx::query("update metric_point set release = 'web'").execute(&app.pool).await.expect("a release");
    let ask = "name=email.sent&range=24h&filter=release:web";
    assert_eq!(aggregate(&app, ask).await.receipt.missing, None);
    sqlx::query(
        "insert into keeping (project_id, data_type, oldest_day, freed_rows, freed_bytes, freed_at, ran_at)
         values ($1, $2, '2026-05-14', 10, 10, $3, $3)",
    )
    .bind(app.shop.id.0)
    .bind(protocol::keeping::DataType::MetricPoints.word())
    .bind(app.clock.now())
    .execute(&app.pool)
    .await
    .expect("days that are over");
    assert_eq!(aggregate(&app, ask).await.receipt.missing, Some(Missing::Before("2026-05-14T00:00:00Z".parse().expect("a time"))));
    assert_eq!(aggregate(&app, &ask.replace("24h", "6h")).await.receipt.missing, None);
    assert_eq!(aggregate(&app, "name=email.sent&range=24h").await.receipt.missing, None, "sums are kept for ever");
    let (status, body) = app.get(&app.path(&format!("/metrics/aggregate?{}&compare=previous", ask.replace("24h", "6h")))).await;
    assert_eq!(status, 400, "{body}");
    assert!(body["detail"].as_str().expect("a sentence").contains("`compare`"), "{body}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn more_points_than_may_be_counted_are_refused_with_a_way_out(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    app.record("busy", MetricKind::Gauge, "", 1, &[tagged(&app, 60, 1.0, &[])]).await;
    sqlx::query(
        "insert into metric_point (project_id, received_at, flush_id, n, batch_id, ts, name, kind, unit, value, tags, environment, release, flags)
         select project_id, received_at, flush_id, g, batch_id, ts, name, kind, unit, g, tags, environment, 'web', flags
         from metric_point, generate_series(1, 1000001) g",
    )
    .execute(&app.pool)
    .await
    .expect("a million points");
    for question in ["aggregate", "samples"] {
        let (status, body) = app.get(&app.path(&format!("/metrics/{question}?name=busy&range=1h&filter=release:web"))).await;
        assert_eq!(status, 400, "{body}");
        assert!(body["detail"].as_str().expect("a sentence").contains("`release`"), "{body}");
        assert!(body["hint"].as_str().expect("a way out").contains("a shorter time"), "{body}");
    }
    sqlx::query("delete from metric_point where n in (1, 2)").execute(&app.pool).await.expect("fewer");
    assert_eq!(aggregate(&app, "name=busy&range=1h&aggregate=max&filter=release:web").await.series[0].total, Some(1_000_001.0));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whoever_writes_a_filter_is_told_what_points_say(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let sent = [tagged(&app, 60, 1.0, &[("plan", "free")]), tagged(&app, 70, 1.0, &[]), tagged(&app, 80, 1.0, &[])];
    app.record("orders", MetricKind::Counter, "", 1, &sent).await;
    let senders = "update metric_point set release = case when tags ? 'plan' then 'Web@2' else 'web@1' end, user_id = 'u1'";
    sqlx::query(senders).execute(&app.pool).await.expect("senders");
    let values = async |field: &str, text: &str| {
        let (status, body) = app.get(&app.path(&format!("/metrics/suggestions?name=orders&field={field}&text={text}"))).await;
        assert_eq!(status, 200, "{body}");
        let values = body["values"].as_array().expect("values").clone();
        let values: Vec<(String, f64)> = values
            .iter()
            .map(|value| (value["value"].as_str().expect("a text").to_owned(), value["events"].as_f64().expect("a number")))
            .collect();
        (values, body["props"].clone())
    };
    let (releases, keys) = values("release", "WEB").await;
    assert_eq!(releases, [("web@1".to_owned(), 2.0), ("Web@2".to_owned(), 1.0)]);
    assert_eq!(keys, serde_json::json!(["plan", "release", "user", "session", "trace"]));
    assert_eq!(values("user", "").await.0, [("u1".to_owned(), 3.0)]);
    assert_eq!(values("trace", "").await.0, []);
}
