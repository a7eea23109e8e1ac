//! Which process this is. To ask the system costs as much as a whole capture, so it is asked only where a fork may have
//! happened since.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

/// No process is forked in so short a time: the pages' tables alone take longer. The least that we have seen from the call to
/// the child's first instruction is 45 µs, for a program of one page. A thread that captures more often than this pays
/// nothing; for any other, the question costs a small part of the time that it spends elsewhere.
const FORK_MICROS: i64 = 10;
/// Where a clock stands still, so many captures of a thread pass between two questions.
const ASK_EVERY: u32 = 32;

/// The answer so far.
static KNOWN: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// When this thread looked last, and how often since it asked.
    static LOOKED: Cell<(i64, u32)> = const { Cell::new((i64::MIN, 0)) };
}

/// This process's id.
pub(crate) fn id() -> u32 {
    let id = std::process::id();
    // Written only when it changes: every capture reads this line.
    if KNOWN.load(Ordering::Relaxed) != id {
        KNOWN.store(id, Ordering::Relaxed);
    }
    id
}

/// The same, for a caller who has just read the clock: microseconds since 1970.
#[inline]
pub(crate) fn id_at(now: i64) -> u32 {
    let may_have_forked = |looked: &Cell<(i64, u32)>| {
        let (before, looks) = looked.get();
        let ask = !(0..FORK_MICROS).contains(&now.wrapping_sub(before)) || looks >= ASK_EVERY;
        looked.set((now, if ask { 1 } else { looks + 1 }));
        ask
    };
    if LOOKED.try_with(may_have_forked).unwrap_or(true) { id() } else { KNOWN.load(Ordering::Relaxed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the system is asked at each of these times.
    fn asked(times: &[i64]) -> Vec<bool> {
        let times = times.to_vec();
        let asks = move || {
            let ask = |now: &i64| {
                id_at(*now);
                LOOKED.get().1 == 1
            };
            times.iter().map(ask).collect()
        };
        std::thread::spawn(asks).join().expect("no panic")
    }

    #[test]
    fn the_system_is_asked_first_and_after_every_pause_and_jump_of_the_clock() {
        assert_eq!(asked(&[100, 101, 109, 118, 128, 128]), [true, false, false, false, true, false]);
        assert_eq!(asked(&[100, 99, 99, 5_000, 4_000]), [true, true, false, true, true]);
        assert_eq!(asked(&[0; 40]).iter().filter(|asked| **asked).count(), 2, "a clock that stands still");
        assert_eq!(id_at(0), std::process::id());
    }
}
