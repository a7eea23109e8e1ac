//! Pure counting: no I/O, no clock, no database. What goes in are rows and a range, what comes out is an answer's figures.
//!
//! Every analysis has a plain, slow twin in its tests, and a property test that both agree on random data.

pub mod active;
pub mod audience;
pub mod calendar;
pub mod cell;
pub mod clocks;
pub mod export;
pub mod facets;
pub mod funnel;
pub mod heavy_hitters;
pub mod history;
pub mod issue;
pub mod journeys;
pub mod keys;
pub mod last_times;
pub mod lifecycle;
pub mod live;
pub mod metric;
pub mod persons;
pub mod quarter;
pub mod retention;
pub mod routes;
pub mod segment;
pub mod select;
pub mod sessions;
pub mod trend;
pub mod visitors;
pub mod waterfall;
