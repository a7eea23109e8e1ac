//! Memory while the server is away. Apart, because what is measured is the whole process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::net::TcpListener;
use std::time::Duration;

use support::caller::act;
use support::{Dice, KEY};
use throughline::Config;

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

fn config(url: &str) -> Config {
    Config::new(url, KEY)
        .flush_every(Duration::from_millis(5))
        .retry_base(Duration::from_millis(1))
        .retry_cap(Duration::from_millis(10))
        .request_timeout(Duration::from_millis(100))
        .ring_bytes(1_000_000)
        .drop_wait(Duration::ZERO)
        .backtraces(false)
}

#[test]
fn a_server_without_a_name_or_silent_costs_bounded_memory() {
    // Connections are made by the system, and nobody ever reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    // Longer than a name may be: it fails without asking anybody.
    let nameless = format!("http://{}", "a".repeat(64));
    for url in [nameless, format!("http://{}", silent.local_addr().unwrap())] {
        let tl = throughline::init(config(&url)).unwrap();
        let mut dice = Dice(1);
        let mut round = |calls: usize| {
            (0..calls).for_each(|_| act(&tl, &mut dice));
            resident_kb()
        };
        let filled = round(30_000);
        let later = round(30_000);
        // Six rings of 1 MB, four sealed batches each, and what the allocator keeps: no trend.
        assert!(later < filled + 30_000, "{filled} kB, then {later} kB");
        for (_, books) in tl.report().signals() {
            assert_eq!(books.made, books.delivered + books.rejected + books.lost_total() + books.queued);
        }
    }
}
