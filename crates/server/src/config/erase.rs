//! `throughline erase`.

use clap::{ArgGroup, Args};

use super::DatabaseOptions;

#[derive(Clone, Debug, Args)]
#[command(group = ArgGroup::new("who").required(true))]
pub(crate) struct EraseOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    /// The person with this user id
    #[arg(long, value_name = "ID", group = "who")]
    pub(crate) user: Option<String>,
    /// The person with this anonymous id
    #[arg(long, value_name = "ID", group = "who")]
    pub(crate) anonymous: Option<String>,
    /// Show what would be removed; nothing is changed
    #[arg(long)]
    pub(crate) dry_run: bool,
}
