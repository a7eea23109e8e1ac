//! `throughline export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use query_api::export::Moment;

use super::DatabaseOptions;

#[derive(Clone, Debug, Args)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    /// Parquet for DuckDB, Polars and pandas, or a JSON object per line
    #[arg(long, value_enum)]
    pub(crate) format: ExportFormat,
    /// The first moment: a day of the project's zone such as 2026-05-14, or a time such as 2026-05-14T08:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Moment>,
    /// The moment before which it ends
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Moment>,
    /// The file; - for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    Parquet,
    Ndjson,
}
