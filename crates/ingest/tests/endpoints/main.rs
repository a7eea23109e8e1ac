//! The ingest endpoints over a real database.

mod app;
mod metrics_and_import;
mod track;
