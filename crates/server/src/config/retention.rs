//! `throughline retention`.

use clap::Args;

use super::DatabaseOptions;

#[derive(Clone, Debug, Args)]
pub(crate) struct RetentionOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs; all projects when absent
    #[arg(long)]
    pub(crate) project: Option<String>,
    /// Show what goes with the next run instead; nothing is changed
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// How many days a project keeps what, as `projects` takes it.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct KeepOptions {
    /// Days for which events and metric points are kept as they came, 8 to 3650
    #[arg(long, value_name = "DAYS", value_parser = days())]
    pub(crate) keep_raw_days: Option<i32>,
    /// Days for which spans, error reports and logs are kept, 8 to 3650
    #[arg(long, value_name = "DAYS", value_parser = days())]
    pub(crate) keep_traces_days: Option<i32>,
    /// Days for which events are kept in columns, for analyses, 8 to 3650
    #[arg(long, value_name = "DAYS", value_parser = days())]
    pub(crate) keep_segments_days: Option<i32>,
}

fn days() -> clap::builder::RangedI64ValueParser<i32> {
    use protocol::limits::{KEEP_DAYS_MAX, KEEP_DAYS_MIN};
    clap::value_parser!(i32).range(i64::from(KEEP_DAYS_MIN)..=i64::from(KEEP_DAYS_MAX))
}

impl KeepOptions {
    /// Nothing shall change.
    pub(crate) fn is_empty(self) -> bool {
        self.keep_raw_days.is_none() && self.keep_traces_days.is_none() && self.keep_segments_days.is_none()
    }
}
