//! Clients that hold a connection and send little.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use sqlx::PgPool;

use crate::server::Server;
use crate::shop::{Shop, database};
use testkit::deadline::{PATIENCE, until};

/// A connection that is spoken to by hand.
struct Connection(TcpStream);

impl Connection {
    fn open(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address()).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        Self(stream)
    }

    fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("the server reads");
    }

    /// What the server says until it closes the connection.
    fn rest(mut self) -> String {
        let mut text = Vec::new();
        // A connection that is reset is closed too.
        let _ = self.0.read_to_end(&mut text);
        String::from_utf8(text).expect("text")
    }

    /// Whether a whole request on this connection is answered with 200.
    fn is_served(&mut self) -> bool {
        let asked = self.0.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let mut answer = [0; 1024];
        let read = asked.and_then(|()| self.0.read(&mut answer)).unwrap_or_default();
        answer[..read].starts_with(b"HTTP/1.1 200")
    }
}

#[sqlx::test(migrations = false)]
async fn a_request_whose_head_does_not_come_is_cut_and_a_resting_connection_is_not(pool: PgPool) {
    let server = Server::start_with(&database(&pool), &["--listen", "127.0.0.1:0", "--head-within", "300"]);
    let mut resting = Connection::open(&server);
    assert!(resting.is_served());
    let silent = Connection::open(&server);
    let mut half = Connection::open(&server);
    half.send("POST /v1/track:batch HTTP/1.1\r\nhost: localhost\r\n");
    assert_eq!((silent.rest(), half.rest()), (String::new(), String::new()));
    // It rests for longer than a head may take.
    assert!(resting.is_served());
    resting.send("GET /healthz HTTP/1.1\r\n");
    assert_eq!(resting.rest(), "");
}

#[sqlx::test(migrations = false)]
async fn a_request_whose_body_does_not_come_is_told_so(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start_with(&database, &["--listen", "127.0.0.1:0", "--request-within", "300"]);
    let mut slow = Connection::open(&server);
    let head = format!("POST /v1/track:batch HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n", shop.public_key);
    slow.send(&format!("{head}content-length: 100\r\n\r\n{{\"events\""));
    let answer = slow.rest();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("application/problem+json"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let problem: serde_json::Value = serde_json::from_str(body).expect("json");
    assert_eq!(problem["code"], "request_timeout");
    assert!(answer.contains(problem["correlation_id"].as_str().expect("an id")), "{answer}");
}

#[sqlx::test(migrations = false)]
async fn a_sender_of_too_much_reads_why_it_was_refused(pool: PgPool) {
    let server = Server::start(&database(&pool));
    let mut sender = Connection::open(&server);
    sender.send("POST /v1/track:batch HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 3000000\r\n\r\n");
    // Far more than what lies between the two: it can only be written while the server reads.
    sender.send(&" ".repeat(3_000_000));
    let answer = sender.rest();
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains(r#""code":"too_large""#), "{answer}");
}

#[sqlx::test(migrations = false)]
async fn connections_above_the_cap_are_refused_until_there_is_room(pool: PgPool) {
    let server = Server::start_with(&database(&pool), &["--listen", "127.0.0.1:0", "--connections-max", "2"]);
    let mut held = [Connection::open(&server), Connection::open(&server)];
    assert!(held.iter_mut().all(Connection::is_served));
    let refusal = Connection::open(&server).rest();
    assert!(refusal.starts_with("HTTP/1.1 503") && refusal.contains("retry-after: 5"), "{refusal}");
    assert!(held[0].is_served());
    let [leaves, mut stays] = held;
    drop(leaves);
    until("there is room again", async || Connection::open(&server).is_served()).await;
    assert!(stays.is_served());
}
