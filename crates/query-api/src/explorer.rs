//! The Metrics explorer: which metrics there are, one over time, and its stored points.
//!
//! Charts come from the rollups, percentiles from merged sketches; see [`analysis::metric`]. Ranges up to a day read
//! minutes, longer ones read hours. Every environment counts.

mod aggregate;
mod catalogue;
mod cells;
mod resolve;
mod samples;

pub use aggregate::{AggregateQuery, aggregate};
pub use catalogue::catalogue;
pub use resolve::MetricQuery;
pub use samples::{SamplesQuery, samples};
