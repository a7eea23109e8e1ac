//! The worker against a real Postgres. Raw rows are written as ingest writes them; what the rollups say afterwards is
//! compared with a plain recount of the raw rows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod chores;
mod days;
mod erasing;
mod exactly_once;
mod faults;
mod heavy_series;
mod identities;
mod issues;
mod limits;
mod notes;
mod random;
mod raw;
mod recount;
mod retention;
mod rollups;
mod segments;
mod spans;
mod verifying;
