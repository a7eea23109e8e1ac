//! A seeded shop, Harbor Goods: people walk through it, and what their browsers and its servers would send comes out.
//!
//! Equal parameters make equal signals, so the [`truth`] of a history (what a correct dashboard must show) is counted
//! from the same signals in the plainest way, without the product's help. [`history`] is the past, sent through the
//! import endpoint by [`backfill`]; [`live`] is traffic in real time, sent through the client that applications use.

pub mod backfill;
mod dice;
mod gauges;
pub mod history;
mod incident;
pub mod live;
mod person;
mod release;
mod signal;
mod stock;
pub mod truth;
mod visit;

pub use history::History;
pub use signal::{Item, Signal};
pub use truth::Truth;
