//! `throughline routes`.

use clap::{Args, Subcommand};

use super::DatabaseOptions;

#[derive(Clone, Debug, Args)]
pub(crate) struct RoutesOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    #[command(subcommand)]
    pub(crate) action: RoutesAction,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum RoutesAction {
    /// Add a rule: `:name` stands for one segment, a last `*` for all that follow, and a rule without either keeps a path
    /// as it is. Used within 30 seconds, for what arrives from then on
    Add {
        /// Such as /blog/:slug, /files/* or /checkout/2
        rule: String,
    },
    /// Show the project's rules, the most specific first
    List,
    /// Remove a rule
    Remove {
        /// As `routes list` shows it
        rule: String,
    },
    /// Show what becomes of a path or URL, and why
    Try {
        /// Such as /orders/18273
        path: String,
    },
}
