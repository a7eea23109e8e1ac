//! Where `dev` keeps its data: one folder per clone, outside of it, so that `git clean` loses nothing.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::PathBuf;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::config::DevOptions;

/// The folder, made when it is missing.
pub(crate) fn of(options: &DevOptions) -> anyhow::Result<PathBuf> {
    let folder = match &options.data_dir {
        Some(folder) => std::path::absolute(folder)?,
        None => default(options)?,
    };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(folder)
}

fn default(options: &DevOptions) -> anyhow::Result<PathBuf> {
    let clone = std::env::current_dir()?;
    let name: String = Sha256::digest(clone.as_os_str().as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    // Root's home is closed to the user that Postgres runs as.
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let base = match (&options.xdg_data_home, &options.home) {
        _ if is_root => PathBuf::from("/var/lib"),
        (Some(data), _) if data.is_absolute() => data.clone(),
        (_, Some(home)) => home.join(".local/share"),
        _ => anyhow::bail!("no home folder is known; give --data-dir"),
    };
    Ok(base.join("throughline").join(name))
}
