//! A private Postgres cluster for development and tests: found, started, adopted and stopped from Rust.
//!
//! [`Cluster::start`] reads as the specification: take the folder, choose the user that runs Postgres, find binaries, settle what an
//! earlier process left behind, initialise when empty, launch, wait until it answers. The rules behind it:
//!
//! - **One owner.** A locked file in the folder names the process that owns the cluster; a second one is refused. The kernel drops
//!   the lock with its process, however it died, so a running cluster without a lock is a left-over: it is adopted when it answers as
//!   ours and fits, else stopped.
//! - **Never root.** Started as root, everything of Postgres runs as `postgres`, else `nobody`.
//! - **Nobody else gets in.** It listens on a Unix socket in a folder that only its user (and root) can enter, and nowhere else.
//! - **Every wait ends**, in an error that carries the end of the Postgres log.
//!
//! Linux and macOS. Nothing here reads the environment or the clock of the day.

mod binaries;
mod bounded;
mod cluster;
mod error;
mod home;
mod identity;
mod initdb;
mod launch;
mod left_over;
mod log;
mod npm_package;
mod owner;
mod pid_file;
mod postmaster;
mod private_copy;
mod processes;
mod session;
mod settings;
mod site;
mod socket_dir;
mod url;

pub use cluster::{Cluster, Options};
pub use error::Error;

/// The first usable Postgres of this machine, for people: its version and folder. Looks where [`Cluster::start`] looks.
///
/// # Errors
/// Names every place and why it will not do, and what to install.
pub fn find_postgres(postgres_bin: Option<&std::path::Path>, npm_dir: Option<&std::path::Path>) -> Result<String, Error> {
    binaries::first(postgres_bin, npm_dir, &binaries::Places::of_this_machine())
}
