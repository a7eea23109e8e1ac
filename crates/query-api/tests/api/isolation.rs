//! Every route against every kind of caller: nobody sees another's project, or learns that it exists.

use std::collections::BTreeSet;

use protocol::access::{Project, Role, Scope};
use serde_json::Value;
use sqlx::PgPool;
use testkit::keys;

use crate::app::App;
use crate::faults::fault;
use crate::links::said;
use crate::logs::{Written, written};
use crate::points::Point;
use crate::sent::view;

/// Every route of the OpenAPI document that reads of a project, with the query that makes it answer. A route that is missing
/// here fails `every_route_is_in_the_matrix`.
const OF_A_PROJECT: [(&str, &str); 42] = [
    ("/api/v1/projects/{project}/live", ""),
    ("/api/v1/projects/{project}/live/stream", ""),
    ("/api/v1/projects/{project}/audience/metrics", ""),
    ("/api/v1/projects/{project}/events/seen", ""),
    ("/api/v1/projects/{project}/annotations", ""),
    ("/api/v1/projects/{project}/saved", ""),
    ("/api/v1/projects/{project}/trend", ""),
    ("/api/v1/projects/{project}/breakdowns", "?by=country"),
    ("/api/v1/projects/{project}/users", ""),
    ("/api/v1/projects/{project}/users/profile", "?id=u1"),
    ("/api/v1/projects/{project}/users/timeline", "?id=u1"),
    ("/api/v1/projects/{project}/funnel", "?step=name:$pageview"),
    ("/api/v1/projects/{project}/retention", ""),
    ("/api/v1/projects/{project}/active", ""),
    ("/api/v1/projects/{project}/lifecycle", ""),
    ("/api/v1/projects/{project}/sessions", ""),
    ("/api/v1/projects/{project}/sessions/list", ""),
    ("/api/v1/projects/{project}/routes", ""),
    ("/api/v1/projects/{project}/hours", ""),
    ("/api/v1/projects/{project}/usage", ""),
    ("/api/v1/projects/{project}/journeys", ""),
    ("/api/v1/projects/{project}/suggestions", "?field=name"),
    ("/api/v1/projects/{project}/metrics", ""),
    ("/api/v1/projects/{project}/metrics/aggregate", "?name=db.ms"),
    ("/api/v1/projects/{project}/metrics/samples", "?name=db.ms"),
    ("/api/v1/projects/{project}/metrics/why", "?name=db.ms"),
    ("/api/v1/projects/{project}/metrics/heat", "?name=db.ms"),
    ("/api/v1/projects/{project}/metrics/suggestions", "?name=db.ms&field=table"),
    ("/api/v1/projects/{project}/metrics/about", "?name=db.ms"),
    ("/api/v1/projects/{project}/traces", ""),
    ("/api/v1/projects/{project}/spans/timed", ""),
    ("/api/v1/projects/{project}/logs", "?range=24h"),
    ("/api/v1/projects/{project}/logs/summary", "?range=24h"),
    ("/api/v1/projects/{project}/logs/stream", ""),
    ("/api/v1/projects/{project}/issues", ""),
    ("/api/v1/projects/{project}/issues/{id}", ""),
    ("/api/v1/projects/{project}/delivery", ""),
    ("/api/v1/projects/{project}/delivery/events/{id}", ""),
    ("/api/v1/projects/{project}/data-retention", ""),
    ("/api/v1/projects/{project}/erasures", ""),
    ("/api/v1/projects/{project}/identity-links", ""),
    ("/api/v1/projects/{project}/identity-links/{link}/preview", ""),
];
/// Every route that changes something in a project.
const CHANGES: [&str; 10] = [
    "/api/v1/projects/{project}/metrics/describe",
    "/api/v1/projects/{project}/identity-links/{link}/undo",
    "/api/v1/projects/{project}/identity-links/{link}/restore",
    "/api/v1/projects/{project}/issues/change",
    "/api/v1/projects/{project}/erasures/ask",
    "/api/v1/projects/{project}/annotations/add",
    "/api/v1/projects/{project}/annotations/{id}/remove",
    "/api/v1/projects/{project}/saved/add",
    "/api/v1/projects/{project}/saved/{id}/rename",
    "/api/v1/projects/{project}/saved/{id}/remove",
];
const OF_NONE: [&str; 1] = ["/api/v1/projects"];
/// Read what only the id of something stored leads to; `explorer.rs`, `logs.rs` and `traces.rs` ask for them.
const BY_ID: [&str; 4] = [
    "/api/v1/projects/{project}/logs/record",
    "/api/v1/projects/{project}/metrics/sample",
    "/api/v1/projects/{project}/traces/{trace}",
    "/api/v1/projects/{project}/traces/{trace}/spans/{span}",
];

/// The issue number 1, which both projects have.
const ISSUE: &str = "/issues/0000000000000001";

fn paths() -> impl Iterator<Item = String> {
    OF_A_PROJECT.iter().map(|(path, query)| format!("{path}{query}").replace("{link}", "1").replace("/issues/{id}", ISSUE))
}

fn changes() -> impl Iterator<Item = String> {
    CHANGES.iter().map(|path| path.replace("{link}", "1"))
}

#[test]
fn every_route_is_in_the_matrix() {
    let document = query_api::routes::openapi();
    let described: BTreeSet<String> = document.paths.paths.keys().cloned().collect();
    let reads = OF_A_PROJECT.iter().map(|(path, _)| *path).chain(OF_NONE).chain(BY_ID);
    let known: BTreeSet<String> = reads.chain(CHANGES).map(str::to_owned).collect();
    assert_eq!(described, known);
    for (path, item) in document.paths.paths {
        let item = serde_json::to_value(item).expect("json");
        let methods: Vec<&String> = item.as_object().expect("an object").keys().collect();
        let method = if CHANGES.contains(&path.as_str()) { "post" } else { "get" };
        assert_eq!(methods, [method], "{path}: another method needs its own entry");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_foreign_project_looks_like_one_that_does_not_exist(pool: PgPool) {
    let app = App::start(pool).await;
    app.record("db.ms", protocol::metric::MetricKind::Distribution, "ms", 1, &[point(&app)]).await;
    let bank = keys::project(&app.db, "bank", app.clock.now()).await;
    for project in [app.shop.id, bank.id] {
        app.link(project, &[said("u1", "a1", 5)]).await;
        app.fail(project, &[fault(1, "u1", app.clock.now())]).await;
    }
    let cookie = app.browser(Role::Owner).await;
    let bearer = format!("Bearer {}", keys::secret(&app.db, &app.shop, '6', &[Scope::Read, Scope::Write], app.clock.now()).await);
    for caller in [[("cookie", cookie.as_str())], [("authorization", bearer.as_str())]] {
        for path in paths() {
            let at = |project: &str| path.replace("{project}", project);
            for own in [app.shop.id.to_string(), app.shop.slug.clone()] {
                assert_eq!(app.status(&at(&own), &caller).await, 200, "{own} {path}");
            }
            assert_eq!(refusals(&app, "GET", &bank, at, &caller).await.len(), 1, "{path}");
        }
        for path in changes() {
            let at = |project: &str| path.replace("{project}", project);
            assert_eq!(refusals(&app, "POST", &bank, at, &caller).await.len(), 1, "{path}");
        }
    }
    let untouched: i64 = sqlx::query_scalar("select links_version from work where project_id = $1")
        .bind(bank.id.0)
        .fetch_one(&app.pool)
        .await
        .expect("a version");
    assert_eq!(untouched, 1, "nobody else's link was changed");
}

/// The different answers about projects that are another's, or none.
async fn refusals(app: &App, method: &str, bank: &Project, at: impl Fn(&str) -> String, caller: &[(&str, &str)]) -> BTreeSet<String> {
    let mut refusals = BTreeSet::new();
    for foreign in [bank.id.to_string().as_str(), bank.slug.as_str(), "4711", "nowhere", "99999999999999999999", "-1", "0"] {
        let (status, mut body) = app.ask(method, &at(foreign), caller).await;
        assert_eq!(status, 404, "{foreign} {}", at(foreign));
        body["correlation_id"] = Value::Null;
        refusals.insert(body.to_string());
    }
    refusals
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn each_kind_of_caller_gets_its_answer(pool: PgPool) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    let public = keys::public(&app.db, &app.shop, 'a', now).await;
    let blind = keys::secret(&app.db, &app.shop, 'b', &[Scope::Ingest, Scope::Import], now).await;
    let revoked = keys::secret(&app.db, &app.shop, 'c', &[Scope::Read], now).await;
    let id = storage::api_keys::of_project(&app.db, app.shop.id).await.expect("keys").last().expect("a key").id;
    assert!(storage::api_keys::revoke(&app.db, app.shop.id, id, now).await.expect("revoked"));
    let unknown_public = format!("pk_{}", "d".repeat(32));
    let unknown = format!("sk_{}", "d".repeat(64));
    let bearer = |key: &str| format!("Bearer {key}");
    let reads = paths().chain(OF_NONE.map(str::to_owned)).map(|path| ("GET", path));
    for (method, path) in reads.chain(changes().map(|path| ("POST", path))) {
        let path = path.replace("{project}", &app.shop.id.to_string());
        for (header, value, status, code) in [
            ("authorization", bearer(&public), 403, "not_allowed"),
            ("x-throughline-key", public.clone(), 403, "not_allowed"),
            ("authorization", bearer(&unknown_public), 403, "not_allowed"),
            ("authorization", bearer(&blind), 403, "not_allowed"),
            ("authorization", bearer(&revoked), 401, "key_unknown"),
            ("authorization", bearer(&unknown), 401, "key_unknown"),
            ("authorization", bearer("nonsense"), 401, "key_unknown"),
            ("authorization", "Basic dXNlcjpwYXNz".to_owned(), 401, "sign_in_needed"),
            ("cookie", format!("tl={}", "0".repeat(64)), 401, "sign_in_needed"),
            ("accept", "*/*".to_owned(), 401, "sign_in_needed"),
        ] {
            let (found, body) = app.ask(method, &path, &[(header, &value)]).await;
            assert_eq!((found, body["code"].as_str()), (status, Some(code)), "{header}: {value} {path}");
            assert!(!body["hint"].as_str().unwrap_or_default().is_empty());
            assert!(!body.to_string().contains(&value), "an answer must not repeat a key");
        }
    }
    let (_, body) = app.get_as(&app.path("/live"), &[("x-throughline-key", &public)]).await;
    assert!(body["hint"].as_str().expect("a hint").contains("secret key"), "{body}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn no_answer_holds_a_word_of_another_project(pool: PgPool) {
    let app = App::start(pool).await;
    let bank = keys::project(&app.db, "bank", app.clock.now()).await;
    let mut event = view("canary", app.clock.now() - chrono::TimeDelta::seconds(5));
    (event.name, event.route, event.country) = ("canary".to_owned(), Some("canary".to_owned()), Some("canary".to_owned()));
    app.store(bank.id, std::slice::from_ref(&event)).await;
    app.count(bank.id, &[event]).await;
    app.record("db.ms", protocol::metric::MetricKind::Distribution, "ms", 1, &[point(&app)]).await;
    sqlx::query("update metric_series set name = 'canary', project_id = $1").bind(bank.id.0).execute(&app.pool).await.expect("moved");
    app.link(bank.id, &[said("canary", "canary", 5)]).await;
    app.write(bank.id, &[Written { body: "canary".to_owned(), ..written(app.clock.now() - chrono::TimeDelta::seconds(5)) }]).await;
    let mut failed = fault(1, "canary", app.clock.now());
    (failed.route, failed.release) = ("canary".to_owned(), "canary".to_owned());
    app.fail(app.shop.id, &[fault(1, "u1", app.clock.now())]).await;
    app.fail(bank.id, &[failed]).await;
    for (path, query) in OF_A_PROJECT.iter().filter(|(path, _)| !path.ends_with("/stream")) {
        let query = query.replace("db.ms", "canary").replace("=u1", "=canary");
        let (_, body) =
            app.get(&format!("{path}{query}").replace("{project}", "shop").replace("{link}", "1").replace("/issues/{id}", ISSUE)).await;
        let text = body.to_string().replace("no metric `canary`", "").replace("by the id `canary`", "");
        assert!(!text.contains("canary"), "{path}: {text}");
    }
    let (_, projects) = app.get("/api/v1/projects").await;
    assert_eq!(projects, serde_json::json!([{"id": app.shop.id, "slug": "shop", "name": "shop", "zone": "Europe/Berlin"}]));
}

fn point(app: &App) -> Point {
    Point {
        ts: app.clock.now() - chrono::TimeDelta::seconds(90),
        value: 42.0,
        set_hash: None,
        tags: std::iter::once(("table".to_owned(), "users".to_owned())).collect(),
        trace_id: None,
    }
}
