//! The ingest endpoints over a real database.

mod app;
mod docs;
mod enrichment;
mod faults;
mod limits;
mod metrics_and_import;
mod poison;
mod refusals;
mod signals;
mod track;
