//! `throughline links`.

use clap::{Args, Subcommand, ValueEnum};

use super::DatabaseOptions;

#[derive(Clone, Debug, Args)]
pub(crate) struct LinksOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    #[command(subcommand)]
    pub(crate) action: LinksAction,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum LinksAction {
    /// Show links, the newest first, 100 at once
    List {
        /// Only those that join two actors, that somebody undid, or that a guard refuses
        #[arg(long, value_name = "STATE")]
        state: Option<LinkStateWord>,
        /// Only those of the person with this user id
        #[arg(long, value_name = "ID", conflicts_with = "anonymous")]
        user: Option<String>,
        /// Only those of the person with this anonymous id
        #[arg(long, value_name = "ID")]
        anonymous: Option<String>,
        /// Only those with lower numbers
        #[arg(long, value_name = "LINK")]
        before: Option<i64>,
    },
    /// Show what undoing a link would do, or restoring it when it is undone; nothing is changed
    Preview {
        /// Its number in `links list`
        link: i64,
    },
    /// Undo a link: its actors are no longer one person for its sake, also in figures of the past
    Undo {
        /// Its number in `links list`
        link: i64,
    },
    /// Take an undoing back
    Restore {
        /// Its number in `links list`
        link: i64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LinkStateWord {
    Active,
    Undone,
    Refused,
}
