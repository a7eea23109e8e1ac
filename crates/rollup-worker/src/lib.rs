//! Turns committed flushes into rollups, one file per job. Each job is bounded, may run in any number of processes at
//! once, and resumes after a crash as if nothing had happened.
//!
//! A worker holds one project at a time. In one transaction it locks the project, claims its oldest flushes, counts them
//! and takes them off the list, so that every flush is counted exactly once wherever the process dies.

mod admit_labels;
mod admit_routes;
mod book_outcomes;
mod book_usage;
mod chores;
mod claim;
mod compact;
mod config;
mod count;
mod count_events;
mod count_issues;
mod count_points;
mod drain;
mod due;
mod erase;
mod exchange_series;
mod fold_days;
mod forget;
mod housekeeping;
mod intern_actors;
mod intern_series;
mod link_identities;
mod note_candidates;
mod pay_debts;
mod read_events;
mod retain;
mod run;
mod series_room;
mod stage;
mod stored_event;
mod sweep;
mod telemetry;
mod time_spans;
mod verify;
mod write_segments;

pub use compact::compact;
pub use config::{Config, SeriesLimit};
pub use count::Counted;
pub use drain::{run_once, run_once_with};
pub use erase::{erase, would_erase};
pub use exchange_series::exchange_series;
pub use fold_days::fold_days;
pub use pay_debts::pay_debts;
pub use retain::{Over, over, retain};
pub use run::run;
pub use stage::{AtStage, Stage};
pub use sweep::sweep;
pub use verify::{Checked, Counts, Drift, Extent, RawChecked, RawDrift, check_raw, verify};
