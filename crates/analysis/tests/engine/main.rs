//! The counting engine against plain, slow references, on random events with duplicates, late arrivals, ties in time and
//! identity links, segmented in any way and compacted in any order.

mod event;
mod segments;
