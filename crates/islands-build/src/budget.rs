//! Brotli copies, and how much a first visit may cost.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use brotli::enc::BrotliEncoderParams;

use crate::fresh;

/// Bytes of a first visit, compressed: every file of the folder once. An empty island bundle is 66 KB of it.
const FIRST_VISIT_BYTES_MAX: u64 = 250_000;
/// What is worth compressing.
const COMPRESSED: [&str; 4] = ["css", "js", "svg", "wasm"];

/// Writes a `.br` beside each text and wasm file that is older than its source or missing.
///
/// # Errors
/// A file cannot be read or written.
pub(crate) fn compress(folder: &Path) -> Result<()> {
    for path in files(folder)?.into_iter().filter(|path| is_compressed(path)) {
        let made = compressed_name(&path);
        if fresh::is_fresh(&made, &path) {
            continue;
        }
        let content = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut smaller = Vec::new();
        let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, ..BrotliEncoderParams::default() };
        brotli::BrotliCompress(&mut content.as_slice(), &mut smaller, &parameters).context("brotli failed")?;
        std::fs::write(&made, smaller).with_context(|| format!("cannot write {}", made.display()))?;
    }
    Ok(())
}

/// Prints every file's size, and fails when their sum is over the budget.
///
/// # Errors
/// The budget is exceeded.
pub(crate) fn check(folder: &Path) -> Result<()> {
    let mut sum = 0;
    for path in files(folder)? {
        let plain = size(&path)?;
        let served = if is_compressed(&path) { size(&compressed_name(&path))? } else { plain };
        println!("{:>9} bytes, {:>8} served  {}", plain, served, path.file_name().unwrap_or_default().to_string_lossy());
        sum += served;
    }
    println!("{:>9} of {FIRST_VISIT_BYTES_MAX} bytes for a first visit", sum);
    if sum > FIRST_VISIT_BYTES_MAX {
        bail!("a first visit costs {sum} bytes, more than the budget of {FIRST_VISIT_BYTES_MAX}");
    }
    Ok(())
}

/// The files that are served, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file() && is_served(path)).collect();
    files.sort();
    Ok(files)
}

fn is_served(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !hidden && path.extension() != Some(OsStr::new("br"))
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| COMPRESSED.iter().any(|known| extension == *known))
}

fn compressed_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".br");
    PathBuf::from(name)
}

fn size(path: &Path) -> Result<u64> {
    Ok(path.metadata().with_context(|| format!("cannot read {}", path.display()))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_notes_are_not_served_files() {
        assert!(is_served(Path::new("web/dist/app.css")));
        assert!(!is_served(Path::new("web/dist/app.css.br")));
        assert!(!is_served(Path::new("web/dist/.islands")));
        assert_eq!(compressed_name(Path::new("a/app.css")), Path::new("a/app.css.br"));
    }

    #[test]
    fn pictures_are_not_compressed_again() {
        assert!(is_compressed(Path::new("islands_bg.wasm")));
        assert!(!is_compressed(Path::new("icon.png")));
    }
}
