//! The Metrics explorer against a plain recount in SQL over the raw points.

use std::collections::BTreeMap;

use analysis::calendar;
use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use protocol::explorer::{
    AggregateAnswer, AggregateQuery, HeatAnswer, MetricAnswer, MetricCatalogue, MetricNote, MetricQuery, SampleAnswer, SamplesAnswer,
    Threshold, WhyAnswer,
};
use protocol::metric::{Aggregate, MetricKind};
use protocol::receipt::Accuracy;
use query_api::explorer;
use sqlx::PgPool;
use storage::partitions::{self, Table};
use uuid::Uuid;

use crate::app::App;
use crate::points::Point;
use crate::recount::{NOW, aggregate, assert_close, points, recount, recount_sql, tagged};

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_aggregate_of_every_kind_is_that_of_a_recount(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    for (kind, first_series) in
        [(MetricKind::Counter, 100), (MetricKind::Gauge, 200), (MetricKind::Distribution, 300), (MetricKind::Set, 400)]
    {
        app.record(kind.word(), kind, "ms", first_series, &points(app.clock.now(), kind, 400, 6)).await;
        for aggregate_word in kind.aggregates() {
            let answer = aggregate(&app, &format!("name={}&range=6h&aggregate={}", kind.word(), aggregate_word.word())).await;
            let share = if aggregate_word.quantile().is_some() { 0.0101 } else { 1e-9 };
            assert_eq!(answer.receipt.accuracy == Accuracy::Exact, aggregate_word.quantile().is_none());
            let sql = recount_sql(kind, *aggregate_word);
            assert_eq!((answer.buckets.len(), answer.series.len()), (72, 1));
            for (bucket, value) in answer.buckets.iter().zip(&answer.series[0].values).step_by(6) {
                let expected = recount(&app, kind.word(), &sql, "true", bucket.start, bucket.end, 300.0).await;
                assert_close(*value, expected, share, &format!("{kind:?} {aggregate_word:?} {}", bucket.start));
            }
            let (from, until) = (answer.buckets[0].start, answer.buckets[71].end);
            let elapsed = (app.clock.now() - from).num_seconds() as f64;
            let expected = recount(&app, kind.word(), &sql, "true", from, until, elapsed).await;
            assert_close(answer.series[0].total, expected, share, &format!("{kind:?} {aggregate_word:?} in total"));
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_largest_values_of_a_tag_have_lines_and_the_rest_is_merged(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(9).await;
    app.record("db.ms", MetricKind::Distribution, "ms", 1, &points(app.clock.now(), MetricKind::Distribution, 600, 7 * 24)).await;
    let answer = aggregate(&app, "name=db.ms&range=7d&aggregate=count&by=table").await;
    assert_eq!((answer.buckets.len(), answer.lines[0].tag_keys.as_slice()), (168, &["table".to_owned()][..]));
    let (from, until) = (answer.buckets[0].start, answer.buckets[167].end);
    let sizes: Vec<(Option<String>, i64)> = sqlx::query_as(
        "select tags ->> 'table', count(*) from metric_point where project_id = $1 and ts >= $2 and ts < $3 group by 1 order by 2 desc, 1 nulls first",
    )
    .bind(app.shop.id.0)
    .bind(from)
    .bind(until)
    .fetch_all(&app.pool)
    .await
    .unwrap();
    let found: Vec<(Option<String>, i64)> =
        answer.series.iter().filter(|series| !series.other).map(|series| (series.labels[0].clone(), series.points as i64)).collect();
    assert_eq!(found, sizes[..AggregateQuery::TOP]);
    let other = answer.series.last().expect("a line");
    assert!(other.other && answer.series.len() == AggregateQuery::TOP + 1);
    assert_eq!(other.points as i64, sizes[AggregateQuery::TOP..].iter().map(|(_, points)| points).sum::<i64>());
    assert_eq!(answer.points as i64, sizes.iter().map(|(_, points)| points).sum::<i64>());
    for series in &answer.series {
        let names: Vec<String> =
            sizes[..AggregateQuery::TOP].iter().flat_map(|(value, _)| value).map(|value| format!("'{value}'")).collect();
        let null_is_drawn = sizes[..AggregateQuery::TOP].iter().any(|(value, _)| value.is_none());
        let condition = match (series.labels.first().cloned().flatten(), series.other) {
            (Some(label), _) => format!("tags ->> 'table' = '{label}'"),
            (None, false) => "tags ->> 'table' is null".to_owned(),
            (None, true) => format!("(tags ->> 'table' not in ({}) or tags ->> 'table' is null and not {null_is_drawn})", names.join(", ")),
        };
        let sql = recount_sql(MetricKind::Distribution, Aggregate::Count);
        assert_close(series.total, recount(&app, "db.ms", &sql, &condition, from, until, 1.0).await, 0.0101, &condition);
        for (bucket, value) in answer.buckets.iter().zip(&series.values).step_by(7) {
            let expected = recount(&app, "db.ms", &sql, &condition, bucket.start, bucket.end, 1.0).await;
            assert_close(*value, expected, 0.0101, &format!("{condition} {}", bucket.start));
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_catalogue_tells_metrics_of_one_name_apart(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(3).await;
    let now = app.clock.now();
    app.record("jobs", MetricKind::Counter, "", 1, &points(now, MetricKind::Counter, 50, 20)).await;
    app.record("jobs", MetricKind::Gauge, "", 100, &points(now - TimeDelta::hours(48), MetricKind::Gauge, 5, 1)).await;
    let (status, body) = app.get(&app.path("/metrics")).await;
    assert_eq!(status, 200, "{body}");
    let catalogue: MetricCatalogue = serde_json::from_value(body).expect("a catalogue");
    let kinds: Vec<(MetricKind, u64)> = catalogue.metrics.iter().map(|metric| (metric.metric.kind, metric.points)).collect();
    assert_eq!(kinds, [(MetricKind::Counter, 50), (MetricKind::Gauge, 0)]);
    let counter = &catalogue.metrics[0];
    assert_eq!((counter.spark.len(), counter.tag_keys.as_slice()), (24, &["table".to_owned()][..]));
    let total: f64 = sqlx::query_scalar("select sum(value) from metric_point where kind = 1").fetch_one(&app.pool).await.unwrap();
    assert_close(Some(counter.spark.iter().flatten().sum()), Some(total), 1e-9, "the sparkline of a counter adds up");
    assert_eq!(catalogue.metrics[1].spark, vec![None; 24]);
    // Without a kind the one that was seen last is meant.
    assert_eq!(aggregate(&app, "name=jobs").await.lines[0].metric.kind, MetricKind::Counter);
    let gauge = aggregate(&app, "name=jobs&kind=gauge&unit=&range=7d").await;
    assert_eq!((gauge.lines[0].metric.kind, gauge.lines[0].aggregate, gauge.points), (MetricKind::Gauge, Aggregate::Avg, 5));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn samples_are_the_latest_or_the_largest_with_their_traces(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    app.record("db.ms", MetricKind::Distribution, "ms", 1, &points(app.clock.now(), MetricKind::Distribution, 120, 3)).await;
    for (order, sort) in [("latest", "ts desc"), ("largest", "value desc, ts desc")] {
        let (status, body) = app.get(&app.path(&format!("/metrics/samples?name=db.ms&range=1h&order={order}"))).await;
        assert_eq!(status, 200, "{body}");
        let answer: SamplesAnswer = serde_json::from_value(body).expect("an answer");
        let rows: Vec<(DateTime<Utc>, f64, Option<Uuid>)> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select ts, value, trace_id from metric_point where ts >= '2026-05-14 11:08Z' and ts < '2026-05-14 12:08Z' order by {sort} limit 50"
        )))
        .fetch_all(&app.pool)
        .await
        .unwrap();
        let found: Vec<_> =
            answer.samples.iter().map(|sample| (sample.ts, sample.value, sample.trace_id.map(|id| Uuid::from_bytes(id.0)))).collect();
        assert_eq!(found, rows);
        assert!(found.iter().any(|(_, _, trace)| trace.is_some()));
        assert_eq!(
            answer.points,
            sqlx::query_scalar::<_, i64>("select count(*) from metric_point where ts >= '2026-05-14 11:08Z'")
                .fetch_one(&app.pool)
                .await
                .unwrap() as u64
        );
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_formula_divides_two_metrics_in_total_and_by_group(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let command = |seconds, name: &str, n| tagged(&app, seconds, n, &[("command", name)]);
    let failures = [command(30, "ping", 1.0), command(90, "ping", 1.0), command(30, "ban", 3.0)];
    let usage = [command(30, "ping", 10.0), command(90, "ping", 10.0), command(30, "ban", 4.0), command(90, "help", 16.0)];
    app.record("bot.command.failures", MetricKind::Counter, "", 1, &failures).await;
    app.record("bot.command.usage", MetricKind::Counter, "", 50, &usage).await;
    let both = "name=bot.command.failures&name=bot.command.usage&formula=A/B*100&range=1h";
    let answer = aggregate(&app, both).await;
    let formula = answer.formula.expect("a formula");
    assert_eq!((formula.unit.as_str(), formula.text.as_str(), formula.series.len()), ("percent", "A/B*100", 1));
    assert_close(formula.series[0].total, Some(12.5), 1e-9, "5 of 40");
    assert_eq!(answer.lines.iter().map(|line| line.letter).collect::<String>(), "AB");

    let grouped = aggregate(&app, &format!("{both}&by=command")).await;
    let shares = grouped.formula.expect("a formula").series;
    let shares: BTreeMap<_, _> = shares.into_iter().map(|series| (series.labels.first().cloned().flatten(), series.total)).collect();
    let name = |name: &str| Some(name.to_owned());
    // Nothing failed of the rest, which is zero of 16.
    assert_eq!(shares, BTreeMap::from([(name("ping"), Some(10.0)), (name("ban"), Some(75.0)), (None, Some(0.0))]));
    let (status, body) = app.get(&app.path("/metrics/aggregate?name=bot.command.usage&formula=A/B")).await;
    assert_eq!(status, 400, "{body}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_formula_stands_beside_what_it_was_of_the_earlier_lines(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let day = 86_400;
    let command = |seconds, name: &str, n| tagged(&app, seconds, n, &[("command", name)]);
    let failures = [command(300, "ping", 1.0), command(day + 300, "ping", 3.0)];
    let usage = [command(300, "ping", 10.0), command(day + 300, "ping", 6.0), command(day + 400, "ban", 4.0), command(400, "ban", 10.0)];
    app.record("bot.command.failures", MetricKind::Counter, "", 1, &failures).await;
    app.record("bot.command.usage", MetricKind::Counter, "", 50, &usage).await;
    let question = "name=bot.command.failures&name=bot.command.usage&formula=A/B*100&range=1h&compare=previous";
    let answer = aggregate(&app, question).await;
    let formula = answer.formula.expect("a formula");
    assert_close(formula.series[0].total, Some(5.0), 1e-9, "1 of 20");
    let before = formula.series[0].compared.as_ref().expect("the earlier range");
    assert_close(before.total, Some(30.0), 1e-9, "3 of 10 the day before, rather than a mean of shares");
    assert_eq!(before.values.len(), answer.buckets.len());
    // Each earlier bucket has the share of that bucket: of the one with the failures half, of the other none.
    let shares: Vec<f64> = before.values.iter().flatten().copied().collect();
    assert_eq!(shares, [0.0, 50.0]);

    let grouped = aggregate(&app, &format!("{question}&by=command")).await;
    let series = grouped.formula.expect("a formula").series;
    let earlier = |name: &str| {
        let of_group = series.iter().find(|series| series.labels.first().is_some_and(|label| label.as_deref() == Some(name)));
        of_group.and_then(|series| series.compared.as_ref()).and_then(|before| before.total)
    };
    assert_eq!(earlier("ping"), Some(50.0));
    let alone = aggregate(&app, "name=bot.command.failures&name=bot.command.usage&formula=A/B*100&range=1h").await;
    assert!(alone.formula.expect("a formula").series.iter().all(|series| series.compared.is_none()), "beside nothing");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn filters_and_groups_by_several_attributes_choose_series(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let call = |seconds, value, status: &str, method: &str| tagged(&app, seconds, value, &[("status", status), ("method", method)]);
    let calls = [call(10, 5.0, "200", "GET"), call(20, 7.0, "200", "PUT"), call(30, 900.0, "502", "GET"), call(40, 40.0, "404", "GET")];
    app.record("bot.api.call.duration", MetricKind::Distribution, "", 1, &calls).await;
    let failed = aggregate(&app, "name=bot.api.call.duration&aggregate=max&filter=status%3E%3D500&range=1h").await;
    assert_eq!((failed.points, failed.series[0].total), (1, Some(900.0)), "an attribute that spells a number is compared as one");
    let both = aggregate(&app, "name=bot.api.call.duration&aggregate=max&by=status&by=method&top=2&range=1h").await;
    let named: Vec<(String, bool, Option<f64>)> = both
        .series
        .iter()
        .map(|series| (series.labels.iter().flatten().cloned().collect::<Vec<_>>().join(" "), series.other, series.total))
        .collect();
    let expected = [("502 GET", false, 900.0), ("404 GET", false, 40.0), ("", true, 7.0)];
    assert_eq!(named, expected.map(|(name, other, total)| (name.to_owned(), other, Some(total))));
    for wrong in ["by=nothing", "filter=anonymous:a", "by=a&by=b&by=c&by=d", "step=1w", "top=0", "aggregate=sum&aggregate=last"] {
        let name =
            if wrong.contains("last") { "name=bot.api.call.duration&name=bot.api.call.duration" } else { "name=bot.api.call.duration" };
        let (status, body) = app.get(&app.path(&format!("/metrics/aggregate?{name}&{wrong}"))).await;
        assert_eq!(status, 400, "{wrong}: {body}");
    }
    let (status, body) = app.get(&app.path("/metrics/samples?name=bot.api.call.duration&filter=status:404%20method:GET&range=1h")).await;
    assert_eq!(status, 200, "{body}");
    let samples: SamplesAnswer = serde_json::from_value(body).expect("samples");
    assert_eq!((samples.samples.len(), samples.points, samples.samples[0].value), (1, 1, 40.0));
    let heat = app.get(&app.path("/metrics/heat?name=bot.api.call.duration&range=1h")).await.1;
    let heat: HeatAnswer = serde_json::from_value(heat).expect("a heat map");
    assert_eq!(heat.counts.iter().flatten().sum::<u64>(), 4);
    assert_eq!(heat.bounds.len(), heat.counts[0].len() + 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_earlier_range_is_compared_as_far_as_this_one_is_over(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(3).await;
    let day = 24 * 3_600;
    // The bucket that is open now is left out of both: 12:07 has begun, 12:06 is not over for another minute.
    let points =
        [tagged(&app, 600, 6.0, &[]), tagged(&app, 5, 100.0, &[]), tagged(&app, day + 600, 3.0, &[]), tagged(&app, day + 5, 50.0, &[])];
    app.record("email.sent", MetricKind::Counter, "", 1, &points).await;
    let answer = aggregate(&app, "name=email.sent&range=1h&compare=previous").await;
    let series = &answer.series[0];
    let compared = series.compared.as_ref().expect("an earlier range");
    assert_eq!((series.total, compared.complete, compared.total), (Some(106.0), Some(6.0), Some(3.0)));
    assert_eq!(compared.values.iter().flatten().sum::<f64>(), 53.0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_over_is_kept_until_a_late_point_changes_it(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let points: Vec<Point> = (0..400).map(|n| tagged(&app, 30 + n * 60, 1.0, &[("shard", if n % 2 == 0 { "a" } else { "b" })])).collect();
    app.record("job.processed", MetricKind::Counter, "", 1, &points).await;
    let ask = "name=job.processed&range=24h&by=shard";
    let (cold, warm) = (aggregate(&app, ask).await, aggregate(&app, ask).await);
    assert_eq!(cold.series, warm.series);
    assert!(warm.receipt.rows_read < cold.receipt.rows_read / 3, "{} after {}", warm.receipt.rows_read, cold.receipt.rows_read);
    let hour = app.clock.now() - TimeDelta::hours(3);
    sqlx::query(
        "update metric_minute set n = n + 5, sum = sum + 5 where project_id = $1 and bucket = date_trunc('minute', $2::timestamptz)",
    )
    .bind(app.shop.id.0)
    .bind(hour)
    .execute(&app.pool)
    .await
    .expect("a late point");
    let mut tx = app.db.begin().await.expect("transaction");
    storage::metric_series::revise(&mut tx, app.shop.id, &[1, 2]).await.expect("a revision");
    tx.commit().await.expect("commit");
    let revised = aggregate(&app, ask).await;
    assert_eq!(revised.points, cold.points + 5);
}

/// Asks for charts by days while there are only hours, and again once most of them are only days.
async fn days_say_the_same(pool: PgPool, zone: Tz) {
    let app = App::start_at(pool, NOW).await.with_days_back(90).await;
    let now = app.clock.now();
    let days = (now.date_naive() - Days::new(90)).iter_days().take(90);
    partitions::ensure_days(&app.db, Table::MetricMinute, days).await.expect("partitions");
    storage::projects::set(&app.db, app.shop.id, None, Some(zone.name())).await.expect("a zone");
    app.record("db.query", MetricKind::Distribution, "ms", 1, &points(now, MetricKind::Distribution, 2_000, 80 * 24)).await;
    let ask = async || {
        let mut answers = Vec::new();
        for question in
            ["range=90d&aggregate=p95&by=table", "range=30d&step=1d&compare=previous&aggregate=avg", "range=90d&aggregate=per_minute"]
        {
            let answer = aggregate(&app, &format!("name=db.query&{question}")).await;
            // Sums of floats differ in their last digits with the order of adding up.
            let told = |value: Option<f64>| value.map(|value| format!("{value:.9e}"));
            let lines = answer.series.into_iter().map(|series| {
                let compared =
                    series.compared.map(|compared| (compared.values.into_iter().map(told).collect::<Vec<_>>(), told(compared.total)));
                (series.labels, series.values.into_iter().map(told).collect::<Vec<_>>(), told(series.total), compared)
            });
            answers.push((answer.points, lines.collect::<Vec<_>>()));
        }
        answers
    };
    let from_hours = ask().await;
    assert_eq!(from_hours[0].0, 2_000);
    let until = calendar::metric_day(now - TimeDelta::days(9), zone).0;
    app.fold(MetricKind::Distribution, zone, until).await;
    // Now only days can be read.
    sqlx::query("delete from metric_hour where bucket < $1").bind(until).execute(&app.pool).await.expect("hours go");
    app.state.forget_columns();
    assert_eq!(ask().await, from_hours);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_chart_by_days_says_the_same_once_hours_are_folded(pool: PgPool) {
    days_say_the_same(pool, Tz::UTC).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_chart_by_days_says_the_same_once_hours_are_folded_where_clocks_change(pool: PgPool) {
    days_say_the_same(pool, Tz::Europe__Berlin).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_chart_by_days_says_the_same_once_hours_are_folded_half_an_hour_off(pool: PgPool) {
    days_say_the_same(pool, Tz::Asia__Kolkata).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_kept_of_a_day_is_not_taken_for_another_clock_s_day_with_the_same_beginning(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(90).await;
    partitions::ensure_days(&app.db, Table::MetricMinute, ["2026-03-29".parse().expect("a day")].into_iter()).await.expect("partitions");
    let point = |ts: &str| Point { ts: ts.parse().expect("a time"), value: 1.0, set_hash: None, tags: BTreeMap::new(), trace_id: None };
    // Where clocks go forward on that day, it is over an hour earlier.
    app.record("orders", MetricKind::Counter, "", 1, &[point("2026-03-29T10:00:00Z"), point("2026-03-29T23:30:00Z")]).await;
    let mut days = Vec::new();
    for zone in [Tz::UTC, Tz::Europe__London] {
        storage::projects::set(&app.db, app.shop.id, None, Some(zone.name())).await.expect("a zone");
        sqlx::query("truncate metric_day").execute(&app.pool).await.expect("no days");
        app.fold(MetricKind::Counter, zone, calendar::metric_day(app.clock.now(), zone).0).await;
        let answer = aggregate(&app, "name=orders&aggregate=sum&range=90d").await;
        days.push(answer.series[0].values.iter().flatten().copied().collect::<Vec<_>>());
    }
    assert_eq!(days, [vec![2.0], vec![1.0, 1.0]]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_part_of_the_time_is_told_apart_by_what_is_more_frequent_in_it(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let mut points: Vec<Point> = (0..60).map(|n| tagged(&app, 1_800 + n * 10, 100.0, &[("gateway", "north"), ("plan", "free")])).collect();
    points.extend(
        (0..20).map(|n| tagged(&app, 1_200 + n * 10, 900.0, &[("gateway", if n < 15 { "south" } else { "north" }), ("plan", "free")])),
    );
    app.record("payment.duration_ms", MetricKind::Distribution, "", 1, &points).await;
    let (from, until) = (app.clock.now() - TimeDelta::seconds(1_400), app.clock.now() - TimeDelta::seconds(1_190));
    let part = format!("from={}&until={}", from.format("%FT%TZ"), until.format("%FT%TZ"));
    let (status, body) = app.get(&app.path(&format!("/metrics/why?name=payment.duration_ms&{part}"))).await;
    assert_eq!(status, 200, "{body}");
    let why: WhyAnswer = serde_json::from_value(body).expect("an answer");
    assert_eq!((why.inside, why.rows.len()), (20, 1), "the plan is the same everywhere: {why:?}");
    let row = &why.rows[0];
    assert_eq!((row.key.as_str(), row.value.as_str(), row.inside, row.outside), ("gateway", "south", 15, 0));
    assert!((row.effect - 0.75).abs() < 1e-9 && why.samples.iter().all(|sample| sample.tags["gateway"] == "south"));

    let samples = app.get(&app.path(&format!("/metrics/samples?name=payment.duration_ms&{part}&order=smallest"))).await.1;
    let samples: SamplesAnswer = serde_json::from_value(samples).expect("samples");
    assert_eq!(samples.samples.len(), 20);
    let (status, body) = app.get(&app.path(&format!("/metrics/sample?id={}", samples.samples[0].id))).await;
    assert_eq!(status, 200, "{body}");
    let one: SampleAnswer = serde_json::from_value(body).expect("a sample");
    assert_eq!((&one.sample, one.metric.name.as_str(), one.trace), (&samples.samples[0], "payment.duration_ms", None));
    assert_eq!(app.get(&app.path("/metrics/sample?id=nothing")).await.0, 400);
    let near = app.get(&app.path("/metrics/samples?name=payment.duration_ms&range=1h&order=p95")).await.1;
    let near: SamplesAnswer = serde_json::from_value(near).expect("samples");
    assert!(near.samples[..20].iter().all(|sample| sample.value == 900.0), "20 of 80 are above the 95th percentile's neighbours");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_metric_says_what_it_has_who_sends_it_and_what_people_say_of_it(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let points: Vec<Point> =
        (0..12_i32).map(|n| tagged(&app, 60 + i64::from(n), 1.0, &[("cache", "tldr"), ("key", &format!("k{n}"))])).collect();
    app.record("bot.cache.hits", MetricKind::Counter, "", 1, &points).await;
    let about = app.get(&app.path("/metrics/about?name=bot.cache.hits")).await.1;
    let about: MetricAnswer = serde_json::from_value(about).expect("a metric");
    let keys: Vec<(&str, u64)> = about.attributes.iter().map(|attribute| (attribute.key.as_str(), attribute.values)).collect();
    assert_eq!(keys, [("key", 12), ("cache", 1)]);
    assert_eq!((about.senders[0].points, about.summary.points, about.note.description.as_str()), (12, 12, ""));
    assert!(about.overflow.is_none());
    let (status, body) = app.get(&app.path("/metrics/suggestions?name=bot.cache.hits&field=key&text=K1")).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["values"].as_array().map(Vec::len), Some(3), "k1, k10, k11: {body}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_metric_with_too_many_series_names_the_attribute_and_the_release_that_make_them(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    // The old release sends more points, the new one more series.
    let old = (0..30_i32).map(|n| tagged(&app, 60 + i64::from(n), 1.0, &[("page", "home")]));
    let new = (0..12_i32).map(|n| tagged(&app, 90 + i64::from(n), 1.0, &[("page", "cart"), ("visitor", &format!("v{n}"))]));
    let rest = tagged(&app, 70, 1.0, &[("__other__", "true")]);
    let points: Vec<Point> = old.chain(new).chain([rest]).collect();
    app.record("visits", MetricKind::Counter, "", 1, &points).await;
    app.record("orders", MetricKind::Counter, "", 50, &points[..1]).await;
    let release = "update metric_point set release = case when tags ? 'visitor' then 'web@2' else 'web@1' end";
    sqlx::query(release).execute(&app.pool).await.expect("releases");

    let about = app.get(&app.path("/metrics/about?name=visits")).await.1;
    let about: MetricAnswer = serde_json::from_value(about).expect("a metric");
    let overflow = about.overflow.expect("an overflow");
    assert_eq!((overflow.attribute.as_deref(), overflow.values, overflow.sender.as_deref()), (Some("visitor"), 12, Some("web@2")));
    assert_eq!(about.senders[0].release.as_deref(), Some("web@1"));
    let chart = app.get(&app.path("/metrics/aggregate?name=visits&name=orders&name=visits&range=1h")).await.1;
    let chart: AggregateAnswer = serde_json::from_value(chart).expect("a chart");
    assert_eq!(chart.overflows, [overflow], "once, and none of what has room");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn thresholds_of_a_metric_come_with_the_aggregate_that_they_are_of(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    app.record("db.query", MetricKind::Distribution, "ms", 1, &points(app.clock.now(), MetricKind::Distribution, 50, 20)).await;
    let context = app.state.access().operator_context("shop").await.expect("a project");
    let metric = MetricQuery { name: "db.query".to_owned(), kind: None, unit: None };
    let say = async |text: &str| {
        let note = MetricNote { description: "Queries".to_owned(), owner: "shop".to_owned(), thresholds: explorer::thresholds(text)? };
        explorer::describe(&app.state, &context, &metric, note).await
    };
    say("p95 > 800 critical, p95 > 500 warning, per_minute < 1 critical").await.expect("a note");
    let of = async |name: &str| {
        let answer = aggregate(&app, &format!("name=db.query&range=24h&aggregate={name}")).await;
        Threshold::text(&answer.lines[0].thresholds)
    };
    assert_eq!(of("p95").await, "p95 > 800 critical, p95 > 500 warning");
    assert_eq!(of("per_minute").await, "per_minute < 1 critical");
    assert_eq!(of("avg").await, "");
    let fault = say("unique > 3").await.expect_err("no aggregate of a distribution").to_string();
    assert!(fault.contains("unique") && fault.contains("distribution"), "{fault}");
    assert!(say("p95 ~ 3").await.is_err());
    say("").await.expect("none");
    assert_eq!(of("p95").await, "");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn only_what_comes_from_sketches_is_said_to_be_within_one_percent(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    app.record("jobs", MetricKind::Counter, "", 1, &points(app.clock.now(), MetricKind::Counter, 20, 3)).await;
    let catalogue = async || {
        let (_, body) = app.get(&app.path("/metrics")).await;
        serde_json::from_value::<MetricCatalogue>(body).expect("a catalogue")
    };
    assert_eq!(catalogue().await.receipt.accuracy, Accuracy::Exact);
    app.record("db.ms", MetricKind::Distribution, "ms", 50, &points(app.clock.now(), MetricKind::Distribution, 20, 3)).await;
    let sketch = Accuracy::Relative { error: 0.01 };
    let both = catalogue().await;
    let lines: Vec<Accuracy> = both.metrics.iter().map(|metric| metric.accuracy).collect();
    assert_eq!((lines.as_slice(), both.receipt.accuracy), (&[sketch, Accuracy::Exact][..], sketch));
    assert!(both.receipt.counted.contains("every count, is exact"), "{}", both.receipt.counted);
    let answer = aggregate(&app, "name=jobs&name=db.ms&name=db.ms&aggregate=sum&aggregate=p95&aggregate=max&range=6h").await;
    let lines: Vec<Accuracy> = answer.lines.iter().map(|line| line.accuracy).collect();
    assert_eq!((lines.as_slice(), answer.receipt.accuracy), (&[Accuracy::Exact, sketch, Accuracy::Exact][..], sketch));
}

/// The metrics that the guides name, with a point of each: name, kind, unit, value, attributes.
type Example = (&'static str, MetricKind, &'static str, f64, &'static [(&'static str, &'static str)]);
const EXAMPLES: [Example; 34] = {
    use MetricKind::{Counter as C, Distribution as D, Gauge as G};
    [
        ("checkout.started", C, "", 1.0, &[]),
        ("checkout.failed", C, "", 1.0, &[("reason", "declined")]),
        ("payment.declined", C, "", 1.0, &[]),
        ("refund.issued", C, "", 1.0, &[]),
        ("email.sent", C, "", 1.0, &[("email_type", "welcome")]),
        ("email.failed", C, "", 1.0, &[]),
        ("job.processed", C, "", 1.0, &[]),
        ("job.retried", C, "", 1.0, &[]),
        ("api.request", C, "", 1.0, &[]),
        ("search.zero_results", C, "", 1.0, &[]),
        ("feature.enabled", C, "", 1.0, &[]),
        ("configuration.loaded", C, "", 1.0, &[]),
        ("queue.depth", G, "items", 7.0, &[]),
        ("pool.in_use", G, "", 3.0, &[]),
        ("memory.usage", G, "bytes", 5e8, &[]),
        ("cache.hit_rate", G, "ratio", 0.93, &[]),
        ("cart.amount_usd", D, "usd", 184.5, &[]),
        ("query.duration_ms", D, "ms", 42.0, &[("table", "users")]),
        ("file.size_bytes", D, "bytes", 1_048_576.0, &[]),
        ("bot.command.execution_time", D, "", 12.0, &[("command", "ping"), ("command_type", "slash"), ("success", "true")]),
        ("bot.command.usage", C, "", 1.0, &[("command", "ping")]),
        ("bot.command.failures", C, "", 1.0, &[("error_type", "Timeout")]),
        ("bot.database.operation.duration", D, "", 8.0, &[("operation", "query"), ("table", "users")]),
        ("bot.database.operation.count", C, "", 1.0, &[("operation", "query")]),
        ("bot.database.retries", C, "", 2.0, &[("retry_count", "2")]),
        ("bot.api.call.duration", D, "", 210.0, &[("service", "example_api"), ("status_code", "200")]),
        ("bot.api.rate_limits", C, "", 1.0, &[]),
        ("bot.cog.operation.duration", D, "", 5.0, &[("cog_name", "tldr"), ("operation", "load")]),
        ("bot.cache.hits", C, "", 1.0, &[("cache_name", "tldr")]),
        ("bot.cache.misses", C, "", 1.0, &[("cache_name", "tldr")]),
        ("bot.cache.size", G, "", 128.0, &[("cache_name", "tldr")]),
        ("bot.task.execution_time", D, "", 900.0, &[("task_name", "daily_cleanup")]),
        ("bot.task.executions", C, "", 1.0, &[("task_type", "scheduled")]),
        ("bot.task.failures", C, "", 1.0, &[("error_type", "OSError")]),
    ]
};

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_metric_of_the_guides_reads_back_under_every_aggregate_of_its_kind(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    for (place, (name, kind, unit, value, tags)) in EXAMPLES.into_iter().enumerate() {
        app.record(name, kind, unit, 10 * (place as i32 + 1), &[tagged(&app, 120, value, tags), tagged(&app, 60, value, tags)]).await;
        for of in kind.aggregates() {
            let answer = aggregate(&app, &format!("name={name}&aggregate={}&range=1h", of.word())).await;
            let expected = match of {
                Aggregate::Sum => 2.0 * value,
                Aggregate::Count => 2.0,
                // The last of 60 minutes has run for half a minute.
                Aggregate::PerSecond => (if kind == MetricKind::Counter { 2.0 * value } else { 2.0 }) / 3_570.0,
                Aggregate::PerMinute => (if kind == MetricKind::Counter { 2.0 * value } else { 2.0 }) / 59.5,
                _ => value,
            };
            assert_close(answer.series[0].total, Some(expected), 1e-9, &format!("{} of {name}", of.word()));
        }
        for (key, said) in tags {
            let grouped = aggregate(&app, &format!("name={name}&by={key}&range=1h")).await;
            assert_eq!(grouped.series[0].labels, [Some((*said).to_owned())], "{name} by {key}");
        }
    }
    let (_, body) = app.get(&app.path("/metrics")).await;
    let catalogue: MetricCatalogue = serde_json::from_value(body).expect("a catalogue");
    assert_eq!(catalogue.metrics.len(), EXAMPLES.len());
}
