//! Analyses through the API: a small history whose figures can be reckoned by hand.

use chrono::{DateTime, Utc};
use protocol::metric::MetricKind;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::App;
use crate::links::said;
use crate::points::Point;
use crate::sent::{Sent, view};

/// A Thursday, noon in Berlin.
const NOW: &str = "2026-05-14T10:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-05-{text}:00Z").parse().expect("a time")
}

fn event(user: &str, name: &str, time: &str) -> Sent {
    Sent { name: name.to_owned(), session: Some(format!("{user} {}", &time[..2])), ..view(user, at(time)) }
}

/// Two people who come back, one who buys; a robot; somebody without an id.
fn history() -> Vec<Sent> {
    let plan = |plan: &str, price: f64, event: Sent| Sent { props: json!({"plan": plan, "price": price}), ..event };
    vec![
        event("ann", "$pageview", "12T08:00"),
        Sent { route: Some("/cart".to_owned()), country: Some("DE".to_owned()), ..event("ann", "$pageview", "12T08:02") },
        plan("pro", 19.99, event("ann", "buy", "12T08:10")),
        event("ann", "$pageview", "13T08:00"),
        Sent { country: Some("FR".to_owned()), ..event("bob", "$pageview", "13T09:00") },
        plan("free", 0.0, event("bob", "buy", "13T11:00")),
        event("bob", "$pageview", "14T09:30"),
        Sent { is_bot: true, ..event("bot", "$pageview", "13T09:00") },
        Sent { user: String::new(), ..view("", at("13T10:00")) },
    ]
}

async fn shop(pool: PgPool) -> App {
    let app = App::start_at(pool, NOW).await.with_days_back(4).await;
    let history = history();
    app.store(app.shop.id, &history).await;
    app.count(app.shop.id, &history).await;
    app
}

async fn ask(app: &App, path: &str) -> Value {
    let (status, body) = app.get(&app.path(path)).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// The members of a list under one key.
fn each(list: &Value, key: &str) -> Vec<Value> {
    list.as_array().expect("a list").iter().map(|member| member[key].clone()).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_trend_counts_events_and_people_by_day_of_the_zone(pool: PgPool) {
    let app = shop(pool).await;
    let trend = ask(&app, "/trend?range=7d&series=name:$pageview&series=name:buy&formula=B/A*100&rank=people").await;
    let people = |series: usize| each(&trend["series"][series]["counts"], "people");
    assert_eq!(people(0), [0, 0, 0, 0, 1, 2, 1].map(Value::from));
    assert_eq!(people(1), [0, 0, 0, 0, 1, 1, 0].map(Value::from));
    assert_eq!(trend["series"][0]["total"], json!({"events": 6.0, "people": 2}));
    assert_eq!(trend["formula"]["values"], json!([null, null, null, null, 100.0, 50.0, 0.0]));
    assert_eq!(trend["formula"]["total"], json!(100.0));
    let open: Vec<Value> = each(&trend["buckets"], "open");
    assert_eq!(open.iter().filter(|open| **open == true).count(), 1);
    assert_eq!(trend["receipt"]["bots"], "humans");
    assert_eq!(trend["receipt"]["zone"], app.shop.zone);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_trend_is_measured_by_sessions_and_by_the_numbers_of_a_prop(pool: PgPool) {
    let app = shop(pool).await;
    let asked = "/trend?range=7d&series=name:buy&measure=sum(price)&series=name:buy&measure=people&series=name:$pageview&measure=sessions\
                 &series=name:buy&measure=median(price)&formula=A/B";
    let trend = ask(&app, asked).await;
    let values = |series: usize| trend["series"][series]["values"].clone();
    let whole = |series: usize| trend["series"][series]["value"].clone();
    assert_eq!((values(0), whole(0)), (json!([0.0, 0.0, 0.0, 0.0, 19.99, 0.0, 0.0]), json!(19.99)));
    assert_eq!((values(1), whole(1)), (json!([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]), json!(2.0)));
    assert_eq!((values(2), whole(2)), (json!([0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0]), json!(4.0)));
    assert_eq!((values(3), whole(3)), (json!([null, null, null, null, 19.99, 0.0, null]), json!(0.0)));
    assert_eq!(trend["formula"]["values"], json!([null, null, null, null, 19.99, 0.0, null]));
    assert_eq!(trend["formula"]["total"], json!(9.995));
    let by_plan = ask(&app, "/trend?range=7d&series=name:buy&measure=mean(price)&by=plan&top=1").await;
    assert_eq!(each(&by_plan["series"], "key"), [json!({"value": "free"}), json!("other")]);
    assert_eq!(each(&by_plan["series"], "value"), [json!(0.0), json!(19.99)]);
    let (status, body) = app.get(&app.path("/trend?measure=sum()")).await;
    assert_eq!((status, body["title"].is_string()), (400, true), "{body}");
    assert_eq!(app.get(&app.path("/trend?by=plan&measure=sessions")).await.0, 400);
    let csv = app.text(&app.path("/trend?range=7d&series=name:buy&measure=sum(price)&format=csv")).await;
    assert!(csv.starts_with("start,A events,A people,A sum(price)\n"), "{csv}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn active_people_are_those_of_the_day_and_of_the_days_before(pool: PgPool) {
    let app = shop(pool).await;
    let active = ask(&app, "/active?range=7d").await;
    let people = |window: &str| each(&active["days"], window);
    assert_eq!(people("daily"), [0, 0, 0, 0, 1, 2, 1].map(|n| json!(n)));
    assert_eq!(people("weekly"), [0, 0, 0, 0, 1, 2, 2].map(|n| json!(n)));
    assert_eq!(people("monthly"), people("weekly"));
    // Ann was here eight days before, and not in the week that ends the day after tomorrow.
    let later = ask(&app, "/active?from=2026-05-14&until=2026-05-14&filter=user:ann").await;
    assert_eq!((each(&later["days"], "daily"), each(&later["days"], "weekly")), (vec![json!(0)], vec![json!(1)]));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn filters_breakdowns_and_bots_change_what_is_counted(pool: PgPool) {
    let app = shop(pool).await;
    let total = async |query: &str| ask(&app, &format!("/trend?{query}")).await["series"][0]["total"].clone();
    assert_eq!(total("filter=").await, json!({"events": 8.0, "people": 2}));
    assert_eq!(total("bots=all").await, json!({"events": 9.0, "people": 3}));
    assert_eq!(total("filter=price%3E10").await, json!({"events": 1.0, "people": 1}));
    assert_eq!(total("filter=user:ann").await, json!({"events": 4.0, "people": 1}));
    assert_eq!(total("filter=user!%3Dann").await, json!({"events": 4.0, "people": 1}));
    assert_eq!(total("filter=country%20absent").await["events"], json!(6.0));
    assert_eq!(total("filter=name:nothing").await, json!({"events": 0.0, "people": 0}));
    let by_plan = ask(&app, "/trend?by=plan&series=name:buy&top=1").await;
    assert_eq!(each(&by_plan["series"], "key"), [json!({"value": "free"}), json!("other")]);
    let by_country = ask(&app, "/trend?by=country&rank=people").await;
    assert_eq!(each(&by_country["series"], "key"), [json!("absent"), json!({"value": "DE"}), json!({"value": "FR"})]);
    let pairs = ask(&app, "/trend?by=country&by=plan&series=name:buy").await;
    assert_eq!(each(&pairs["series"], "key"), [json!({"pair": [null, "free"]}), json!({"pair": [null, "pro"]})]);
    let hours = ask(&app, "/trend?from=2026-05-12T08:00:00Z&until=2026-05-12T10:00:00Z&step=1h").await;
    assert_eq!(each(&hours["series"][0]["counts"], "events"), [json!(3.0), json!(0.0)]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn where_segments_are_gone_a_trend_of_the_rollup_says_the_same_and_others_say_what_they_lack(pool: PgPool) {
    let app = shop(pool).await;
    app.link(app.shop.id, &[said("ann", "a7", 10), said("bob", "a7", 9)]).await;
    let in_both = [
        "/trend?range=7d",
        "/trend?range=7d&step=1h&bots=all",
        "/trend?range=7d&series=name:$pageview&series=name:buy&series=route:/cart&formula=B/A*100&rank=people",
        "/trend?range=7d&by=name",
        "/trend?range=7d&by=name&top=1&rank=people",
        "/trend?range=7d&by=name&top=2&bots=all",
    ];
    let told = async |path: &str| {
        let mut answer = ask(&app, path).await;
        let receipt = answer.as_object_mut().expect("an object").remove("receipt").expect("a receipt");
        (answer, receipt["missing"].clone())
    };
    let mut from_segments = Vec::new();
    for path in in_both {
        from_segments.push(told(path).await);
    }
    let mut tx = app.db.begin().await.expect("transaction");
    storage::segments::remove_day(&mut tx, app.shop.id, at("12T00:00").date_naive()).await.expect("a day is gone");
    tx.commit().await.expect("commit");
    for (path, (answer, missing)) in in_both.into_iter().zip(from_segments) {
        assert_eq!((missing, told(path).await), (Value::Null, (answer, Value::Null)), "{path}");
    }
    let (countries, missing) = told("/trend?range=7d&by=country").await;
    assert_eq!(each(&countries["series"], "key"), [json!("absent"), json!({"value": "FR"})]);
    assert_eq!(missing, json!({"before": "2026-05-13T00:00:00Z"}));
    let mixed = told("/trend?range=7d&series=name:$pageview&series=country:DE&formula=B/A").await;
    assert_eq!(
        (&mixed.0["formula"]["total"], mixed.1),
        (&json!(0.0), missing.clone()),
        "of the same days: nobody from DE was here after the 12th"
    );
    // The range before is compared only where all of it can be counted.
    let (days, lacking) = told("/audience/metrics?range=24h&filter=country:FR").await;
    assert_eq!((days["previous"].as_array().expect("buckets").len(), lacking), (24, Value::Null));
    sqlx::query("update work set segments_from = '2026-05-14'").execute(&app.pool).await.expect("another day is gone");
    let (days, lacking) = told("/audience/metrics?range=24h&filter=country:FR").await;
    assert_eq!((days["previous"].as_array().expect("buckets").len(), lacking), (0, json!({"before": "2026-05-14T00:00:00Z"})));
    sqlx::query("update work set segments_from = '2026-05-13'").execute(&app.pool).await.expect("as before");
    assert_eq!(told("/funnel?step=name:buy&range=7d").await.1, missing);
    assert_eq!(told("/retention?range=7d").await.1, missing);
    assert_eq!(told("/funnel?step=name:buy&range=24h").await.1, Value::Null, "the range begins later");
    sqlx::query("insert into segment_debt values ($1, now(), now(), gen_random_uuid())")
        .bind(app.shop.id.0)
        .execute(&app.pool)
        .await
        .expect("a debt");
    assert_eq!(told("/trend?range=24h&by=country").await.1, json!("arriving"));
    assert_eq!(told(in_both[0]).await.1, Value::Null, "the rollup has them");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_funnel_says_who_got_how_far_in_which_time(pool: PgPool) {
    let app = shop(pool).await;
    let funnel = ask(&app, "/funnel?step=name:$pageview&step=name:buy&window=3600").await;
    assert_eq!(each(&funnel["steps"], "reached"), [2, 1].map(Value::from));
    assert_eq!(funnel["steps"][1]["of_previous"], json!(0.5));
    // From the page view at 8:02, not from the first one: the attempt that has more of its window left.
    assert_eq!(funnel["steps"][1]["median_since_first_ms"], json!(8 * 60_000));
    let longer = ask(&app, "/funnel?step=name:$pageview&step=name:buy&window=7200&by=country").await;
    assert_eq!(each(&longer["steps"], "reached"), [2, 2].map(Value::from));
    assert_eq!(each(&longer["groups"], "key"), [json!({"value": "DE"}), json!({"value": "FR"})]);
    let sessions = ask(&app, "/funnel?step=name:$pageview&step=name:buy&unit=sessions").await;
    assert_eq!(each(&sessions["steps"], "reached"), [4, 2].map(Value::from));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn steps_of_one_millisecond_are_in_the_order_of_their_seq_wherever_they_lie(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(4).await;
    let step = |user: &str, name: &str, seq: i64, day: u32| Sent { seq: Some(seq), ..event(user, name, &format!("{day}T08:00")) };
    // Of one actor and in one segment they lie in their order; in several segments of a day somebody must put them in it.
    app.count(app.shop.id, &[step("in order", "buy", 2, 12), step("reversed", "$pageview", 2, 12), step("reversed", "buy", 1, 12)]).await;
    app.count(app.shop.id, &[step("in order", "$pageview", 1, 12), step("reversed", "buy", 1, 12)]).await;
    let funnel = async || {
        let funnel = ask(&app, "/funnel?step=name:$pageview&step=name:buy&window=3600").await;
        each(&funnel["steps"], "reached")
    };
    assert_eq!(funnel().await, [2, 1].map(Value::from));
    // One person as two actors, whose rows lie one behind the other in one segment.
    let two = [step("a1", "$pageview", 1, 13), step("late", "buy", 2, 13), step("a2", "$pageview", 2, 13), step("early", "buy", 1, 13)];
    app.count(app.shop.id, &two).await;
    assert_eq!(funnel().await, [4, 1].map(Value::from));
    app.link(app.shop.id, &[said("late", "a1", 10), said("early", "a2", 10)]).await;
    assert_eq!(funnel().await, [4, 2].map(Value::from));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn retention_and_lifecycle_say_who_came_back(pool: PgPool) {
    let app = shop(pool).await;
    let retention = ask(&app, "/retention?from=2026-05-11T22:00:00Z&until=2026-05-14T22:00:00Z&step=1d").await;
    assert_eq!(each(&retention["cohorts"], "people"), [1, 1, 0].map(Value::from));
    assert_eq!(each(&retention["cohorts"], "back"), [json!([1, 1, 0]), json!([1, 1]), json!([0])]);
    // Of the cells whose day is over: only the first cohort's second day.
    assert_eq!(retention["mean"], json!([1.0, 1.0, null]));
    let lifecycle = ask(&app, "/lifecycle?from=2026-05-12T22:00:00Z&until=2026-05-14T22:00:00Z&step=1d").await;
    let stages = |stage: &str| each(&lifecycle["buckets"], stage);
    assert_eq!((stages("new"), stages("returning")), (vec![json!(1), json!(0)], vec![json!(1), json!(1)]));
    assert_eq!((stages("resurrected"), stages("dormant")), (vec![json!(0), json!(0)], vec![json!(0), json!(1)]));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn breakdowns_and_the_audience_page_say_what_trends_and_sessions_say(pool: PgPool) {
    let app = shop(pool).await;
    for filter in ["", "&filter=country:DE", "&filter=-name:buy"] {
        let lists = ask(&app, &format!("/breakdowns?by=country&by=plan&by=name{filter}")).await;
        for (by, list) in ["country", "plan", "name"].into_iter().zip(lists["breakdowns"].as_array().expect("lists")) {
            let trend = ask(&app, &format!("/trend?by={by}&rank=people{filter}")).await;
            let rows: Vec<_> = each(&list["rows"], "key").into_iter().zip(each(&list["rows"], "counts")).collect();
            let series: Vec<_> = each(&trend["series"], "key").into_iter().zip(each(&trend["series"], "total")).collect();
            assert_eq!(rows, series, "{by}{filter}");
        }
        let alone = filter.trim_start_matches('&');
        assert_eq!(lists["total"], ask(&app, &format!("/trend?{alone}")).await["series"][0]["total"]);
        let audience = ask(&app, &format!("/audience/metrics?{alone}")).await;
        let sessions = ask(&app, &format!("/sessions?{alone}")).await;
        assert_eq!(audience["totals"]["sessions"], sessions["total"], "{filter}");
        let figures = |buckets: &Value| each(buckets, "counts").into_iter().map(|counts| counts["sessions"].clone()).collect::<Vec<_>>();
        assert_eq!(figures(&audience["buckets"]), each(&sessions["buckets"], "figures"), "{filter}");
    }
    let (status, body) = app.get(&app.path("/breakdowns")).await;
    assert_eq!((status, &body["detail"]), (400, &json!("the parameter `by` must be given for each list")), "{body}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn who_somebody_is_can_be_tested_in_one_part_of_a_question(pool: PgPool) {
    let app = shop(pool).await;
    let cohorts = ask(&app, "/retention?range=7d&step=1d&start=user:bob").await;
    let people: i64 = each(&cohorts["cohorts"], "people").iter().filter_map(Value::as_i64).sum();
    assert_eq!(people, 1, "{cohorts}");
    let back = ask(&app, "/retention?range=7d&step=1d&back=user!=bob").await;
    assert_eq!(back["cohorts"], ask(&app, "/retention?range=7d&step=1d&back=user:ann").await["cohorts"]);
    let funnel = ask(&app, "/funnel?step=&step=user:ann").await;
    assert_eq!(each(&funnel["steps"], "reached"), [json!(2), json!(1)]);
    assert_eq!(ask(&app, "/journeys?start=user:ann").await["total"], json!(2));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn sessions_routes_and_journeys_follow_visits(pool: PgPool) {
    let app = shop(pool).await;
    let sessions = ask(&app, "/sessions").await;
    assert_eq!(sessions["total"]["sessions"], json!(4));
    assert_eq!(sessions["total"]["bounce_rate"], json!(0.5));
    assert_eq!(sessions["median_duration_ms"], json!(0));
    let routes = ask(&app, "/routes").await;
    assert_eq!(each(&routes["routes"], "route"), [json!({"value": "/"}), json!({"value": "/cart"})]);
    assert_eq!(each(&routes["routes"], "views"), [json!(5.0), json!(1.0)]);
    assert_eq!(
        (each(&routes["routes"], "entries"), each(&routes["routes"], "exits")),
        (vec![json!(4), json!(0)], vec![json!(3), json!(1)])
    );
    // Ann left / after two minutes; Bob's is cut at half an hour.
    assert_eq!(routes["routes"][0]["mean_dwell_ms"], json!(16.0 * 60_000.0));
    assert_eq!(routes["routes"][1]["median_dwell_ms"], json!(8 * 60_000));
    let journeys = ask(&app, "/journeys?start=name:$pageview&steps=3&window=86400").await;
    assert_eq!(journeys["total"], json!(4));
    assert_eq!(journeys["steps"][0]["nodes"], json!([{"key": {"value": "$pageview"}, "journeys": 4, "ended": 2}]));
    assert_eq!(journeys["steps"][1]["nodes"], json!([{"key": {"value": "buy"}, "journeys": 2, "ended": 2}]));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn routes_have_the_requests_that_spans_say_are_behind_them(pool: PgPool) {
    let app = shop(pool).await;
    let request = |op: &str, status: &str, route: &str, value: f64| Point {
        ts: at("13T08:00"),
        value,
        tags: [("op", op), ("status", status), ("route", route)].map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        set_hash: None,
        trace_id: None,
    };
    let timed = [
        request("http.server", "ok", "/cart", 10.0),
        request("http.client", "ok", "/cart", 20.0),
        request("http.client", "error", "/cart", 900.0),
        request("pageload", "ok", "/cart", 5_000.0),
        request("http.server", "ok", "/elsewhere", 1.0),
    ];
    app.record("$span.duration", MetricKind::Distribution, "ms", 500, &timed).await;
    let routes = ask(&app, "/routes").await;
    assert_eq!(each(&routes["routes"], "backend"), [Value::Null, json!({"requests": 3, "failed": 1, "p95_ms": 900.0})]);
    // A filter of events is none of spans.
    assert_eq!(each(&ask(&app, "/routes?filter=name:$pageview").await["routes"], "backend"), [Value::Null, Value::Null]);
    let sheet = app.text(&app.path("/routes?format=csv")).await;
    assert!(sheet.lines().nth(2).is_some_and(|line| line.ends_with(",3,1,900")), "{sheet}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn sessions_are_listed_one_by_one_with_the_errors_of_their_time(pool: PgPool) {
    let app = shop(pool).await;
    let listed = ask(&app, "/sessions/list").await;
    assert_eq!((&listed["total"], &listed["total"]), (&ask(&app, "/sessions").await["total"]["sessions"], &json!(4)));
    let began = each(&listed["sessions"], "from");
    assert!(began.is_sorted_by(|a, b| a.as_str() >= b.as_str()), "{listed}");
    let longest = ask(&app, "/sessions/list?sort=duration").await["sessions"][0].clone();
    let until = longest["until"].as_str().expect("a time").to_owned();
    for (actor, at) in [("ann", until.as_str()), ("bob", until.as_str()), ("ann", "2026-05-01T00:00:00Z")] {
        sqlx::query(
            "insert into error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, level, message, handled, stacktrace, cause,
             breadcrumbs, fingerprint, tags, context, actor_kind, actor, environment, weight, flags)
             values ($1, $2, $3, 0, $3, $3, $4::timestamptz, 17, 'no', true, '[]', '[]', '[]', '[]', '{}', '{}', 1, $5, 'prod', 1, 0)",
        )
        .bind(app.shop.id.0)
        .bind(app.clock.now())
        .bind(crate::sent::id())
        .bind(at.parse::<chrono::DateTime<chrono::Utc>>().expect("a time"))
        .bind(actor)
        .execute(&app.pool)
        .await
        .expect("a report");
    }
    let longest_again = &ask(&app, "/sessions/list?sort=duration").await["sessions"][0];
    assert_eq!((&longest_again["from"], &longest_again["errors"]), (&longest["from"], &json!(1)), "{longest_again}");
    let of_one = ask(&app, &format!("/sessions/list?filter=user:{}", longest["name"]["id"].as_str().expect("an id"))).await;
    assert!(each(&of_one["sessions"], "name").iter().all(|name| *name == longest["name"]));
    let (status, _) = app.get(&app.path("/sessions/list?page=200")).await;
    assert_eq!(status, 400);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn hours_of_the_week_are_those_of_the_wall_and_add_up(pool: PgPool) {
    let app = shop(pool).await;
    let hours = ask(&app, "/hours?range=7d").await["hours"].clone();
    let sum: f64 = each(&hours, "events").iter().filter_map(Value::as_f64).sum();
    let totals = ask(&app, "/audience/metrics?range=7d").await["totals"].clone();
    assert_eq!((hours.as_array().map(Vec::len), json!(sum)), (Some(168), totals["events"].clone()));
    // Half past nine in UTC on a Thursday, when Bob was here last, is half past eleven in Berlin.
    assert_eq!(hours[3 * 24 + 11]["people"], json!(1), "{hours}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn features_variants_and_searches_are_counted_by_what_their_props_say(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(4).await;
    let with = |user: &str, name: &str, time: &str, props: Value| Sent { props, ..event(user, name, time) };
    let sent = [
        with("ann", "feature.used", "13T08:00", json!({"feature": "wishlist"})),
        with("ann", "feature.toggled", "13T09:00", json!({"feature": "wishlist", "enabled": true})),
        with("bob", "feature_used", "13T08:30", json!({"feature": "compare"})),
        event("cid", "$pageview", "13T08:00"),
        with("ann", "$exposure", "13T08:00", json!({"experiment": "cart", "variant": "b"})),
        with("bob", "$exposure", "13T08:10", json!({"experiment": "cart", "variant": "a"})),
        with("cid", "$exposure", "13T08:20", json!({"experiment": "cart", "variant": "a"})),
        with("cid", "$exposure", "13T08:30", json!({"experiment": "cart"})),
        with("ann", "search", "13T08:00", json!({"query": "lamp", "results_count": 12})),
        with("ann", "search", "13T08:01", json!({"query": "umbrella", "results_count": 0})),
        with("bob", "search", "13T08:02", json!({"query": "umbrella", "results_count": 0})),
        with("bob", "search", "13T08:03", json!({"query": "umbrella", "results": 3})),
        with("bob", "search.zero_results", "13T08:04", json!({"query": "gift card"})),
        // What the count says comes before what a later prop says, and other events do not search.
        with("cid", "search", "13T08:05", json!({"query": "lamp", "results_count": 2, "hits": 0})),
        with("cid", "filter", "13T08:06", json!({"query": "lamp", "results_count": 0})),
    ];
    app.store(app.shop.id, &sent).await;
    app.count(app.shop.id, &sent).await;
    let usage = ask(&app, "/usage?range=7d").await;
    let features: Vec<Value> = usage["features"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| json!([row["feature"], row["uses"], row["people"], row["last"]]))
        .collect();
    assert_eq!(features, [json!(["wishlist", 2.0, 1, "2026-05-13T09:00:00Z"]), json!(["compare", 1.0, 1, "2026-05-13T08:30:00Z"])]);
    assert_eq!(usage["people"], json!(3));
    let shown: Vec<Value> =
        usage["exposures"].as_array().expect("a list").iter().map(|row| json!([row["variant"], row["exposures"], row["people"]])).collect();
    assert_eq!(shown, [json!(["a", 2.0, 2]), json!([null, 1.0, 1]), json!(["b", 1.0, 1])]);
    let vain: Vec<Value> = usage["fruitless"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| json!([row["query"], row["searches"], row["fruitless"], row["people"]]))
        .collect();
    assert_eq!(vain, [json!(["umbrella", 3.0, 2.0, 2]), json!(["gift card", 1.0, 1.0, 1])]);
    assert_eq!((&usage["searches"], &usage["fruitless_total"]), (&json!(6.0), &json!(3.0)));
    let (status, _) = app.get(&app.path("/usage?top=0")).await;
    assert_eq!(status, 400);
    assert_eq!(ask(&app, "/usage?range=7d&filter=user:bob").await["people"], json!(1));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn hours_can_be_read_on_each_visitors_own_clock(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(4).await;
    let from = |user: &str, zone: Option<&str>, time: &str| Sent { timezone: zone.map(str::to_owned), ..event(user, "$pageview", time) };
    // Wednesday, 22:30 in UTC: Thursday in Berlin and Tokyo, Wednesday in New York. Nobody lives in the last zone.
    let sent = [
        from("ann", Some("Asia/Tokyo"), "13T22:30"),
        from("bob", Some("America/New_York"), "13T22:30"),
        from("cid", None, "13T22:30"),
        from("dan", Some("Mars/Olympus"), "13T22:30"),
    ];
    app.store(app.shop.id, &sent).await;
    app.count(app.shop.id, &sent).await;
    let own = ask(&app, "/hours?range=7d&clock=visitor").await;
    let (wednesday, thursday) = (2 * 24, 3 * 24);
    let events = |hour: usize| own["hours"][hour]["events"].clone();
    assert_eq!([events(thursday + 7), events(wednesday + 18), events(thursday)], [json!(1.0), json!(1.0), json!(2.0)]);
    assert_eq!(own["hours"][thursday]["people"], json!(2));
    assert_eq!(own["own_clock"], json!(0.5));
    let usual = ask(&app, "/hours?range=7d").await;
    assert_eq!((&usual["hours"][thursday]["events"], &usual["own_clock"]), (&json!(4.0), &Value::Null));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_trend_is_compared_with_the_same_time_of_an_earlier_range(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(20).await;
    // Noon in Berlin: of the earlier week only what was before noon on its Thursday counts.
    let sent = [
        event("ann", "buy", "14T08:00"),
        event("bob", "buy", "13T08:00"),
        event("ann", "buy", "06T08:00"),
        event("ann", "buy", "07T09:45"),
        event("bob", "buy", "07T10:15"),
    ];
    app.store(app.shop.id, &sent).await;
    app.count(app.shop.id, &sent).await;
    let trend = ask(&app, "/trend?range=7d&series=name:buy&formula=A*2&compare=previous").await;
    assert_eq!((&trend["series"][0]["value"], &trend["formula"]["total"]), (&json!(2.0), &json!(4.0)));
    let before = &trend["before"];
    assert_eq!((&before["series"][0]["value"], &before["formula"]["total"]), (&json!(2.0), &json!(4.0)), "{before}");
    assert_eq!(before["series"][0]["values"].as_array().and_then(|values| values.last()), Some(&json!(1.0)));
    assert_eq!(before["buckets"][6]["end"], json!("2026-05-07T10:00:00Z"));
    assert_eq!(ask(&app, "/trend?range=7d&series=name:buy").await["before"], Value::Null);
    let (status, problem) = app.get(&app.path("/trend?by=route&compare=week")).await;
    assert_eq!((status, problem["detail"].as_str().is_some_and(|detail| detail.contains("breakdown"))), (400, true), "{problem}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn days_are_those_of_the_zone_and_are_compared_with_what_is_asked(pool: PgPool) {
    let app = shop(pool).await;
    let days = ask(&app, "/audience/metrics?from=2026-05-13&until=2026-05-14&compare=week").await;
    assert_eq!(days["period"], json!({"days": {"first": "2026-05-13", "last": "2026-05-14"}}));
    assert_eq!(
        (&days["buckets"][0]["start"], &days["previous"][0]["start"]),
        (&json!("2026-05-12T22:00:00Z"), &json!("2026-05-05T22:00:00Z"))
    );
    let alone = ask(&app, "/audience/metrics?range=7d&compare=none").await;
    assert_eq!((&alone["previous"], &alone["previous_totals"]), (&json!([]), &Value::Null));
    for (path, problem) in [
        ("/audience/metrics?from=2026-05-14&until=2026-05-13", "the parameter `until` is before `from`"),
        ("/trend?from=2026-05-15&until=2026-05-16", "the parameter `from` is in the future"),
        ("/trend?from=2026-05-14&until=2026-05-14T12:00:00Z", "the parameter `from` cannot be `2026-05-14`"),
        ("/trend?from=2026-05-14", "the parameter `until` is missing"),
    ] {
        let (status, body) = app.get(&app.path(path)).await;
        assert_eq!((status, body["detail"].as_str()), (400, Some(problem)), "{path}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn users_are_listed_with_what_they_did_and_found_by_their_ids(pool: PgPool) {
    let app = shop(pool).await;
    let users = ask(&app, "/users").await;
    assert_eq!(
        (&users["total"], each(&users["users"], "name")),
        (&json!(2), vec![json!({"kind": "user", "id": "bob"}), json!({"kind": "user", "id": "ann"})])
    );
    assert_eq!((each(&users["users"], "events"), each(&users["users"], "days")), (vec![json!(3.0), json!(4.0)], vec![json!(2), json!(2)]));
    assert_eq!((&users["users"][0]["last_seen"], &users["users"][0]["last"]["route"]), (&json!("2026-05-14T09:30:00Z"), &json!("/")));
    assert_eq!(each(&ask(&app, "/users?sort=events").await["users"], "events"), [json!(4.0), json!(3.0)]);
    assert_eq!(each(&ask(&app, "/users?filter=country:DE").await["users"], "name"), [json!({"kind": "user", "id": "ann"})]);
    assert_eq!(each(&ask(&app, "/users?search=BO").await["users"], "events"), [json!(3.0)]);
    assert_eq!(ask(&app, "/users?search=nobody").await["total"], json!(0));
    let beyond = ask(&app, "/users?page=1").await;
    assert_eq!((&beyond["total"], &beyond["users"]), (&json!(2), &json!([])));
    // Figures of the page agree with the audience's.
    assert_eq!(users["total"], ask(&app, "/audience/metrics").await["totals"]["people"]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn suggestions_are_values_with_their_events_and_the_keys_of_props(pool: PgPool) {
    let app = shop(pool).await;
    let names = ask(&app, "/suggestions?field=name").await;
    assert_eq!(
        names["values"],
        json!([{"value": "$pageview", "term": "name:$pageview", "events": 6.0}, {"value": "buy", "term": "name:buy", "events": 2.0}])
    );
    assert_eq!(names["props"], json!(["plan", "price"]));
    assert_eq!(each(&ask(&app, "/suggestions?field=plan&text=PR").await["values"], "value"), [json!("pro")]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nothing_yet_is_zeros_and_no_error(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    for path in [
        "/trend",
        "/trend?by=country",
        "/funnel?step=name:a",
        "/retention",
        "/lifecycle",
        "/sessions",
        "/routes",
        "/journeys",
        "/suggestions?field=name",
    ] {
        ask(&app, path).await;
    }
}
