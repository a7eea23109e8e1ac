//! Words of somebody else's `Display` and `Debug`: cut while they are written, and whatever they do, no panic.

use std::error::Error;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use protocol::limits::STRING_BYTES_MAX;

use crate::repair;

/// Takes what fits and then refuses, which ends the formatting.
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = STRING_BYTES_MAX - self.0.len();
        self.0.push_str(repair::head(text, room));
        if text.len() > room { Err(fmt::Error) } else { Ok(()) }
    }
}

/// What an error says, at most 8 KiB.
pub(super) fn display<E: Error + ?Sized>(error: &E) -> String {
    written(|out| write!(out, "{error}"))
}

/// An error's `Debug` form, at most 8 KiB.
pub(super) fn debug<E: Error + ?Sized>(error: &E) -> String {
    written(|out| write!(out, "{error:?}"))
}

fn written(write: impl FnOnce(&mut Bounded) -> fmt::Result) -> String {
    let mut out = Bounded(String::new());
    // What was written before it failed or panicked stays.
    let _ = catch_unwind(AssertUnwindSafe(|| write(&mut out)));
    out.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Endless;

    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("ä and so on, ")?;
            }
        }
    }
    impl Error for Endless {}

    #[derive(Debug)]
    struct Failing;

    impl fmt::Display for Failing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the beginning")?;
            Err(fmt::Error)
        }
    }
    impl Error for Failing {}

    #[test]
    fn endless_words_are_cut_and_failing_ones_end() {
        let text = display(&Endless);
        assert!((STRING_BYTES_MAX - 1..=STRING_BYTES_MAX).contains(&text.len()));
        assert_eq!(display(&Failing), "the beginning");
        assert_eq!(debug(&Failing), "Failing");
    }
}
