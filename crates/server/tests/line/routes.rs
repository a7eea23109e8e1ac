//! How a project names its routes, and who counts as a person, from the terminal to the figures.

use serde_json::json;
use sqlx::PgPool;

use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::{run, succeed};
use testkit::deadline::until;

fn refusal(database: &str, rule: &str) -> String {
    run(database, &["routes", "--project", "shop", "add", rule]).err.trim().to_owned()
}

#[sqlx::test(migrations = false)]
async fn rules_are_added_listed_tried_and_removed(pool: PgPool) {
    let database = database(&pool);
    Shop::create(&database, "shop");
    let routes = |arguments: &[&str]| succeed(&database, &[&["routes", "--project", "shop"], arguments].concat());
    assert_eq!(routes(&["try", "https://shop.example/orders/18273?x=1"]), "/orders/:id\n18273 is a number\n");
    assert_eq!(routes(&["try", "/blog/hello-world"]), "/blog/hello-world\nnothing in it varies\n");
    for rule in ["/blog/*", "/blog/:slug", "/blog/archive"] {
        assert_eq!(routes(&["add", rule]), "");
    }
    assert_eq!(routes(&["list"]), "/blog/archive\n/blog/:slug\n/blog/*\n");
    assert_eq!(routes(&["try", "/blog/hello-world"]), "/blog/:slug\nby the rule /blog/:slug\n");
    assert_eq!(refusal(&database, "/blog/:name"), "error: project `shop` has a rule for these paths already: /blog/:slug");
    assert_eq!(refusal(&database, "blog"), "error: `blog` is no rule: a rule begins with a slash, such as /blog/:slug");
    assert_eq!(routes(&["remove", "/blog/:slug"]), "");
    assert_eq!(routes(&["try", "/blog/hello-world"]), "/blog/*\nby the rule /blog/*\n");
    assert_eq!(run(&database, &["routes", "--project", "shop", "remove", "/blog/:slug"]).code, 1);
}

#[sqlx::test(migrations = false)]
async fn a_robots_event_is_stored_and_nobody_on_live_while_a_person_with_curl_is_somebody(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start(&database);
    let client = server.client();
    for (agent, user) in [("Mozilla/5.0 (compatible; Googlebot/2.1)", "crawler"), ("curl/8.5.0", "person")] {
        let body = json!({"events": [{"name": "page_view", "user_id": user, "route": "/orders/18273"}]}).to_string();
        let headers = [("x-throughline-key", shop.public_key.as_str()), ("user-agent", agent)];
        assert_eq!(client.send("POST", "/v1/track:batch", &headers, &body).expect("an answer").status, 202);
    }
    let mut live = json!(null);
    until("both events are on Live", async || {
        live = client.get_with_key(&shop.path("/live?window=30"), &shop.secret_key).json();
        live["events"] == 1 && live["bot_events"] == 1
    })
    .await;
    assert_eq!((&live["people"], &live["feed"][0]["route"]), (&json!(1), &json!("/orders/:id")));
}
