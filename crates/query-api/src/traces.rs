//! Traces: looked for by their spans, shown as a waterfall, one span of them.
//!
//! Read from raw rows, so as far back as these are kept. How endpoints and moments do over time is counted elsewhere: see
//! [`crate::explorer::timed`].

mod durations;
mod failures;
mod found;
mod marks;
mod search;
mod span;
mod waterfall;

pub use search::search;
pub use span::span;
pub use waterfall::trace;
