//! The ingest endpoints over a real database.

mod app;
mod docs;
mod metrics_and_import;
mod signals;
mod track;
