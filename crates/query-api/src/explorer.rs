//! The Metrics explorer: which metrics there are, some over time, their stored points, and why some of these differ.
//!
//! Charts come from the rollups, percentiles from merged sketches; see [`analysis::metric`]. Buckets under an hour are added up
//! from minutes, others from hours; decoded cells of hours that are over are kept, see `cells`. Every environment counts. A filter by
//! what only single points know is answered from these, see `chosen`.

mod aggregate;
mod behind_routes;
mod catalogue;
mod cells;
mod chosen;
mod listing;
mod matching;
mod reckon;
mod resolve;
mod samples;
mod suggest;
mod timed;
mod why;

pub use aggregate::aggregate;
pub(crate) use aggregate::frame;
pub(crate) use behind_routes::behind_routes;
pub use catalogue::{catalogue, describe, metric, thresholds};
pub(crate) use cells::KeptCells;
pub use samples::{sample, samples};
pub use suggest::suggestions;
pub use timed::timed;
pub use why::{heat, why};
