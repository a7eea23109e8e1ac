//! The limits of a project or a key, as `projects` and `keys` take them.

use clap::Args;
use storage::send_limits::Change;

#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct LimitOptions {
    /// Items of any signal per second in the long run, per ingest process; `none` for no limit
    #[arg(long, value_name = "N", value_parser = limit)]
    pub(crate) events_per_second: Option<Change>,
    /// Items of any signal per calendar month (UTC); `none` for no limit
    #[arg(long, value_name = "N", value_parser = limit)]
    pub(crate) events_per_month: Option<Change>,
}

impl LimitOptions {
    /// Nothing shall change.
    pub(crate) fn is_empty(self) -> bool {
        self.events_per_second.is_none() && self.events_per_month.is_none()
    }
}

fn limit(text: &str) -> Result<Change, String> {
    match text {
        "none" => Ok(Change::Unlimited),
        number => match number.replace('_', "").parse() {
            Ok(n @ 0..) => Ok(Change::To(n)),
            _ => Err("a number, or `none` for no limit".to_owned()),
        },
    }
}
