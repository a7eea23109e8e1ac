//! Real clusters in temporary folders, with every Postgres that this machine has.

mod bench;
mod binaries;
mod crashes;
mod left_overs;
mod life;
mod owners;
mod with_postgres;
