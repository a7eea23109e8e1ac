//! The address of a database, as sqlx and libpq read it.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::settings::{PORT, SUPERUSER};

/// A URL whose host is a folder with a socket. TLS is ruled out: it never leaves the machine.
pub(crate) fn of_socket(folder: &Path, database: &str) -> String {
    let (folder, database) = (escaped(folder.as_os_str().as_bytes()), escaped(database.as_bytes()));
    format!("postgres://{SUPERUSER}@{folder}:{PORT}/{database}?sslmode=disable")
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("writing to a string cannot fail");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_becomes_one_host() {
        let url = of_socket(Path::new("/tmp/throughline-1-0"), "a b/ü");
        assert_eq!(url, "postgres://postgres@%2Ftmp%2Fthroughline-1-0:5432/a%20b%2F%C3%BC?sslmode=disable");
    }
}
