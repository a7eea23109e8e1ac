//! Postgres: the pool, the migrator, and one module per noun with its statements. The only crate that names sqlx.
//!
//! A function takes its connection: `&Db` reads from the pool, `&mut Transaction` is part of the caller's transaction.
//! "Not found" is `Ok(None)`. Time, random values and ids come in as arguments, never from the database's clock.
//!
//! # Adding a statement
//! 1. Write the function in the module of its noun. More than a dozen lines of SQL go to `sql/<noun>/<function>.sql`,
//!    with a sentence of why.
//! 2. Every statement on a table that grows says `project_id = $n`, and so does every join (`ARCHITECTURE.md`,
//!    "One project per statement").
//! 3. Run `make gen`: it checks the statement against a scratch database and refreshes `.sqlx`.
//!
//! SQL fills `protocol` structs directly (`query_as!` with `as "name: _"`) wherever the row is the answer.

pub mod accounts;
pub mod actors;
pub mod annotations;
pub mod api_keys;
pub mod audit;
pub mod batches;
mod copy;
pub mod counted;
mod database;
pub mod dead_letters;
pub mod erasures;
mod error;
pub mod error_reports;
pub mod event_quarters;
pub mod events;
pub mod flags;
pub mod flushes;
pub mod horizon;
pub mod identities;
pub mod identity_links;
pub mod ingest_processes;
pub mod issue_quarters;
pub mod issue_reports;
pub mod issues;
pub mod keeping;
pub mod key_cache;
pub mod live_events;
pub mod login_sessions;
pub mod logs;
pub mod metric_cells;
pub mod metric_folds;
pub mod metric_notes;
pub mod metric_points;
pub mod metric_series;
pub mod outcomes;
pub mod partitions;
pub mod pending;
pub mod personal_rows;
pub mod place;
pub mod profile;
pub mod project_roles;
pub mod projects;
pub mod raw;
mod received;
pub mod rejections;
pub mod route_rules;
mod row_id;
pub mod samples;
pub mod saved;
pub mod seen_events;
pub mod seen_ids;
pub mod segments;
pub mod send_limits;
pub mod series_candidates;
pub mod setup_links;
pub mod shared_links;
pub mod spans;
pub mod stored_items;
pub mod tail;
pub mod timeline;
pub mod tombstones;
pub mod traces;
pub mod usage;
pub mod work;

pub use copy::Rows;
pub use database::{Db, MIGRATOR, PoolSize, Transaction};
pub use error::{Error, Result};
