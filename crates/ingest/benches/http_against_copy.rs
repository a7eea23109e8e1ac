//! Acknowledged events per second over HTTP, beside raw COPY of the same rows into the same table in the same run.
//!
//! `make bench` runs it against a durable scratch cluster. One event per request over 64 connections; batches of 500
//! events with three props over 1, 4 and 16 connections; COPY BINARY of the same rows, 5,000 per transaction over 4
//! connections, into the table with its indexes. Each is the median of three rounds. At the end, half of the highest rate
//! by a timetable.

mod load;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ingest::{Config, Ingest};
use load::{Answer, Plan, p99, per_second};
use protocol::time::Clock;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use storage::{Db, PoolSize, partitions};
use testkit::{keys, raw_copy};
use tokio::net::TcpListener;

const BATCH_EVENTS: usize = 500;
const BATCHES: usize = 400;
const BATCH_CONNECTIONS: [usize; 3] = [1, 4, 16];
const SINGLES: usize = 20_000;
const SINGLE_CONNECTIONS: usize = 64;
const COPY_ROWS: usize = 5_000;
const COPY_CONNECTIONS: usize = 4;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() {
    let Some(url) = load::database_url() else { return };
    let size = PoolSize { connections_max: 8, wait_max: Duration::from_secs(5), statement_max: Duration::from_secs(60) };
    let db = Db::connect(&url, "bench", size).await.expect("a database");
    db.migrate().await.expect("a schema");
    partitions::ensure(&db, load::now()).await.expect("partitions");
    let project = keys::project(&db, "bench", load::now()).await;
    let key = keys::public(&db, &project, 'b', load::now()).await;
    let (ingest, _committers) = Ingest::start(db, Clock::new(load::now), load::random, Config::default(), None);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, ingest::router(ingest)).await });
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await.expect("a pool");

    let bench = Bench { pool, address, key };
    let batches: Arc<[Vec<u8>]> = (0..BATCHES).map(|i| bench.request(i, BATCH_EVENTS)).collect();
    let singles: Arc<[Vec<u8>]> = (0..SINGLES).map(|i| bench.request(BATCHES + i, 1)).collect();
    let (mut batched, mut copied, mut single) = ([const { Vec::new() }; 3], Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        single.push(per_second(&bench.send(&singles, SINGLE_CONNECTIONS, None).await, 1));
        for (connections, figures) in BATCH_CONNECTIONS.into_iter().zip(&mut batched) {
            figures.push(per_second(&bench.send(&batches, connections, None).await, BATCH_EVENTS));
        }
        let chunks = raw_copy::out(&bench.pool, COPY_ROWS).await;
        raw_copy::empty(&bench.pool).await;
        let start = Instant::now();
        raw_copy::back_in(&url, &chunks, COPY_CONNECTIONS).await;
        copied.push((BATCHES * BATCH_EVENTS) as f64 / start.elapsed().as_secs_f64());
    }
    let (batched, copied, single) = (batched.map(median), median(copied), median(single));
    let highest = batched.into_iter().fold(0.0, f64::max);
    let half = Duration::from_secs_f64(2.0 * BATCH_EVENTS as f64 / highest);
    let took = bench.send(&batches, BATCH_CONNECTIONS[2], Some(half)).await.into_iter().map(|answer| answer.took).collect();
    println!("raw COPY BINARY, 4 connections                {copied:>9.0} events/s");
    for (connections, figure) in BATCH_CONNECTIONS.into_iter().zip(batched) {
        println!("acknowledged over HTTP, {connections:>2} connections       {figure:>9.0} events/s, {:.2} of raw COPY", figure / copied);
    }
    println!("p99 of an acknowledgement at half that rate   {:>9.1} ms", p99(took).as_secs_f64() * 1e3);
    println!("one event per request, 64 connections         {single:>9.0} requests/s, all acknowledged after commit");
}

struct Bench {
    pool: PgPool,
    address: String,
    key: String,
}

impl Bench {
    fn request(&self, number: usize, events: usize) -> Vec<u8> {
        let random = ((load::random() as u64 as u128) << 16 | number as u128).to_be_bytes();
        let millis = load::now().timestamp_millis() as u64;
        let batch_id = uuid::Builder::from_unix_timestamp_millis(millis, &random[6..].try_into().expect("ten bytes")).into_uuid();
        let items = load::events(number * events, events);
        let body = format!(r#"{{"batch_id":"{batch_id}","install_id":"i{}","events":[{items}]}}"#, number % 100);
        let (address, key) = (&self.address, &self.key);
        format!(
            "POST /v1/track:batch HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    /// Sends every request into empty tables. All of them must be stored.
    async fn send(&self, requests: &Arc<[Vec<u8>]>, connections: usize, every: Option<Duration>) -> Vec<Answer> {
        raw_copy::empty(&self.pool).await;
        let requests = Arc::clone(requests);
        let expected = requests.len();
        let request = Arc::new(move |number: usize| requests.get(number).cloned());
        let answers = Plan { address: self.address.clone(), connections, every, request }.send().await;
        let taken = answers.iter().filter(|answer| answer.status == 202).count();
        let stored: i64 = sqlx::query_scalar("select count(*) from batch").fetch_one(&self.pool).await.expect("a count");
        assert_eq!((taken, stored as usize), (expected, expected), "every batch is taken, and none twice");
        answers
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
