//! The query API over a real database.

#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod analyses;
mod app;
mod audience;
mod cell_row;
mod delivery;
mod explorer;
mod faults;
mod isolation;
mod issues;
mod kept_answers;
mod links;
mod live;
mod logs;
mod parameters;
mod person;
mod points;
mod recount;
mod sample_pages;
mod saved;
mod sent;
mod shared;
mod single_points;
mod traces;
mod xray;
