//! Audience figures against a plain recount in SQL over the raw rows.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Scope;
use protocol::audience::AudienceAnswer;
use query_api::audience;
use sqlx::PgPool;

use crate::app::App;
use crate::sent::{Dice, Sent, view};

/// Two days after Berlin's clocks went forward.
const NOW: &str = "2026-03-31T10:07:30Z";

/// People who come back, over the last 16 days.
fn visits(now: DateTime<Utc>) -> Vec<Sent> {
    let mut dice = Dice::new(7);
    (0..900)
        .map(|_| {
            let at = now - TimeDelta::seconds(dice.roll(16 * 24 * 3_600) as i64 + 1);
            let mut event = view(&format!("u{}", dice.roll(60)), at);
            if dice.roll(3) == 0 {
                event.name = ["cart.add", "search"][dice.roll(2) as usize].to_owned();
            }
            event.route = [Some("/"), Some("/cart"), Some("/orders/:id"), None][dice.roll(4) as usize].map(str::to_owned);
            event.is_bot = dice.roll(10) == 0;
            event.weight = if dice.roll(8) == 0 { 4.0 } else { 1.0 };
            if dice.roll(20) == 0 {
                event.user = String::new();
            }
            event
        })
        .collect()
}

async fn answer(app: &App, range: &str) -> AudienceAnswer {
    let (status, body) = app.get(&app.path(&format!("/audience/metrics?range={range}"))).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("an answer")
}

/// (people, page views, events) of humans in a half-open range, from the raw rows.
async fn recount(app: &App, from: DateTime<Utc>, until: DateTime<Utc>) -> (i64, f64, f64) {
    sqlx::query_as(
        "select count(distinct (actor_kind, actor)) filter (where actor_kind > 0),
                coalesce(sum(weight) filter (where name = '$pageview'), 0), coalesce(sum(weight), 0)
         from event where project_id = $1 and not is_bot and ts >= $2 and ts < $3",
    )
    .bind(app.shop.id.0)
    .bind(from)
    .bind(until)
    .fetch_one(&app.pool)
    .await
    .expect("a recount")
}

fn figures(counts: protocol::audience::Counts) -> (i64, f64, f64) {
    (counts.people as i64, counts.page_views, counts.events)
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn days_of_berlin_are_counted_as_a_recount_by_its_calendar_says(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(17).await;
    let visits = visits(app.clock.now());
    app.store(app.shop.id, &visits).await;
    app.count(app.shop.id, &visits).await;
    let answer = answer(&app, "7d").await;

    let by_day: Vec<(DateTime<Utc>, i64, f64, f64)> = sqlx::query_as(
        "select day::timestamp at time zone 'Europe/Berlin', count(distinct (actor_kind, actor)) filter (where actor_kind > 0),
                coalesce(sum(weight) filter (where name = '$pageview'), 0), coalesce(sum(weight), 0)
         from generate_series('2026-03-25'::date, '2026-03-31'::date, '1 day') day
         left join event on project_id = $1 and not is_bot and (ts at time zone 'Europe/Berlin')::date = day::date
         group by day order by day",
    )
    .bind(app.shop.id.0)
    .fetch_all(&app.pool)
    .await
    .expect("a recount");
    let found: Vec<_> = answer
        .buckets
        .iter()
        .map(|bucket| {
            let (people, page_views, events) = figures(bucket.counts);
            (bucket.start, people, page_views, events)
        })
        .collect();
    assert_eq!(found, by_day);
    let hours: Vec<i64> = answer.buckets.iter().map(|bucket| (bucket.end - bucket.start).num_hours()).collect();
    assert_eq!(hours, [24, 24, 24, 24, 23, 24, 24]);
    assert_eq!(answer.buckets.iter().map(|bucket| bucket.open).collect::<Vec<_>>(), [false, false, false, false, false, false, true]);

    let (from, until) = (answer.buckets[0].start, answer.buckets[6].end);
    assert_eq!(figures(answer.totals), recount(&app, from, until).await);
    // 12:07 on the wall, a week earlier in winter time: 11:00 UTC by the quarter.
    let cut = "2026-03-24T11:00:00Z".parse().unwrap();
    assert_eq!(figures(answer.previous_totals.expect("an earlier range")), recount(&app, answer.previous[0].start, cut).await);
    for bucket in &answer.previous {
        assert_eq!(figures(bucket.counts), recount(&app, bucket.start, bucket.end).await);
    }
    assert_eq!(answer.previous.len(), 7);
    assert!(answer.receipt.weighted && answer.receipt.rows_read > 0);
    assert_eq!(answer.receipt.zone, "Europe/Berlin");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn hours_names_and_routes_are_those_of_a_recount(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(17).await;
    let mut visits = visits(app.clock.now());
    for visit in &mut visits {
        // Two days in place of sixteen.
        visit.ts = app.clock.now() - (app.clock.now() - visit.ts) / 8;
        visit.received_at = visit.ts;
    }
    app.store(app.shop.id, &visits).await;
    app.count(app.shop.id, &visits).await;
    let answer = answer(&app, "24h").await;
    assert_eq!((answer.buckets.len(), answer.previous.len()), (24, 24));
    for bucket in answer.buckets.iter().chain(&answer.previous) {
        assert_eq!(figures(bucket.counts), recount(&app, bucket.start, bucket.end).await, "{bucket:?}");
    }
    let (from, until) = (answer.buckets[0].start, answer.buckets[23].end);
    assert_eq!(until, "2026-03-31T11:00:00Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(
        figures(answer.previous_totals.expect("an earlier range")),
        recount(&app, from - TimeDelta::hours(24), "2026-03-30T10:00:00Z".parse().unwrap()).await
    );
    let rows = |column: &str, order: &str| {
        sqlx::query_as::<_, (String, i64, f64)>(sqlx::AssertSqlSafe(format!(
            "select {column}, count(distinct (actor_kind, actor)) filter (where actor_kind > 0) as people, sum(weight) as events
             from event where project_id = $1 and not is_bot and {column} is not null and ts >= $2 and ts < $3 group by 1 order by {order} desc, 1 limit 10"
        )))
        .bind(app.shop.id.0)
        .bind(from)
        .bind(until)
        .fetch_all(&app.pool)
    };
    let routes: Vec<_> = answer.routes.iter().map(|row| (row.route.clone(), row.people as i64, row.events)).collect();
    assert_eq!(routes, rows("route", "people").await.expect("a recount"));
    let names: Vec<_> = answer.names.iter().map(|row| (row.name.clone(), row.people as i64, row.events)).collect();
    assert_eq!(names, rows("name", "events").await.expect("a recount"));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_uncounted_flush_keeps_buckets_open(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let complete = answer(&app, "24h").await;
    assert_eq!(complete.receipt.complete_through, app.clock.now() - TimeDelta::seconds(2));
    assert_eq!(complete.buckets.iter().filter(|bucket| bucket.open).count(), 1);
    let committed_at: DateTime<Utc> = "2026-03-31T08:30:00Z".parse().unwrap();
    sqlx::query(
        "insert into pending (project_id, flush_id, received_from, received_until, committed_at, events, points, imported, outcomes)
         values ($1, gen_random_uuid(), $2, $2, $2, 1, 0, false, '[]')",
    )
    .bind(app.shop.id.0)
    .bind(committed_at)
    .execute(&app.pool)
    .await
    .unwrap();
    let waiting = answer(&app, "24h").await;
    assert_eq!(waiting.receipt.complete_through, committed_at);
    assert_eq!(waiting.buckets.iter().filter(|bucket| bucket.open).count(), 3, "8:00, 9:00 and 10:00 UTC");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_project_begins_with_its_first_event_and_a_receipt_ends_now(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    assert!(!audience::has_begun(&app.state, &app.context().await).await.expect("an answer"));
    let sent = [Sent { is_bot: true, ..view("crawler", app.clock.now() - TimeDelta::hours(1)) }];
    app.store(app.shop.id, &sent).await;
    app.count(app.shop.id, &sent).await;
    assert!(audience::has_begun(&app.state, &app.context().await).await.expect("an answer"));
    for range in ["24h", "7d", "30d", "90d"] {
        let answer = answer(&app, range).await;
        assert!(answer.buckets.last().expect("a bucket").end > app.clock.now(), "{range} ends with an open bucket");
        assert_eq!(answer.receipt.until, app.clock.now(), "{range}: nobody can have sent what is missing from the future");
    }
}

/// The rollup knows no sessions.
fn without_sessions(mut answer: AudienceAnswer) -> AudienceAnswer {
    answer.totals.sessions = None;
    answer.previous_totals.iter_mut().for_each(|totals| totals.sessions = None);
    answer.buckets.iter_mut().chain(&mut answer.previous).for_each(|bucket| bucket.counts.sessions = None);
    answer
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn where_segments_are_gone_the_rollup_says_the_same(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(17).await;
    let visits = visits(app.clock.now());
    app.store(app.shop.id, &visits).await;
    app.count(app.shop.id, &visits).await;
    for range in ["24h", "7d", "30d"] {
        let from_segments = without_sessions(answer(&app, range).await);
        sqlx::query("update work set segments_from = '2100-01-01'").execute(&app.pool).await.expect("segments gone");
        let from_rollup = answer(&app, range).await;
        sqlx::query("update work set segments_from = null").execute(&app.pool).await.expect("segments back");
        assert!(from_rollup.totals.events > 0.0);
        assert_eq!(AudienceAnswer { receipt: from_segments.receipt.clone(), ..from_rollup }, from_segments, "{range}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn notes_are_kept_by_editors_within_their_bounds(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let editor = testkit::keys::secret(&app.db, &app.shop, '7', &[Scope::Read, Scope::Write], app.clock.now()).await;
    let bearer = format!("Bearer {editor}");
    let post = async |path: &str| app.ask("POST", &app.path(path), &[("authorization", bearer.as_str())]).await;
    let (status, noted) = post("/annotations/add?text=%20Spring%20%20mailing&at=2026-03-30T09:00:00Z").await;
    assert_eq!((status, noted["text"].as_str(), noted["at"].as_str()), (200, Some("Spring mailing"), Some("2026-03-30T09:00:00Z")));
    let (_, now) = post("/annotations/add?text=Deployed").await;
    assert_eq!(now["at"], serde_json::json!("2026-03-31T10:07:30Z"));
    let (_, listed) = app.get(&app.path("/annotations")).await;
    assert_eq!(listed, serde_json::json!([noted, now]));
    let (_, part) = app.get(&app.path("/annotations?from=2026-03-30T00:00:00Z&until=2026-03-31T00:00:00Z")).await;
    assert_eq!(part, serde_json::json!([noted]));
    for (path, detail) in [
        ("/annotations/add?text=%20", "the parameter `text` is missing".to_owned()),
        (&format!("/annotations/add?text={}", "x".repeat(201)), "the parameter `text` is too long".to_owned()),
        ("/annotations/add?text=x&at=noon", "the parameter `at` cannot be `noon`".to_owned()),
    ] {
        let (status, body) = post(path).await;
        assert_eq!((status, body["detail"].as_str()), (400, Some(detail.as_str())), "{path}");
    }
    let reader = format!("Bearer {}", app.key);
    let (status, _) = app.ask("POST", &app.path("/annotations/add?text=x"), &[("authorization", &reader)]).await;
    assert_eq!(status, 403);
    let remove = format!("/annotations/{}/remove", noted["id"].as_str().expect("an id"));
    assert_eq!((post(&remove).await.0, post(&remove).await.0), (204, 204));
    assert_eq!(app.get(&app.path("/annotations")).await.1, serde_json::json!([now]));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn errors_stand_beside_the_figures_in_the_same_buckets(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(17).await;
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    let visits = visits(now);
    app.store(app.shop.id, &visits).await;
    app.count(app.shop.id, &visits).await;
    // Level, weight, hours ago: a warning is no error, and what is older than the range is not in it.
    for (place, (level, weight, hours)) in
        [(17, 1.0, 1), (21, 4.0, 2), (13, 1.0, 2), (17, 1.0, 30), (17, 1.0, 24 * 8)].into_iter().enumerate()
    {
        let at = now - TimeDelta::hours(hours);
        sqlx::query(
            "insert into error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, level, message, handled, stacktrace, cause,
                breadcrumbs, fingerprint, tags, context, actor_kind, actor, environment, weight, flags)
             values ($1, $6, gen_random_uuid(), $3, gen_random_uuid(), gen_random_uuid(), $2, $4, 'm', true, '[]', '[]', '[]', '[]', '{}', '{}', 0, '', 'prod', $5, 0)",
        )
        .bind(app.shop.id.0)
        .bind(at)
        .bind(place as i32)
        .bind(level as i16)
        .bind(weight)
        .bind(now)
        .execute(&app.pool)
        .await
        .expect("an error");
    }
    let week = answer(&app, "7d").await;
    let errors = week.errors.expect("no filter");
    assert_eq!(errors.len(), week.buckets.len());
    assert_eq!((errors[6], errors[5], errors.iter().sum::<f64>()), (5.0, 1.0, 6.0));
    let (_, filtered) = app.get(&app.path("/audience/metrics?range=7d&filter=country:DE")).await;
    assert_eq!(filtered["errors"], serde_json::Value::Null, "a filter of events says nothing of errors");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_release_is_marked_where_its_first_event_ever_is(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(17).await;
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    let of = |release: &str, hours: i64| Sent { release: Some(release.to_owned()), ..view("u1", now - TimeDelta::hours(hours)) };
    let events =
        [of("web@1", 24 * 10), of("web@1", 30), of("web@2", 50), of("web@2", 40), of("web@3", 3), view("u2", now - TimeDelta::hours(1))];
    app.store(app.shop.id, &events).await;
    app.count(app.shop.id, &events).await;
    let marked = |answer: AudienceAnswer| answer.releases.into_iter().map(|mark| (mark.release, mark.at)).collect::<Vec<_>>();
    let (second, third) = (("web@2".to_owned(), now - TimeDelta::hours(50)), ("web@3".to_owned(), now - TimeDelta::hours(3)));
    assert_eq!(marked(answer(&app, "7d").await), [second, third.clone()]);
    assert_eq!(marked(answer(&app, "24h").await), [third]);
    let (_, filtered) = app.get(&app.path("/audience/metrics?range=7d&filter=country:XX")).await;
    assert_eq!(filtered["releases"].as_array().map(Vec::len), Some(2), "a release came up, whatever the page is filtered by");
}
