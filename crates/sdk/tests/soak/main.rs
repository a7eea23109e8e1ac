//! Hours of a hostile server: memory stays flat, nothing panics, and the books close to the last item. `make soak-client` runs it
//! for an hour (`SOAK_SECONDS=`); without that, it is the same in short. One line of JSON says what was found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod server;
#[path = "../support/mod.rs"]
mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use server::{Mode, Server};
use support::caller::act;
use support::{Dice, KEY, PATIENCE};
use throughline::{Client, Config, Report};

static PANICS: AtomicU64 = AtomicU64::new(0);

const SECONDS: u64 = 6;
/// A round of calls, so often.
const ROUND: Duration = Duration::from_millis(100);
const CALLS_PER_ROUND: usize = 40;
/// A mode lasts so long at most.
const MODE_MAX: Duration = Duration::from_secs(20);
/// What the allocator may keep beyond the first part of the run.
const GROWTH_KB_MAX: u64 = 20_000;

fn client(url: &str) -> Client {
    let config = Config::new(url, KEY)
        .flush_every(Duration::from_millis(200))
        .retry_base(Duration::from_millis(5))
        .retry_cap(Duration::from_millis(100))
        .request_timeout(Duration::from_millis(250))
        .ring_bytes(1_000_000)
        .backtraces(false);
    throughline::init(config).unwrap()
}

/// Memory that is in use, in kB, where the system says it.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

fn close(report: &Report) {
    for (signal, books) in report.signals() {
        assert_eq!(books.made, books.delivered + books.rejected + books.lost_total() + books.queued, "{signal:?}: {books:?}");
    }
}

fn total(report: &Report, of: impl Fn(&throughline::SignalReport) -> u64) -> u64 {
    report.signals().iter().map(|(_, books)| of(books)).sum()
}

#[test]
fn hours_of_a_hostile_server_leave_no_trace() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        before(info);
    }));
    #[allow(clippy::disallowed_methods, reason = "a test is told by its environment how long it may take")]
    let seconds = std::env::var("SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS);
    let lasts = Duration::from_secs(seconds);
    let mode_lasts = (lasts / (2 * Mode::ALL.len() as u32)).min(MODE_MAX);
    let server = Server::start().unwrap();
    let met = client(&server.url);
    // A name that no resolver knows.
    let nameless = client("http://throughline.invalid");
    let begun = Instant::now();
    let (mut dice, mut memory) = (Dice(seconds), Vec::new());
    for mode in Mode::ALL.into_iter().cycle() {
        server.turn(mode);
        let ends = begun.elapsed() + mode_lasts;
        while begun.elapsed() < ends.min(lasts) {
            for tl in [&met, &nameless] {
                (0..CALLS_PER_ROUND).for_each(|_| act(tl, &mut dice));
                close(&tl.report());
            }
            thread::sleep(ROUND);
        }
        memory.push((begun.elapsed(), resident_kb()));
        if begun.elapsed() >= lasts {
            break;
        }
    }
    server.turn(Mode::Takes);
    met.shutdown(PATIENCE).unwrap();
    // Its thread may end a moment after the time that it was given.
    let _ = nameless.shutdown(Duration::from_millis(1));
    let asked = Instant::now();
    while total(&nameless.report(), |books| books.queued) > 0 {
        assert!(asked.elapsed() < PATIENCE, "the thread never ended");
        thread::yield_now();
    }

    let report = met.report();
    close(&report);
    for (signal, books) in report.signals() {
        assert_eq!(books.queued, 0, "{signal:?}");
        let theirs = server.books(&format!("/v1/{}", signal.operation()));
        let lost = books.lost.iter().map(|(reason, n)| (reason.word().to_owned(), *n)).collect();
        assert_eq!((theirs.made, theirs.stored, theirs.lost), (books.made, books.delivered, lost), "{signal:?}");
    }
    close(&nameless.report());
    assert_eq!(total(&nameless.report(), |books| books.delivered + books.queued), 0);
    let restarts = report.worker_restarts + nameless.report().worker_restarts;
    assert_eq!((PANICS.load(Ordering::Relaxed), restarts), (0, 0));

    let (first, later): (Vec<_>, Vec<_>) = memory.iter().partition(|(at, _)| *at < lasts / 3);
    let most = |samples: &[&(Duration, u64)]| samples.iter().map(|(_, kb)| *kb).max().unwrap_or(0);
    let (first, later) = (most(&first.iter().collect::<Vec<_>>()), most(&later.iter().collect::<Vec<_>>()));
    println!(
        "{}",
        json!({
            "seconds": begun.elapsed().as_secs(),
            "requests": server.requests(),
            "made": total(&report, |books| books.made),
            "delivered": total(&report, |books| books.delivered),
            "lost": total(&report, |books| books.lost_total()),
            "made_without_a_server": total(&nameless.report(), |books| books.made),
            "breaker_openings": report.breaker_openings,
            "panics": 0,
            "memory_kb_first_third": first,
            "memory_kb_later": later,
        })
    );
    assert!(later < first + GROWTH_KB_MAX, "{first} kB, then {later} kB: {memory:?}");
}
