//! What the server adds to events.

use std::net::{Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use chrono::TimeDelta;
use ingest::{Config, CountryFile, Places};
use protocol::access::Scope;
use protocol::time::Clock;
use serde_json::{Value, json};
use sqlx::PgPool;
use storage::api_keys::{self, Presented};
use storage::{Db, route_rules};
use testkit::clock::HandClock;

use crate::app::{self, App};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// Sends events with these headers, from this address.
async fn send(app: &App, headers: &[(&str, &str)], peer: &str, events: Value) {
    let mut request = Request::post("/v1/track:batch").header("x-throughline-key", &app.key);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let address: SocketAddr = format!("{peer}:5123").parse().expect("an address");
    let body = Body::from(json!({"events": events}).to_string());
    let (status, answer) = app.send(request.extension(ConnectInfo(address)).body(body).expect("request")).await;
    assert_eq!((status, answer["rejected"].as_u64()), (202, Some(0)), "{answer}");
}

/// One column of every event, in the order of their names.
async fn column(app: &App, column: &str) -> Vec<(String, Option<String>)> {
    let statement = format!("select name, {column}::text from event order by name");
    sqlx::query_as(sqlx::AssertSqlSafe(statement)).fetch_all(&app.pool).await.expect("rows")
}

fn named(rows: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    rows.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_browsers_event_gets_its_device_and_the_header_is_not_kept(pool: PgPool) {
    let app = App::start(pool).await;
    let events = json!([{"name": "a"}, {"name": "b", "context": {"browser": "Brave", "device": "kiosk", "user_agent": IPHONE}}]);
    send(&app, &[("user-agent", IPHONE)], "81.2.69.160", events).await;
    let rows: Vec<Value> =
        sqlx::query_scalar("select jsonb_build_object('os', os, 'browser', browser, 'device', device, 'context', context, 'bot', bot, 'is_bot', is_bot) from event order by name")
            .fetch_all(&app.pool)
            .await
            .expect("rows");
    let versions = json!({"browser_version": "17.5", "os_version": "17.5"});
    assert_eq!(
        rows,
        [
            json!({"os": "iOS", "browser": "Safari", "device": "mobile", "context": versions, "bot": null, "is_bot": false}),
            json!({"os": "iOS", "browser": "Brave", "device": "kiosk", "context": {"os_version": "17.5"}, "bot": null, "is_bot": false}),
        ]
    );
    let kept = "select count(*) from event e where to_jsonb(e)::text ilike '%applewebkit%' or to_jsonb(e)::text like '%81.2.69%'";
    assert_eq!(app.count(kept).await, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_robots_event_is_stored_with_its_reason_and_a_person_with_curl_is_no_robot(pool: PgPool) {
    let app = App::start(pool).await;
    send(&app, &[("user-agent", GOOGLEBOT)], "66.249.66.1", json!([{"name": "crawled"}])).await;
    send(&app, &[("user-agent", "curl/8.5.0")], "81.2.69.160", json!([{"name": "curled"}])).await;
    send(&app, &[], "81.2.69.160", json!([{"name": "unnamed"}])).await;
    let driven = json!([{"name": "driven", "context": {"webdriver": true}}]);
    send(&app, &[("user-agent", IPHONE)], "81.2.69.160", driven).await;
    let forwarded =
        json!([{"name": "forwarded", "context": {"userAgent": GOOGLEBOT}}, {"name": "for a person", "context": {"userAgent": IPHONE}}]);
    send(&app, &[("user-agent", "throughline-rust/0.1.0")], "10.0.0.7", forwarded).await;
    let want = [
        ("crawled", Some("crawler:googlebot")),
        ("curled", None),
        ("driven", Some("automation:webdriver")),
        ("for a person", None),
        ("forwarded", Some("crawler:googlebot")),
        ("unnamed", None),
    ];
    assert_eq!(column(&app, "bot").await, named(&want));
    assert_eq!(app.count("select count(*) from event where is_bot <> (bot is not null)").await, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_country_comes_from_the_event_the_named_header_or_the_zone(pool: PgPool) {
    let places = Places { country_header: Some("cf-ipcountry".parse().expect("a name")), ..Places::default() };
    let app = App::start_with(pool, Clock::fixed(app::now()), Config { places, ..Config::default() }).await;
    let headers = [("user-agent", IPHONE), ("cf-ipcountry", "de")];
    let zone = json!({"timezone": "Asia/Calcutta"});
    send(&app, &headers, "81.2.69.160", json!([{"name": "1 own", "context": {"country": "fr"}}, {"name": "2 header", "context": zone}]))
        .await;
    send(&app, &[("user-agent", IPHONE), ("cf-ipcountry", "XX")], "81.2.69.160", json!([{"name": "3 zone", "context": zone}])).await;
    // A server's own place says nothing about the people that it speaks for.
    send(&app, &[("user-agent", "axios/1.7"), ("cf-ipcountry", "US")], "81.2.69.160", json!([{"name": "4 server"}])).await;
    send(&app, &headers, "81.2.69.160", json!([{"name": "5 invalid", "context": {"country": "Germany"}}])).await;
    let want = [("1 own", Some("FR")), ("2 header", Some("DE")), ("3 zone", Some("IN")), ("4 server", None), ("5 invalid", Some("DE"))];
    assert_eq!(column(&app, "country").await, named(&want));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn no_country_is_read_from_a_header_that_the_operator_did_not_name(pool: PgPool) {
    let app = App::start(pool).await;
    let headers = [("user-agent", IPHONE), ("cf-ipcountry", "DE"), ("x-forwarded-for", "81.2.69.160")];
    send(&app, &headers, "81.2.69.160", json!([{"name": "a"}])).await;
    assert_eq!(column(&app, "country").await, named(&[("a", None)]));
}

/// A server with a country file: 81.2.69.0/24 is British and 89.160.0.0/16 Swedish.
async fn with_country_file(pool: PgPool, behind_proxy: bool) -> App {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("countries.mmdb");
    let networks = [(Ipv4Addr::new(81, 2, 69, 0), 24, "GB"), (Ipv4Addr::new(89, 160, 0, 0), 16, "SE")];
    std::fs::write(&path, testkit::country_file::bytes(&networks)).expect("a file");
    let places = Places { countries: Some(CountryFile::open(&path).expect("a country file")), behind_proxy, ..Places::default() };
    App::start_with(pool, Clock::fixed(app::now()), Config { places, ..Config::default() }).await
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_country_comes_from_the_operators_file_and_the_address_is_forgotten(pool: PgPool) {
    let app = with_country_file(pool, false).await;
    let headers = [("user-agent", IPHONE), ("x-forwarded-for", "89.160.20.1")];
    send(&app, &headers, "81.2.69.160", json!([{"name": "1 peer"}, {"name": "2 own", "context": {"ip": "89.160.20.1"}}])).await;
    assert_eq!(column(&app, "country").await, named(&[("1 peer", Some("GB")), ("2 own", Some("SE"))]));
    let kept = "select count(*) from event e where to_jsonb(e)::text ~ '81[.]2|89[.]160'";
    assert_eq!(app.count(kept).await, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn behind_a_trusted_proxy_the_address_is_the_one_that_it_saw(pool: PgPool) {
    let app = with_country_file(pool, true).await;
    let headers = [("user-agent", IPHONE), ("x-forwarded-for", "81.2.69.160, 89.160.20.1")];
    send(&app, &headers, "81.2.69.160", json!([{"name": "a"}])).await;
    send(&app, &headers[..1], "81.2.69.160", json!([{"name": "b"}])).await;
    assert_eq!(column(&app, "country").await, named(&[("a", Some("SE")), ("b", None)]));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn routes_are_folded_and_a_projects_rules_come_first(pool: PgPool) {
    let clock = HandClock::at(app::NOW);
    let app = App::start_with(pool, clock.clock(), Config::default()).await;
    let events = || json!([{"name": "a", "route": "/orders/18273?x=1"}, {"name": "b", "context": {"page": "https://shop.example/blog/hello-world"}}]);
    send(&app, &[], "10.0.0.7", events()).await;
    assert_eq!(column(&app, "route").await, named(&[("a", Some("/orders/:id")), ("b", Some("/blog/hello-world"))]));
    let error = json!({"errors": [{"type": "E", "message": "m", "route": "/orders/18273", "context": {"ip": "81.2.69.160"}}]});
    assert_eq!(app.post("/v1/errors:batch", error.to_string()).await.0, 202);
    assert_eq!(app.count("select count(*) from error_report where route = '/orders/:id' and context = '{}'").await, 1);

    let db = Db::from_pool(app.pool.clone());
    for rule in ["/blog/:slug", "/orders/:order"] {
        route_rules::add(&db, app.project, rule, app::now()).await.expect("a rule");
    }
    clock.advance(TimeDelta::seconds(31));
    send(&app, &[], "10.0.0.7", events()).await;
    let ruled = "select count(*) from event where (name, route) in (('a', '/orders/:order'), ('b', '/blog/:slug'))";
    assert_eq!(app.count(ruled).await, 2);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn history_does_not_get_the_device_of_who_imports_it(pool: PgPool) {
    let app = App::start(pool).await;
    let secret = format!("sk_{}", "a".repeat(64));
    let presented = Presented::of(&secret).expect("well-formed");
    let db = Db::from_pool(app.pool.clone());
    api_keys::create(&db, app.project, &presented, "sk_aaaa", "test", &[Scope::Import], app::now()).await.expect("key");
    let body = json!({"events": [{"name": "a", "ts": "2026-05-01T12:00:00Z"}, {"name": "b", "ts": "2026-05-01T12:00:00Z", "context": {"user_agent": IPHONE}}]});
    let request = Request::post("/v1/import:batch").header("authorization", format!("Bearer {secret}")).header("user-agent", GOOGLEBOT);
    assert_eq!(app.send(request.body(Body::from(body.to_string())).expect("request")).await.0, 202);
    assert_eq!(column(&app, "device").await, named(&[("a", None), ("b", Some("mobile"))]));
    assert_eq!(app.count("select count(*) from event where is_bot").await, 0);
}
