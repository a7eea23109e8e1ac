//! What one call costs the calling thread, in nanoseconds: the median of blocks, beside a floor and three peers of the same
//! run, from one thread and from four.
//!
//! `cargo bench -p throughline --bench track`

mod peers;

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use throughline::{Client, Config};

const KEY: &str = "pk_0123456789abcdef0123456789abcdef";
const BLOCKS: usize = 25;
const CALLS: u32 = 20_000;

const THREADS: usize = 4;
/// Longer than a burst's calls are apart.
const APART: Duration = Duration::from_micros(20);

/// The bar of `track` and `record_metric` from one thread.
const BAR_NS: f64 = 200.0;
/// The bar of `track` from four threads at once.
const BAR_OF_FOUR_NS: f64 = 1_000.0;

fn median_ns(mut call: impl FnMut(u32)) -> f64 {
    let blocks = (0..BLOCKS).map(|_| {
        let begun = Instant::now();
        (0..CALLS).for_each(&mut call);
        begun.elapsed().as_nanos() as f64 / f64::from(CALLS)
    });
    median(blocks.collect())
}

/// The median of single calls that are so far apart that the process could have been forked in between: each asks the system.
/// Two readings of the clock are part of it.
fn median_apart_ns(mut call: impl FnMut(u32)) -> f64 {
    let calls = (0..CALLS / 10).map(|i| {
        let paused = Instant::now();
        while paused.elapsed() < APART {}
        let begun = Instant::now();
        call(i);
        begun.elapsed().as_nanos() as f64
    });
    median(calls.collect())
}

/// The median over the blocks of four threads that call at the same time.
fn median_of_four_ns(call: impl Fn(u32) + Sync) -> f64 {
    let start = Barrier::new(THREADS);
    let blocks = thread::scope(|scope| {
        let callers: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    (0..BLOCKS)
                        .map(|_| {
                            let begun = Instant::now();
                            (0..CALLS).for_each(&call);
                            begun.elapsed().as_nanos() as f64 / f64::from(CALLS)
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap_or_default()).collect()
    });
    median(blocks)
}

fn median(mut blocks: Vec<f64>) -> f64 {
    blocks.sort_by(f64::total_cmp);
    blocks.get(blocks.len() / 2).copied().unwrap_or(f64::NAN)
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

fn track(tl: &Client, i: u32) {
    tl.track("cart.add").prop("sku", "A-1").prop("qty", black_box(i)).prop("price", 12.5).send();
}

fn record_metric(tl: &Client, i: u32) {
    tl.record_metric("db.query.duration_ms", black_box(f64::from(i))).tag("table", "users").tag("op", "select").send();
}

/// What the figures of one number of threads are compared with.
struct Yardstick {
    floor: f64,
    peers: Vec<(&'static str, f64)>,
}

impl Yardstick {
    fn print(&self, what: &str, ns: f64, bar: f64) {
        let verdict = if ns <= bar { "within" } else { "OVER" };
        print!("{what:<52}{ns:>7.1} ns  {verdict} {bar:>5.0}  {:>5.2} x floor", ns / self.floor);
        self.peers.iter().for_each(|(name, peer)| print!("  {:>5.2} x {name}", ns / peer));
        println!();
    }
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
    let url = sink()?;
    let live = throughline::init(Config::new(&url, KEY).drop_wait(Duration::ZERO))?;
    // Nothing leaves: each call evicts the oldest item, which is the most that a call can have to do.
    let away = Config::new("http://127.0.0.1:9", KEY).drop_wait(Duration::ZERO);
    let away = throughline::init(away.retry_base(Duration::from_secs(60)).retry_cap(Duration::from_secs(3_600)))?;
    for _ in 0..2_500 {
        away.track("fills the ring").send();
        away.record_metric("fills the ring", 1).send();
    }
    let peers = peers::all()?;

    let floor = floor();
    println!("{:<52}{floor:>7.1} ns", "floor: Instant::now and Mutex<Vec> push of 160 bytes");
    let measured = |one: &dyn Fn(&peers::Call) -> f64| -> Vec<(&'static str, f64)> {
        peers.iter().map(|peer| (peer.name, one(&peer.call))).inspect(|(name, ns)| println!("{name:<52}{ns:>7.1} ns")).collect()
    };
    let one = Yardstick { floor, peers: measured(&|call| median_ns(call)) };
    one.print("track(), 3 props, a server takes it all", median_ns(|i| track(&live, i)), BAR_NS);
    one.print("record_metric(), 2 tags, a server takes it all", median_ns(|i| record_metric(&live, i)), BAR_NS);
    one.print("track(), 3 props, ring full, no server", median_ns(|i| track(&away, i)), BAR_NS);
    one.print("record_metric(), 2 tags, ring full, no server", median_ns(|i| record_metric(&away, i)), BAR_NS);

    println!("{:<52}{:>7.1} ns", "track(), 3 props, 20 us apart", median_apart_ns(|i| track(&live, i)));
    println!("{:<52}{:>7.1} ns", "record_metric(), 2 tags, 20 us apart", median_apart_ns(|i| record_metric(&live, i)));

    println!("\n{THREADS} threads at once");
    let four = Yardstick { floor, peers: measured(&|call| median_of_four_ns(call)) };
    four.print("track(), 3 props, a server takes it all", median_of_four_ns(|i| track(&live, i)), BAR_OF_FOUR_NS);
    four.print("record_metric(), 2 tags, a server takes it all", median_of_four_ns(|i| record_metric(&live, i)), BAR_OF_FOUR_NS);
    four.print("track(), 3 props, ring full, no server", median_of_four_ns(|i| track(&away, i)), BAR_OF_FOUR_NS);
    four.print("record_metric(), 2 tags, ring full, no server", median_of_four_ns(|i| record_metric(&away, i)), BAR_OF_FOUR_NS);
    Ok(())
}
