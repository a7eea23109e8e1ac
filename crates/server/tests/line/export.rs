//! `throughline export`: events as a file. What DuckDB reads of it is tested in `web/e2e/export.test.ts`.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::{run, succeed};
use testkit::deadline::until;

fn export<'a>(format: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["export", "--project", "shop", "--format", format, "--out", out], more].concat()
}

#[sqlx::test(migrations = false)]
async fn lines_of_json_hold_every_event_of_the_project_and_of_nobody_else(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let other = Shop::create(&database, "other");
    let server = Server::start(&database);
    let send = |shop: &Shop, events: Value| {
        assert_eq!(server.client().post_with_key("/v1/track:batch", &shop.public_key, &json!({"events": events})).status, 202);
    };
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    send(
        &shop,
        json!([
            {"name": "order.paid", "user_id": "u1", "props": {"total": 19.5, "gift": true, "items": [{"sku": "a"}]}, "trace_id": trace},
            {"name": "search", "anonymous_id": "a1", "session_id": "s1", "props": {"total": "none"}, "context": {"country": "DE"}},
            {"name": "tick", "sample_rate": 0.25},
        ]),
    );
    send(&other, json!([{"name": "secret", "user_id": "spy"}]));
    until("all is counted", async || recount::number(&pool, "select count(*) from segment").await == 2).await;

    let lines: Vec<Value> =
        succeed(&database, &export("ndjson", "-", &[])).lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    let of = |name: &str| lines.iter().find(|line| line["name"] == name).unwrap_or_else(|| panic!("no {name} in {lines:?}"));
    assert_eq!(lines.len(), 3);
    let paid = of("order.paid");
    assert_eq!(paid["props.number.total"], 19.5);
    assert_eq!(paid["props.bool.gift"], true);
    assert_eq!(paid["rest_props"], json!({"items": [{"sku": "a"}]}));
    assert_eq!([&paid["actor_kind"], &paid["actor"], &paid["trace_id"]], ["user", "u1", trace]);
    let search = of("search");
    assert_eq!([&search["actor"], &search["session"], &search["country"], &search["props.text.total"]], ["a1", "s1", "DE", "none"]);
    let tick = of("tick");
    assert_eq!((tick["weight"].as_f64(), &tick["actor"]), (Some(4.0), &Value::Null));

    let stored: Vec<(String, String)> =
        sqlx::query_as("select event_id::text, to_char(ts at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') from event where project_id = 1 order by 1")
            .fetch_all(&pool)
            .await
            .expect("events");
    let mut told: Vec<(String, String)> =
        lines.iter().map(|line| [&line["event_id"], &line["ts"]].map(|text| text.as_str().expect("a text").to_owned()).into()).collect();
    told.sort();
    assert_eq!(told, stored);
}

#[sqlx::test(migrations = false)]
async fn a_file_has_its_name_only_when_it_is_complete(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.parquet");
    let out = path.to_str().expect("a path");
    let names = || {
        let entries = std::fs::read_dir(folder.path()).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect::<Vec<_>>()
    };
    let nothing = run(&database, &export("parquet", out, &[]));
    assert_eq!((nothing.code, nothing.err.as_str()), (1, "error: `shop` has no counted events in this range; nothing was written\n"));

    let server = Server::start(&database);
    let body = json!({"events": [{"name": "a", "user_id": "u1"}, {"name": "b"}]});
    assert_eq!(server.client().post_with_key("/v1/track:batch", &shop.public_key, &body).status, 202);
    until("all is counted", async || recount::number(&pool, "select count(*) from segment").await == 1).await;
    // A crash may have left one behind.
    std::fs::write(folder.path().join("events.parquet.partial"), "half of it").expect("a file");
    let done = run(&database, &export("parquet", out, &[]));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.err.starts_with("2 events, "), "{done:?}");
    assert_eq!(names(), ["events.parquet"]);
    let whole = std::fs::read(&path).expect("a file");
    assert_eq!([&whole[..4], &whole[whole.len() - 4..]], [b"PAR1"; 2]);

    let today = "select to_char(now() at time zone 'Europe/Berlin' + interval '2 days', 'YYYY-MM-DD')";
    let later: String = sqlx::query_scalar(today).fetch_one(&pool).await.expect("a day");
    assert_eq!(run(&database, &export("parquet", out, &["--from", &later])).code, 1);
    assert_eq!(run(&database, &export("parquet", out, &["--from", &later, "--until", "2026-01-01"])).code, 1);
    sqlx::query("update segment_part set bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 255) where part = 1")
        .execute(&pool)
        .await
        .expect("damaged");
    let damaged = run(&database, &export("parquet", out, &[]));
    assert_eq!((damaged.code, damaged.err.ends_with("a damaged part of a segment\n")), (1, true), "{damaged:?}");
    assert_eq!(names(), ["events.parquet"]);
    assert_eq!(std::fs::read(&path).expect("a file"), whole, "the file of before stays");
}
