//! How Postgres is set up: given on its command line at every start, so that the files in the data folder never matter.

use std::path::Path;

/// The superuser that `initdb` makes and every URL names.
pub(crate) const SUPERUSER: &str = "postgres";
/// Only names the socket file: every cluster has a socket folder of its own, and no TCP port.
pub(crate) const PORT: u16 = 5432;
/// Marks a running cluster as started by this crate; it shows in the process list.
pub(crate) const CLUSTER_NAME: &str = "throughline";

/// Small enough for a laptop, large enough for the demo.
const ALWAYS: [(&str, &str); 16] = [
    ("cluster_name", CLUSTER_NAME),
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("ssl", "off"),
    ("max_connections", "100"),
    // One transaction over many partitions takes a lock for each, and so does dropping a test's database.
    ("max_locks_per_transaction", "256"),
    ("shared_buffers", "128MB"),
    ("max_wal_size", "384MB"),
    ("checkpoint_timeout", "5min"),
    // Compiling pays off after seconds; our statements take milliseconds.
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_destination", "stderr"),
    ("logging_collector", "off"),
    ("log_checkpoints", "off"),
    ("log_line_prefix", "%m [%p] %d "),
];

const DURABLE: [(&str, &str); 3] = [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")];

/// Fast, and worthless after a power cut. A crash of Postgres alone loses nothing.
const SCRATCH: [(&str, &str); 5] =
    [("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"), ("wal_level", "minimal"), ("max_wal_senders", "0")];

/// The arguments of `postgres`.
pub(crate) fn arguments(data: &Path, socket_dir: &Path, durable: bool) -> Vec<String> {
    let by_durability = if durable { &DURABLE[..] } else { &SCRATCH[..] };
    let mut arguments = vec!["-D".to_owned(), data.display().to_string()];
    let mut set = |name: &str, value: &str| arguments.extend(["-c".to_owned(), format!("{name}={value}")]);
    set("unix_socket_directories", &socket_dir.display().to_string());
    set("port", &PORT.to_string());
    ALWAYS.iter().chain(by_durability).for_each(|(name, value)| set(name, value));
    arguments
}
