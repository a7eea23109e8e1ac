//! The Postgres log: appended to by every run, begun anew when it has grown.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::Error;

/// A log above this size is set aside at the next start; one older log is kept.
const SIZE_MAX_BYTES: u64 = 8 * 1024 * 1024;
/// Enough for the last dozen lines.
const TAIL_BYTES: u64 = 3000;

/// Opens the log for appending; also says where this run's part begins.
pub(crate) fn open(path: &Path) -> Result<(File, u64), Error> {
    let length = || fs::metadata(path).map(|file| file.len()).unwrap_or(0);
    if length() > SIZE_MAX_BYTES {
        fs::rename(path, path.with_extension("log.1")).map_err(Error::io("set aside", path))?;
    }
    let begin = length();
    let file = File::options().create(true).append(true).open(path).map_err(Error::io("open", path))?;
    Ok((file, begin))
}

/// The last lines since `begin`; empty when there are none or the log cannot be read, since this only serves messages.
pub(crate) fn tail(path: &Path, begin: u64) -> String {
    read_tail(path, begin).unwrap_or_default()
}

fn read_tail(path: &Path, begin: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    let from = begin.max(file.metadata()?.len().saturating_sub(TAIL_BYTES));
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let cut_in_line = from > begin;
    let whole = if cut_in_line { text.split_once('\n').map_or("", |(_, rest)| rest) } else { &text };
    Ok(whole.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_holds_whole_lines_of_this_run_only() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("postgres.log");
        fs::write(&path, "an earlier run\n").unwrap();
        let (_, begin) = open(&path).unwrap();
        assert_eq!(tail(&path, begin), "");
        let lines: String = (0..1000).map(|n| format!("line {n}\n")).collect();
        fs::write(&path, format!("an earlier run\n{lines}")).unwrap();
        let tail = tail(&path, begin);
        assert!(tail.starts_with("line ") && tail.ends_with("line 999"), "{tail}");
        assert!(tail.len() as u64 <= TAIL_BYTES);
    }

    #[test]
    fn a_large_log_is_set_aside() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("postgres.log");
        File::create(&path).unwrap().set_len(SIZE_MAX_BYTES + 1).unwrap();
        let (_, begin) = open(&path).unwrap();
        assert_eq!(begin, 0);
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        assert_eq!(fs::metadata(folder.path().join("postgres.log.1")).unwrap().len(), SIZE_MAX_BYTES + 1);
    }
}
