//! Who is here now, over real rows.

use std::pin::pin;
use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt as _;
use protocol::live::{LIVE_FEED_ROWS, LiveAnswer, LiveQuery, LiveWindow};
use query_api::live;
use sqlx::PgPool;

use crate::app::App;
use crate::links::said;
use crate::sent::{Sent, view};

async fn answer(app: &App) -> LiveAnswer {
    let (status, body) = app.get(&app.path("/live?window=5")).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("an answer")
}

fn seconds_ago(app: &App, user: &str, seconds: i64) -> Sent {
    view(user, app.clock.now() - TimeDelta::seconds(seconds))
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_number_changes_when_an_event_arrives(pool: PgPool) {
    let app = App::start(pool).await;
    let empty = answer(&app).await;
    assert_eq!((empty.people, empty.events, empty.minutes.len()), (0, 0, 30));
    app.store(app.shop.id, &[Sent { country: Some("DE".to_owned()), ..seconds_ago(&app, "u1", 3) }, seconds_ago(&app, "u1", 2)]).await;
    app.clock.advance(TimeDelta::seconds(1));
    let one = answer(&app).await;
    assert_eq!((one.people, one.events), (1, 2));
    assert_eq!(one.countries.iter().map(|slice| (slice.value.as_deref(), slice.people)).collect::<Vec<_>>(), [(Some("DE"), 1)]);
    assert_eq!(one.routes.iter().map(|slice| (slice.value.as_deref(), slice.people)).collect::<Vec<_>>(), [(Some("/"), 1)]);
    app.store(app.shop.id, &[seconds_ago(&app, "u2", 1)]).await;
    let two = answer(&app).await;
    assert_eq!((two.people, two.events), (2, 3));
    assert!(two.minutes.last().expect("a minute").open);
    assert_eq!(two.utc_offset_seconds, 7_200);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_flush_that_becomes_visible_late_is_counted_and_none_is_counted_twice(pool: PgPool) {
    let app = App::start(pool).await;
    app.store(app.shop.id, &[seconds_ago(&app, "u1", 3)]).await;
    assert_eq!(answer(&app).await.events, 1);
    for seconds in 1..=12 {
        app.clock.advance(TimeDelta::seconds(1));
        // Received before the last look, visible only now.
        app.store(app.shop.id, &[seconds_ago(&app, "late", 2 + seconds % 8)]).await;
        let now = answer(&app).await;
        assert_eq!((now.people, now.events), (2, 1 + seconds as u64));
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn who_signs_in_is_one_person_as_soon_as_it_is_known(pool: PgPool) {
    let app = App::start(pool).await;
    let mine = [seconds_ago(&app, "a1", 40), seconds_ago(&app, "ann", 20), seconds_ago(&app, "bob", 10)];
    app.store(app.shop.id, &mine).await;
    // Signed out, ann is an anonymous actor.
    sqlx::query("update event set actor_kind = 2 where actor = 'a1'").execute(&app.pool).await.expect("a kind");
    assert_eq!(answer(&app).await.people, 3);
    app.link(app.shop.id, &[said("ann", "a1", 0)]).await;
    app.clock.advance(TimeDelta::seconds(2));
    let joined = answer(&app).await;
    assert_eq!((joined.people, joined.events), (2, 3));
    assert_eq!(joined.minutes.iter().map(|minute| minute.people).max(), Some(2));
    app.store(app.shop.id, &[seconds_ago(&app, "carl", 1)]).await;
    app.clock.advance(TimeDelta::seconds(2));
    assert_eq!(answer(&app).await.people, 3, "somebody without a number yet is a person");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn imports_and_bots_are_not_people_who_are_here(pool: PgPool) {
    let app = App::start(pool).await;
    let imported = Sent { flags: storage::flags::IMPORTED, ..seconds_ago(&app, "import", 5) };
    let bot = Sent { is_bot: true, ..seconds_ago(&app, "bot", 5) };
    let nobody = Sent { user: String::new(), session: Some("s".to_owned()), ..seconds_ago(&app, "", 5) };
    app.store(app.shop.id, &[imported, bot, nobody, seconds_ago(&app, "u1", 5)]).await;
    let now = answer(&app).await;
    assert_eq!((now.people, now.sessions, now.events, now.bot_events), (1, 1, 2, 1));
    assert_eq!(now.feed.len(), 2);
    assert!(now.feed.iter().all(|event| event.actor.is_empty() || event.actor == "u1"));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn bots_count_where_they_are_asked_for_with_the_reason(pool: PgPool) {
    let app = App::start(pool).await;
    app.store(app.shop.id, &[seconds_ago(&app, "u1", 5), Sent { is_bot: true, ..seconds_ago(&app, "bot", 4) }]).await;
    sqlx::query("update event set bot = 'crawler:googlebot' where is_bot").execute(&app.pool).await.expect("a reason");
    let (status, body) = app.get(&app.path("/live?bots=all")).await;
    assert_eq!(status, 200, "{body}");
    let everybody: LiveAnswer = serde_json::from_value(body).expect("an answer");
    assert_eq!((everybody.people, everybody.events, everybody.bot_events), (2, 2, 1));
    let feed: Vec<_> = everybody.feed.iter().map(|event| (event.actor.as_str(), event.bot.as_deref())).collect();
    assert_eq!(feed, [("bot", Some("crawler:googlebot")), ("u1", None)]);
    assert_eq!(answer(&app).await.feed.len(), 1, "who asks for people sees people");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_filter_is_of_figures_slices_and_the_feed(pool: PgPool) {
    let app = App::start(pool).await;
    let of = |user: &str, country: &str, seconds| Sent { country: Some(country.to_owned()), ..seconds_ago(&app, user, seconds) };
    let mut bought = of("u3", "DE", 1);
    bought.name = "purchase".to_owned();
    bought.props = serde_json::json!({"total": 12.5});
    app.store(app.shop.id, &[of("u1", "DE", 5), of("u2", "FR", 4), bought]).await;
    let (status, body) = app.get(&app.path("/live?filter=country:DE")).await;
    assert_eq!(status, 200, "{body}");
    let german: LiveAnswer = serde_json::from_value(body).expect("an answer");
    assert_eq!((german.people, german.events, german.countries.len(), german.receipt.filter.as_str()), (2, 2, 1, "country:DE"));
    assert_eq!(german.feed.iter().map(|event| event.actor.as_str()).collect::<Vec<_>>(), ["u3", "u1"]);
    assert_eq!(german.feed[0].payload, "{\n  \"total\": 12.5\n}");
    let (_, body) = app.get(&app.path("/live?filter=name:purchase%20country:DE")).await;
    assert_eq!(body["people"], 1);
    let (status, body) = app.get(&app.path("/live?filter=price%3E10")).await;
    assert_eq!(status, 400);
    assert_eq!(body["detail"], "the parameter `filter` cannot be by `price` on Live");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_window_is_half_open_and_the_feed_is_newest_first(pool: PgPool) {
    let app = App::start(pool).await;
    let mut events = vec![seconds_ago(&app, "just_in", 300), seconds_ago(&app, "just_out", 301), seconds_ago(&app, "ahead", -2)];
    events[2].received_at = app.clock.now() - TimeDelta::seconds(1);
    events[0].props = serde_json::json!({"sku": "A-1", "qty": 2, "deep": {"x": 1}});
    app.store(app.shop.id, &events).await;
    let now = answer(&app).await;
    assert_eq!((now.people, now.events), (1, 1));
    assert_eq!(now.minutes.iter().map(|minute| minute.events).sum::<u64>(), 2);
    assert_eq!(now.feed.iter().map(|event| event.actor.as_str()).collect::<Vec<_>>(), ["ahead", "just_in", "just_out"]);
    assert_eq!(now.feed[1].detail, "qty 2 · sku A-1");
    app.clock.advance(TimeDelta::seconds(3));
    let later = answer(&app).await;
    assert_eq!((later.people, later.events), (1, 1), "the one at the edge left, the one ahead came");
    assert_eq!(later.feed[0].actor, "ahead");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_feed_is_in_the_order_of_its_times_whatever_the_order_of_arrival(pool: PgPool) {
    let app = App::start(pool).await;
    // A batch carries its events in any order, and a device that was offline sends late what is long over.
    let batch: Vec<_> = (0..LIVE_FEED_ROWS as i64).map(|i| seconds_ago(&app, "here", 10 + (i * 5) % 14)).collect();
    let late: Vec<_> = (0..LIVE_FEED_ROWS as i64).map(|i| seconds_ago(&app, "was_offline", 1_000 + i)).collect();
    app.store(app.shop.id, &batch).await;
    app.store(app.shop.id, &late).await;
    let feed = answer(&app).await.feed;
    assert_eq!(feed.len(), LIVE_FEED_ROWS);
    assert!(feed.is_sorted_by(|newer, older| newer.ts >= older.ts));
    assert!(feed.iter().all(|event| event.actor == "here"));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_stream_says_what_changed_and_ends_when_the_server_stops(pool: PgPool) {
    let app = App::start_with(pool, "2026-05-14T12:00:30Z", |config| config.live_refresh = Duration::from_millis(100)).await;
    let answers = live::stream(&app.state, app.context().await, LiveQuery::default()).await.expect("a stream");
    let mut answers = pin!(answers);
    assert_eq!(answers.next().await.expect("the first comes at once").events, 0);
    let quiet = tokio::time::timeout(Duration::from_millis(400), answers.next()).await;
    assert!(quiet.is_err(), "nothing changed, so nothing is said");
    app.store(app.shop.id, &[seconds_ago(&app, "u1", 1)]).await;
    let next = tokio::time::timeout(Duration::from_secs(5), answers.next()).await.expect("in time").expect("an answer");
    assert_eq!((next.people, next.events), (1, 1));
    app.shutdown.send(true).expect("somebody listens");
    let end = tokio::time::timeout(Duration::from_secs(5), answers.next()).await.expect("in time");
    assert!(end.is_none());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_stream_is_sent_as_server_sent_events(pool: PgPool) {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    let app = App::start(pool).await;
    let authorization = format!("Bearer {}", app.key);
    let request = crate::app::request("GET", &app.path("/live/stream?window=30"), &[("authorization", &authorization)]);
    let response = app.router.clone().oneshot(request).await.expect("infallible");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let frame = response.into_body().frame().await.expect("a frame").expect("data").into_data().expect("data");
    let text = String::from_utf8(frame.to_vec()).expect("text");
    let answer: LiveAnswer = serde_json::from_str(text.strip_prefix("data: ").expect("a message").trim_end()).expect("an answer");
    assert_eq!(answer.window, LiveWindow::Minutes30);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn streams_are_bounded(pool: PgPool) {
    let app = App::start_with(pool, "2026-05-14T12:00:30Z", |config| config.live_streams_max = 1).await;
    let first = live::stream(&app.state, app.context().await, LiveQuery::default()).await.expect("a stream");
    let (status, body) = app.get(&app.path("/live/stream")).await;
    assert_eq!((status, body["code"].as_str()), (503, Some("unavailable")));
    drop(first);
    assert_eq!(app.status(&app.path("/live/stream"), &[("authorization", &format!("Bearer {}", app.key))]).await, 200);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_names_of_the_last_hour_are_told_apart(pool: PgPool) {
    let app = App::start(pool).await;
    let named = |name: &str, seconds, session: &str| Sent {
        name: name.to_owned(),
        session: Some(session.to_owned()),
        ..seconds_ago(&app, "u1", seconds)
    };
    let imported = Sent { flags: storage::flags::IMPORTED, ..named("old", 10, "s1") };
    app.store(
        app.shop.id,
        &[named("cart.add", 30, "s1"), named("cart.add", 20, "s2"), named("search", 10, "s1"), named("gone", 3_601, "s1"), imported],
    )
    .await;
    let (status, body) = app.get(&app.path("/events/seen")).await;
    assert_eq!(status, 200, "{body}");
    let events: Vec<_> = body["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| (event["name"].as_str().unwrap(), event["events"].as_u64().unwrap(), event["sessions"].as_u64().unwrap()))
        .collect();
    assert_eq!(events, [("cart.add", 2, 2), ("search", 1, 1)]);
    assert_eq!(body["events"][0]["last_seen"], "2026-05-14T12:00:10Z");
}
