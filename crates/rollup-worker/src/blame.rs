//! Whose fault an error is: the database's own, for which no flush may become a dead letter, or the flush's.

/// The database is away, busy, full, read-only or being stopped: the same claim may succeed later.
///
/// A cancelled statement (57014) is not among them: that is our own time limit, and a flush may be what takes so long.
pub(crate) fn is_of_database(error: &anyhow::Error) -> bool {
    let storage_errors = error.chain().filter_map(|cause| cause.downcast_ref::<storage::Error>());
    storage_errors.into_iter().any(|error| error.is_passing() || code(error).is_some_and(|code| is_state_of_database(&code)))
}

fn code(error: &storage::Error) -> Option<String> {
    match error {
        storage::Error::Failed(error) | storage::Error::Cancelled(error) => Some(error.as_database_error()?.code()?.into_owned()),
        _ => None,
    }
}

/// SQLSTATE classes 53 (out of disk, memory or connections), 57 (an operator intervened) and 58 (the system failed), and
/// 25006 (read-only, such as a replica).
fn is_state_of_database(code: &str) -> bool {
    code == "25006" || code != "57014" && ["53", "57", "58"].iter().any(|class| code.starts_with(class))
}
