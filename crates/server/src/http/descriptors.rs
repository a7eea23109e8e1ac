//! How many connections the system lets this process have.

/// File descriptors kept for everything else: the database's connections, the spool, files.
const KEPT: usize = 128;

/// Connections that the soft limit of open files leaves room for; any number where the system does not tell.
pub(super) fn connections_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    open_files_max(&limits).map_or(usize::MAX, |files| files.saturating_sub(KEPT).max(KEPT))
}

/// The soft limit in Linux' table of limits.
fn open_files_max(limits: &str) -> Option<usize> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_of_open_files_is_found() {
        let table = "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \n";
        assert_eq!(open_files_max(table), Some(1024));
        assert_eq!(open_files_max("Max open files            unlimited            unlimited            files"), None);
        assert_eq!(open_files_max(""), None);
    }
}
