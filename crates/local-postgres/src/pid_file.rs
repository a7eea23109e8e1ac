//! `postmaster.pid`, which a running Postgres keeps in its data folder, and a killed one leaves there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What we need of the file's lines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    /// Missing while Postgres has not opened its socket yet.
    pub(crate) socket_dir: Option<PathBuf>,
}

impl PidFile {
    pub(crate) fn path(data: &Path) -> PathBuf {
        data.join("postmaster.pid")
    }

    /// `None` when there is no file, or none that holds a process id: then Postgres was killed before it wrote the first line.
    pub(crate) fn read(data: &Path) -> Result<Option<Self>, Error> {
        let path = Self::path(data);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("read", &path)(e)),
        }
    }

    /// Lines: process, data folder, start time, port, socket folder, listen address, shared memory, status.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        // Single-user mode writes its process id negative.
        let pid = lines.next()?.trim().trim_start_matches('-').parse().ok()?;
        let socket_dir = lines.nth(3).map(str::trim).filter(|line| line.starts_with('/')).map(PathBuf::from);
        Some(Self { pid, socket_dir })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_cluster_names_its_process_and_its_socket() {
        let text = "4242\n/srv/data\n1750000000\n5432\n/tmp/throughline-7-0\n\n   196617         0\nready   \n";
        let expected = PidFile { pid: 4242, socket_dir: Some("/tmp/throughline-7-0".into()) };
        assert_eq!(PidFile::parse(text), Some(expected));
    }

    #[test]
    fn a_cluster_that_just_starts_names_its_process_only() {
        assert_eq!(PidFile::parse("4242\n/srv/data\n1750000000\n5432\n"), Some(PidFile { pid: 4242, socket_dir: None }));
        assert_eq!(PidFile::parse("-4242\n/srv/data\n"), Some(PidFile { pid: 4242, socket_dir: None }));
        assert_eq!(PidFile::parse(""), None);
    }
}
