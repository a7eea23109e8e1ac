//! Real clusters in temporary folders, with every Postgres that this machine has.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as expected")]

mod bench;
mod binaries;
mod crashes;
mod left_overs;
mod life;
mod owners;
mod with_postgres;
