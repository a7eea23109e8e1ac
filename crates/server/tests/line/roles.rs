//! One process per role.

use std::thread;

use serde_json::json;
use sqlx::PgPool;

use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use testkit::deadline::until;

#[sqlx::test(migrations = false)]
async fn three_processes_with_a_role_each_make_one_line(pool: PgPool) {
    let database = database(&pool);
    let start = |role| Server::start_with(&database, &["--listen", "127.0.0.1:0", "--role", role]);
    // All at once: each brings the schema up to date or waits for the one that does.
    let [ingest, worker, query] = thread::scope(|scope| {
        ["ingest", "worker", "query"].map(|role| scope.spawn(move || start(role))).map(|server| server.join().expect("a server"))
    });
    let shop = Shop::create(&database, "shop");
    assert!(query.line().contains("/setup?token="), "only who shows pages offers a link to the first one");

    let body = json!({"events": [{"name": "page_view", "user_id": "u1", "route": "/"}]});
    let path = "/v1/track:batch";
    assert_eq!(ingest.client().post_with_key(path, &shop.public_key, &body).status, 202);
    assert_eq!([&worker, &query].map(|server| server.client().post_with_key(path, &shop.public_key, &body).status), [404, 404]);
    let look = |server: &Server, question: &str| server.client().get_with_key(&shop.path(question), &shop.secret_key);
    assert_eq!([&ingest, &worker].map(|server| look(server, "/live").status), [404, 404]);
    until("the event shows on Live", async || look(&query, "/live").json()["people"] == 1).await;
    until("the event is counted", async || look(&query, "/audience/metrics").json()["totals"]["page_views"] == 1.0).await;
    recount::assert_quarters_are_right(&pool).await;
    for server in [&ingest, &worker, &query] {
        assert_eq!(["/healthz", "/readyz", "/metrics"].map(|path| server.client().get(path, &[]).status), [200; 3]);
    }
}
