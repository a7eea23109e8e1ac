//! The connection to a sender breaks while its request is on the way, or its answer.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

use crate::client::Client;
use crate::proxy::pump;
use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use testkit::deadline::PATIENCE;

/// A line to a server on which answers can get lost.
struct Line {
    endpoint: String,
    loses_next_answer: Arc<AtomicBool>,
}

impl Line {
    fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let loses_next_answer = Arc::<AtomicBool>::default();
        let (address, loses) = (server.address().to_owned(), Arc::clone(&loses_next_answer));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&address).expect("the server");
                let (reads, writes) = (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
                let loses = Arc::clone(&loses);
                thread::spawn(move || pump(reads, writes, |_| true));
                thread::spawn(move || pump(server, client, |_| !loses.swap(false, Ordering::SeqCst)));
            }
        });
        Self { endpoint, loses_next_answer }
    }

    /// The server answers the next request, and its sender only sees the connection break.
    fn lose_next_answer(&self) {
        self.loses_next_answer.store(true, Ordering::SeqCst);
    }

    fn lost_it(&self) -> bool {
        !self.loses_next_answer.load(Ordering::SeqCst)
    }
}

/// A batch for each endpoint, and whether the answer says what became of it.
fn batches() -> Vec<(&'static str, Value, bool)> {
    let event = json!({"name": "cart.add", "user_id": "u1", "route": "/cart"});
    let point = json!({"name": "queue.depth", "kind": "gauge", "value": 7});
    let span = json!({"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7", "name": "GET /", "duration_ms": 7});
    let error = json!({"type": "Timeout", "message": "no answer"});
    let log = json!({"body": "it took long", "level": "warning"});
    let identity = json!({"user_id": "u1", "anonymous_id": "a9", "traits": {"plan": "pro"}});
    let refused = json!(7);
    vec![
        ("/v1/track:batch", json!({"batch_id": "lost", "made": 2, "events": [event, refused]}), true),
        ("/v1/metrics:batch", json!({"batch_id": "lost too", "made": 2, "metrics": [point, refused]}), true),
        ("/v1/spans:batch", json!({"batch_id": "a span", "made": 2, "spans": [span, refused]}), true),
        ("/v1/errors:batch", json!({"batch_id": "an error", "made": 2, "errors": [error, refused]}), true),
        ("/v1/logs:batch", json!({"batch_id": "a log", "made": 2, "logs": [log, refused]}), true),
        ("/v1/identify:batch", json!({"batch_id": "an identity", "made": 2, "identities": [identity, refused]}), true),
        ("/v1/import:batch", json!({"batch_id": "history", "events": [event], "metrics": [point], "spans": [span], "logs": [log]}), true),
        ("/api/events/collect", json!([event, event]), false),
    ]
}

/// Everything that the database holds, but for how often batches were repeated and requests refused.
async fn contents(pool: &PgPool) -> Vec<Value> {
    recount::everything_counted(pool).await;
    let mut contents = Vec::new();
    for table in recount::TABLES_WITH_SIGNALS {
        let rows = format!(
            "select coalesce(jsonb_agg(to_jsonb(t) order by t::text), '[]') from {table} t where coalesce(to_jsonb(t)->>'outcome', '') not in ('replayed', 'refused')"
        );
        contents.push(sqlx::query_scalar(AssertSqlSafe(rows)).fetch_one(pool).await.expect("rows"));
    }
    contents
}

#[sqlx::test(migrations = false)]
async fn a_sender_whose_answer_got_lost_may_repeat_its_batch_and_nothing_changes(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let key = format!("Bearer {}", shop.create_key(&database, "ingest,import"));
    let server = Server::start(&database);
    let line = Line::to(&server);
    let client = Client::new(&line.endpoint);
    for (path, body, tells) in batches() {
        let before = contents(&pool).await;
        let headers = [("authorization", key.as_str()), ("idempotency-key", "of the request")];
        let send = || client.send("POST", path, &headers, &body.to_string());

        line.lose_next_answer();
        assert!(send().is_err() && line.lost_it(), "{path}");
        let stored = contents(&pool).await;
        assert_ne!(stored, before, "{path}: it was stored before it was answered");
        for _ in 0..2 {
            let again = send().expect("an answer");
            assert_eq!(again.status, if tells { 202 } else { 204 }, "{path}: {again:?}");
            assert!(!tells || again.json()["duplicate"] == true, "{path}: {again:?}");
        }
        assert_eq!(contents(&pool).await, stored, "{path}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_request_that_breaks_off_stores_nothing_and_its_repetition_is_the_first(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start(&database);
    for (path, body, tells) in batches().into_iter().filter(|(path, ..)| *path != "/v1/import:batch") {
        let before = contents(&pool).await;
        let body = body.to_string();
        let mut socket = TcpStream::connect(server.address()).expect("the server");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
            shop.public_key,
            body.len()
        );
        let half = body.len() / 2;
        socket.write_all([head.as_bytes(), &body.as_bytes()[..half]].concat().as_slice()).expect("a write");
        // The rest does not come. Once the server has closed its side, it has seen that, and is done with the request.
        socket.shutdown(Shutdown::Write).expect("an open socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        socket.read_to_end(&mut Vec::new()).expect("the end of the connection");
        let headers = [("authorization", format!("Bearer {}", shop.public_key))];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(contents(&pool).await, before, "{path}");
        let answer = server.client().send("POST", path, &headers, &body).expect("an answer");
        assert!(!tells || answer.json()["duplicate"] == false, "{path}: {answer:?}");
        assert_ne!(contents(&pool).await, before, "{path}");
    }
}
