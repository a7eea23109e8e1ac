//! Every route against every kind of caller: nobody sees another's project, or learns that it exists.

use std::collections::BTreeSet;

use protocol::access::{Role, Scope};
use serde_json::Value;
use sqlx::PgPool;
use testkit::keys;

use crate::app::App;
use crate::points::Point;
use crate::sent::view;

/// Every route of the OpenAPI document that names a project, with the query that makes it answer. A route that is missing
/// here fails `every_route_is_in_the_matrix`.
const OF_A_PROJECT: [(&str, &str); 9] = [
    ("/api/v1/projects/{project}/live", ""),
    ("/api/v1/projects/{project}/live/stream", ""),
    ("/api/v1/projects/{project}/audience/metrics", ""),
    ("/api/v1/projects/{project}/events/seen", ""),
    ("/api/v1/projects/{project}/metrics", ""),
    ("/api/v1/projects/{project}/metrics/aggregate", "?name=db.ms"),
    ("/api/v1/projects/{project}/metrics/samples", "?name=db.ms"),
    ("/api/v1/projects/{project}/delivery", ""),
    ("/api/v1/projects/{project}/delivery/events/{id}", ""),
];
const OF_NONE: [&str; 1] = ["/api/v1/projects"];

fn paths() -> impl Iterator<Item = String> {
    OF_A_PROJECT.iter().map(|(path, query)| format!("{path}{query}"))
}

#[test]
fn every_route_is_in_the_matrix() {
    let document = query_api::routes::openapi();
    let described: BTreeSet<String> = document.paths.paths.keys().cloned().collect();
    let known: BTreeSet<String> = OF_A_PROJECT.iter().map(|(path, _)| (*path).to_owned()).chain(OF_NONE.map(str::to_owned)).collect();
    assert_eq!(described, known);
    for (path, item) in document.paths.paths {
        let item = serde_json::to_value(item).expect("json");
        let methods: Vec<&String> = item.as_object().expect("an object").keys().collect();
        assert_eq!(methods, ["get"], "{path}: another method needs its own entry");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_foreign_project_looks_like_one_that_does_not_exist(pool: PgPool) {
    let app = App::start(pool).await;
    app.record("db.ms", protocol::metric::MetricKind::Distribution, "ms", 1, &[point(&app)]).await;
    let bank = keys::project(&app.db, "bank", app.clock.now()).await;
    let cookie = app.browser(Role::Owner).await;
    let bearer = format!("Bearer {}", app.key);
    for caller in [[("cookie", cookie.as_str())], [("authorization", bearer.as_str())]] {
        for path in paths() {
            let at = |project: &str| path.replace("{project}", project);
            for own in [app.shop.id.to_string(), app.shop.slug.clone()] {
                assert_eq!(app.status(&at(&own), &caller).await, 200, "{own} {path}");
            }
            let mut refusals = BTreeSet::new();
            for foreign in [bank.id.to_string().as_str(), bank.slug.as_str(), "4711", "nowhere", "99999999999999999999", "-1", "0"] {
                let (status, mut body) = app.get_as(&at(foreign), &caller).await;
                assert_eq!(status, 404, "{foreign} {path}");
                body["correlation_id"] = Value::Null;
                refusals.insert(body.to_string());
            }
            assert_eq!(refusals.len(), 1, "{path}: {refusals:?}");
        }
    }
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
    for path in paths().chain(OF_NONE.map(str::to_owned)) {
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
            let (found, body) = app.get_as(&path, &[(header, &value)]).await;
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
    for (path, query) in OF_A_PROJECT.iter().filter(|(path, _)| !path.ends_with("/stream")) {
        let query = query.replace("db.ms", "canary");
        let (_, body) = app.get(&format!("{path}{query}").replace("{project}", "shop")).await;
        let text = body.to_string().replace("no metric `canary`", "");
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
