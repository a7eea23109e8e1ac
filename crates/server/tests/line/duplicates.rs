//! The same batch again.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::client::{Answer, Client};
use crate::figures::figures;
use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};

const CONNECTIONS: usize = 8;

fn events() -> Value {
    json!({"batch_id": "events of today", "made": 5, "events": [
        {"name": "page_view", "user_id": "u1", "session_id": "s1", "route": "/", "context": {"os": "Linux", "country": "DE"}},
        {"name": "page_view", "user_id": "u2", "session_id": "s2", "route": "/cart", "sample_rate": 0.5},
        {"name": "cart.add", "user_id": "u2", "session_id": "s2", "route": "/cart", "release": "web@5.2", "props": {"sku": "A-1"}},
        {"name": "nobody.did.this"},
        {"route": "/without/a/name"}]})
}

fn points() -> Value {
    json!({"batch_id": "0b8c2f51-90a4-4d1c-9d1f-2f6a8f1d0c11", "metrics": [
        {"name": "db.query.duration_ms", "value": 42, "unit": "ms", "tags": {"table": "users"}, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"},
        {"name": "db.query.duration_ms", "value": 7.5, "unit": "ms", "tags": {"table": "orders"}},
        {"name": "email.sent", "kind": "counter", "value": 3},
        {"name": "queue.depth", "kind": "gauge", "value": 12},
        {"name": "search.users", "kind": "set", "value": "u1"},
        {"name": "queue.depth", "kind": "gauge", "value": "deep"}]})
}

#[sqlx::test(migrations = false)]
async fn a_batch_that_comes_again_changes_no_figure(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    // A sender may meet any of several servers.
    let servers = [Server::start(&database), Server::start(&database)];
    let clients = servers.each_ref().map(Server::client);
    let client = &clients[0];
    let batches = [("/v1/track:batch", events(), (4, 1)), ("/v1/metrics:batch", points(), (5, 1))];
    let mut first_answers = Vec::new();
    for (path, body, (accepted, rejected)) in &batches {
        let answers = at_once(&clients, path, &shop.public_key, body);
        let (mut fresh, repeated): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer["duplicate"] == false);
        assert_eq!((fresh.len(), repeated.len()), (1, CONNECTIONS - 1), "{path}");
        let mut first = fresh.remove(0);
        assert_eq!((&first["accepted"], &first["rejected"]), (&json!(accepted), &json!(rejected)));
        first["duplicate"] = json!(true);
        assert!(repeated.iter().all(|answer| *answer == first), "{repeated:?}");
        first_answers.push(first);
    }
    recount::everything_counted(&pool).await;
    recount::assert_quarters_are_right(&pool).await;
    let before = figures(client, &shop);
    let totals = &before["/audience/metrics?range=24h"]["totals"];
    assert_eq!((&totals["people"], &totals["page_views"], &totals["events"]), (&json!(2), &json!(3.0), &json!(5.0)));
    assert_eq!(before["/live?window=30"]["events"], 4);
    assert_eq!(before["/metrics/samples?range=24h&name=db.query.duration_ms"]["points"], 2);

    for ((path, body, _), first) in batches.iter().zip(&first_answers) {
        let mut answers =
            vec![client.post_with_key(path, &shop.public_key, body).json(), client.post_with_key(path, &shop.public_key, body).json()];
        answers.extend(at_once(&clients, path, &shop.public_key, body));
        assert!(answers.iter().all(|answer| answer == first), "{answers:?}");
    }
    recount::everything_counted(&pool).await;
    assert_eq!(Value::Object(figures(client, &shop)), Value::Object(before));
}

/// Posts the same over several connections at the same moment; one that is asked to come back does.
fn at_once(clients: &[Client], path: &str, key: &str, body: &Value) -> Vec<Value> {
    let ready = Barrier::new(CONNECTIONS);
    let post = &|client: &Client| {
        ready.wait();
        let answers = std::iter::repeat_with(|| client.post_with_key(path, key, body));
        answers.take(100).find(|answer: &Answer| answer.status == 202).expect("it is taken in the end").json()
    };
    thread::scope(|scope| {
        let posts: Vec<_> = clients.iter().cycle().take(CONNECTIONS).map(|client| scope.spawn(move || post(client))).collect();
        posts.into_iter().map(|post| post.join().expect("an answer")).collect()
    })
}
