//! What one call costs the calling thread, in nanoseconds: the median of blocks, beside floors of the same run.
//!
//! `cargo bench -p throughline --bench track`

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use throughline::{Client, Config};

const KEY: &str = "pk_0123456789abcdef0123456789abcdef";
const BLOCKS: usize = 25;
const CALLS: u32 = 20_000;

/// The bar of both calls.
const BAR_NS: f64 = 200.0;

fn median_ns(mut call: impl FnMut(u32)) -> f64 {
    let mut blocks: Vec<f64> = (0..BLOCKS)
        .map(|_| {
            let begun = Instant::now();
            (0..CALLS).for_each(&mut call);
            begun.elapsed().as_nanos() as f64 / f64::from(CALLS)
        })
        .collect();
    blocks.sort_by(f64::total_cmp);
    blocks[BLOCKS / 2]
}

/// The least that a call of this kind can do: read the clock and copy a record of 160 bytes under a lock.
fn floor() -> f64 {
    let records: Mutex<Vec<[u8; 160]>> = Mutex::new(Vec::with_capacity(500));
    median_ns(|i| {
        let now = Instant::now();
        let mut records = records.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() == 500 {
            records.clear();
        }
        let mut record = [7; 160];
        record[0] = i as u8;
        records.push(black_box(record));
        black_box(now);
    })
}

fn track(tl: &Client) -> f64 {
    median_ns(|i| tl.track("cart.add").prop("sku", "A-1").prop("qty", black_box(i)).prop("price", 12.5).send())
}

fn record_metric(tl: &Client) -> f64 {
    median_ns(|i| {
        tl.record_metric("db.query.duration_ms", black_box(f64::from(i))).tag("table", "users").tag("op", "select").send();
    })
}

fn print(what: &str, ns: f64, floor: f64) {
    let verdict = if ns <= BAR_NS { "within" } else { "OVER" };
    println!("{what:<58}{ns:>7.1} ns  {:>5.2} x floor  {verdict} the bar of {BAR_NS:.0} ns", ns / floor);
}

/// Answers every request as a server that stores everything would.
fn sink() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream));
        }
    });
    Ok(url)
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    const ANSWER: &str = "{\"accepted\":0,\"duplicate\":false,\"rejected\":0,\"errors\":[]}";
    let mut held = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        held.extend_from_slice(&chunk[..read]);
        while let Some(end) = held.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&held[..end]).to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
            let whole = end + 4 + length.unwrap_or(0);
            if held.len() < whole {
                break;
            }
            held.drain(..whole);
            write!(stream, "HTTP/1.1 202 Accepted\r\ncontent-length: {}\r\n\r\n{ANSWER}", ANSWER.len())?;
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let floor = floor();
    println!("{:<58}{floor:>7.1} ns", "floor: Instant::now and Mutex<Vec> push of 160 bytes");
    let url = sink()?;

    let live = throughline::init(Config::new(&url, KEY).drop_wait(Duration::ZERO))?;
    print("track(), 3 props, a server takes it all", track(&live), floor);
    print("record_metric(), 2 tags, a server takes it all", record_metric(&live), floor);

    // Nothing leaves: each call evicts the oldest item, which is the most that a call can have to do.
    let away = Config::new("http://127.0.0.1:9", KEY).drop_wait(Duration::ZERO);
    let away = throughline::init(away.retry_base(Duration::from_secs(60)).retry_cap(Duration::from_secs(3_600)))?;
    for _ in 0..2_500 {
        away.track("fills the ring").send();
        away.record_metric("fills the ring", 1).send();
    }
    print("track(), 3 props, ring full, no server", track(&away), floor);
    print("record_metric(), 2 tags, ring full, no server", record_metric(&away), floor);
    Ok(())
}
