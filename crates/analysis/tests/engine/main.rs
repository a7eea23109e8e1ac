//! The counting engine against plain, slow references, on random events with duplicates, late arrivals, ties in time and
//! identity links, segmented in any way and compacted in any order.

mod active;
mod agreement;
mod clocks;
mod event;
mod funnel;
mod journeys;
mod lifecycle;
mod retention;
mod routes;
mod segments;
mod select;
mod sessions;
mod trend;
mod visitors;
mod world;
