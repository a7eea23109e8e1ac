//! The query API over a real database.

#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod analyses;
mod app;
mod audience;
mod delivery;
mod explorer;
mod isolation;
mod links;
mod live;
mod parameters;
mod person;
mod points;
mod saved;
mod sent;
mod shared;
mod xray;
