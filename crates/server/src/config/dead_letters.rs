//! `throughline dead-letters`.

use clap::{Args, Subcommand};

use super::DatabaseOptions;

#[derive(Clone, Debug, Args)]
pub(crate) struct DeadLettersOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    #[command(subcommand)]
    pub(crate) action: DeadLettersAction,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum DeadLettersAction {
    /// Show what could not be counted or stored, oldest first
    List,
    /// Show one of them, a batch with its body
    Show {
        /// Its id in `dead-letters list`
        id: uuid::Uuid,
    },
    /// Try again: a flush is counted by the worker, a batch is stored unless it was stored before
    Replay {
        /// Its id in `dead-letters list`
        #[arg(required_unless_present = "all")]
        id: Option<uuid::Uuid>,
        /// All of the project's
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Forget one of them for good
    Discard {
        /// Its id in `dead-letters list`
        id: uuid::Uuid,
    },
}
