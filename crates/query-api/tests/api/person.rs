//! One person's timeline and profile over stored rows.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::timeline::{TimelineAnswer, TimelineBody, TimelineItem};
use serde_json::{Value, json};
use sqlx::PgPool;
use storage::partitions;

use crate::app::App;
use crate::links::said;
use crate::sent::{Dice, Sent, view};

/// What a page tells of an event.
type Told = (DateTime<Utc>, String, Option<String>);

/// Events of three people over 90 days, crowded ones and several at one moment among them: most are of `ann`, who is `a1` too.
async fn app(pool: PgPool, seed: u64) -> (App, Vec<Sent>) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    for day in 0..95 {
        partitions::ensure(&app.db, now - TimeDelta::days(day)).await.expect("partitions");
    }
    let mut dice = Dice::new(seed);
    let mut events = Vec::new();
    while events.len() < 900 {
        // Half of them in the last two days.
        let minutes = if dice.roll(2) == 0 { dice.roll(2 * 1_440) } else { dice.roll(90 * 1_440) };
        let at = now - TimeDelta::minutes(minutes as i64 + 1);
        let user = ["ann", "ann", "a1", "bob"][dice.roll(4) as usize];
        for n in 0..=dice.roll(3) {
            let ts = at + TimeDelta::seconds(if dice.roll(3) == 0 { 0 } else { n as i64 * 7 });
            let name = if dice.roll(2) == 0 { "$pageview".to_owned() } else { format!("e{}", dice.roll(1_000_000)) };
            let session = (dice.roll(2) == 0).then(|| format!("s{minutes}"));
            events.push(Sent { name, session, route: Some(format!("/{}", dice.roll(1_000_000))), ..view(user, ts) });
        }
    }
    app.store(app.shop.id, &events).await;
    app.count(app.shop.id, &events).await;
    app.link(app.shop.id, &[said("ann", "a1", 5)]).await;
    sqlx::query("update event set actor_kind = 2 where actor = 'a1'").execute(&app.pool).await.expect("kinds");
    (app, events)
}

async fn page(app: &App, query: &str) -> TimelineAnswer {
    let (status, body) = app.get(&app.path(&format!("/users/timeline?{query}"))).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("a page")
}

fn told(item: &TimelineItem) -> Told {
    match &item.body {
        TimelineBody::View { route, .. } => (item.ts, "$pageview".to_owned(), route.clone()),
        TimelineBody::Event { name, route, .. } => (item.ts, name.clone(), route.clone()),
        other => panic!("{other:?} was never sent"),
    }
}

fn items(page: &TimelineAnswer) -> Vec<Told> {
    page.sessions.iter().flat_map(|session| &session.items).map(told).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn pages_of_a_timeline_hold_every_event_of_every_id_once_and_nobody_elses(pool: PgPool) {
    let (app, events) = app(pool, 7).await;
    for (query, wanted) in
        [("id=ann", None), ("kind=anonymous&id=a1", None), ("id=ann&only=view", Some(true)), ("id=ann&only=event", Some(false))]
    {
        let is_wanted = |event: &&Sent| event.user != "bob" && wanted.is_none_or(|views| (event.name == "$pageview") == views);
        let mut expected: Vec<Told> =
            events.iter().filter(is_wanted).map(|event| (event.ts, event.name.clone(), event.route.clone())).collect();
        expected.sort();
        let (mut found, mut pages, mut before) = (Vec::new(), 0, String::new());
        loop {
            let page = page(&app, &format!("{query}{before}")).await;
            let here = items(&page);
            assert!(here.len() <= 200 && !page.crowded);
            if let (Some(newest), Some(oldest)) = (here.iter().max(), found.iter().min()) {
                assert!(newest < oldest, "a later page holds what was earlier");
            }
            assert!(page.sessions.iter().all(|session| session.items.is_sorted_by(|a, b| a.ts >= b.ts)));
            found.extend(here);
            pages += 1;
            let Some(next) = page.next else { break };
            before = format!("&before={}", next.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
        }
        found.sort();
        assert_eq!(found, expected, "{query}");
        assert!(pages > 1, "{query} fits on one page");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_part_of_a_timeline_is_what_lies_between_two_times(pool: PgPool) {
    let (app, events) = app(pool, 8).await;
    let (from, before) = (app.clock.now() - TimeDelta::hours(30), app.clock.now() - TimeDelta::hours(20));
    let page = page(&app, &format!("id=ann&from={}&before={}", from.format("%FT%TZ"), before.format("%FT%TZ"))).await;
    let within = |event: &&Sent| event.user != "bob" && (from..before).contains(&event.ts);
    let expected: BTreeSet<Told> = events.iter().filter(within).map(|event| (event.ts, event.name.clone(), event.route.clone())).collect();
    assert!(!expected.is_empty() && page.next.is_none());
    assert_eq!(items(&page).into_iter().collect::<BTreeSet<_>>(), expected);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_profile_counts_the_days_of_the_projects_zone_under_every_id(pool: PgPool) {
    let (app, events) = app(pool, 9).await;
    let (status, profile) = app.get(&app.path("/users/profile?kind=anonymous&id=a1")).await;
    assert_eq!((status, &profile["name"]), (200, &json!({"kind": "user", "id": "ann"})), "{profile}");
    assert_eq!(profile["ids"].as_array().expect("ids").len(), 2);
    assert_eq!(profile["links"][0]["state"], "active");
    let mut expected = std::collections::BTreeMap::<String, f64>::new();
    for event in events.iter().filter(|event| event.user != "bob") {
        let day = event.ts.with_timezone(&chrono_tz::Europe::Berlin).date_naive();
        *expected.entry(day.to_string()).or_default() += event.weight;
    }
    let days = profile["activity"].as_array().expect("days");
    assert_eq!((days.len(), days.last().map(|day| &day["day"])), (105, Some(&json!("2026-05-14"))));
    let found: std::collections::BTreeMap<String, f64> = days
        .iter()
        .filter(|day| !day["events"].is_null() && day["events"] != json!(0.0))
        .map(|day| (day["day"].as_str().expect("a day").to_owned(), day["events"].as_f64().expect("a number")))
        .collect();
    assert_eq!(found, expected);
    assert!(days[..9].iter().all(|day| day["events"].is_null()), "no day before the first partition is known");
    let last = events.iter().filter(|event| event.user != "bob").map(|event| event.ts).max();
    assert_eq!(profile["last_seen"].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok()), last);
    assert_eq!(profile["activity_at_least"], Value::Bool(false));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nobody_has_an_id_that_was_never_counted(pool: PgPool) {
    let app = App::start(pool).await;
    for path in ["/users/profile?id=ghost", "/users/timeline?id=ghost", "/users/profile?kind=session&id=ghost"] {
        let (status, body) = app.get(&app.path(path)).await;
        assert_eq!((status, body["detail"].as_str()), (404, Some("the project knows nobody by the id `ghost`")), "{path}");
    }
    let (status, body) = app.get(&app.path("/users/timeline?id=ghost&only=wave")).await;
    assert_eq!((status, &body["code"]), (400, &json!("bad_request")));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_page_of_one_kind_is_not_cut_by_what_it_does_not_show(pool: PgPool) {
    let (app, events) = app(pool, 10).await;
    let oldest = events.iter().filter(|event| event.user == "ann").map(|event| event.ts).min().expect("an event");
    sqlx::query(
        "insert into error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, level, message, handled, stacktrace, cause,
         breadcrumbs, fingerprint, tags, context, actor_kind, actor, environment, weight, flags)
         values ($1, $2, $3, 0, $3, $3, $2, 17, 'no', true, '[]', '[]', '[]', '[]', '{}', '{}', 1, 'ann', 'prod', 1, 0)",
    )
    .bind(app.shop.id.0)
    .bind(oldest)
    .bind(crate::sent::id())
    .execute(&app.pool)
    .await
    .expect("a report");
    let errors = page(&app, "kind=anonymous&id=a1&only=error").await;
    let found: Vec<_> = errors.sessions.iter().flat_map(|session| &session.items).map(|item| (item.ts, item.body.failed())).collect();
    assert_eq!((found, errors.next), (vec![(oldest, true)], None), "hundreds of later events are not in its way");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn times_that_no_calendar_reaches_are_refused(pool: PgPool) {
    let (app, _) = app(pool, 11).await;
    for path in [
        "/users/timeline?id=ann&before=-262143-01-01T00:00:00Z",
        "/users/timeline?id=ann&before=%2B262142-12-31T23:59:59Z",
        "/users/timeline?id=ann&from=-5000-01-01T00:00:00Z",
        "/audience/metrics?from=-262143-01-01&until=-262143-01-03",
        "/trend?from=-262143-01-01T00:00:00Z&until=2026-01-01T00:00:00Z",
        "/hours?from=2026-01-01&until=%2B262142-12-31",
        "/annotations?from=-5000-01-01T00:00:00Z",
    ] {
        let (status, body) = app.get(&app.path(path)).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("bad_request")), "{path}: {body}");
    }
}
