//! Traces: which there are, one of them as a waterfall, one of its spans, and how endpoints and moments do.

mod search;
mod span;
mod timed;
mod waterfall;

pub use search::{DurationBin, SEARCH_ROWS, TraceRow, TraceSort, TracesAnswer, TracesOf, TracesQuery};
pub use span::SpanAnswer;
pub use timed::{TimedAnswer, TimedBy, TimedOf, TimedQuery, TimedRow};
pub use waterfall::{MARKS_MAX, SPANS_MAX, TraceAnswer, TraceMark, TraceSpan, TraceVisitor};
