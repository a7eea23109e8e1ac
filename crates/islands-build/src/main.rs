//! Builds what browsers download: the islands' wasm and its glue, one stylesheet, and the files of `web/public`.
//!
//!     cargo run -p islands-build -- --out web/dist [--optimise]
//!
//! The dashboard serves that folder. Each file gets a brotli copy beside it, and their sum stays within a budget: the
//! build fails when a first visit would cost more. Without the wasm target the pages still work, so its absence is a
//! warning and not an error.

mod budget;
mod fresh;
mod public;
mod styles;
mod wasm;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// What the command line says.
struct Arguments {
    out: PathBuf,
    optimise: bool,
}

fn main() -> Result<()> {
    let arguments = arguments(std::env::args().skip(1))?;
    let root = workspace_root()?;
    std::fs::create_dir_all(&arguments.out).with_context(|| format!("cannot make {}", arguments.out.display()))?;

    styles::concatenate(&root.join("web/styles"), &arguments.out)?;
    public::copy(&root.join("web/public"), &arguments.out)?;
    if wasm::target_is_installed()? {
        wasm::build(&root, &arguments.out, arguments.optimise)?;
    } else {
        eprintln!("warning: the wasm target is missing, so pages come without live updates.");
        eprintln!("         Add it with: rustup target add wasm32-unknown-unknown");
        wasm::remove(&arguments.out)?;
    }
    budget::compress(&arguments.out)?;
    budget::check(&arguments.out)
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
    let (mut out, mut optimise) = (None, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--out" => out = Some(PathBuf::from(words.next().context("--out needs a folder")?)),
            "--optimise" => optimise = true,
            _ => bail!("unknown argument {word}; usage: islands-build --out FOLDER [--optimise]"),
        }
    }
    Ok(Arguments { out: out.context("--out FOLDER is needed")?, optimise })
}

/// Two folders above this crate.
fn workspace_root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().context("the workspace is not where this tool was built")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments> {
        arguments(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn the_folder_is_needed_and_unknown_words_are_refused() {
        assert!(read(&["--out", "web/dist", "--optimise"]).is_ok_and(|a| a.optimise && a.out == Path::new("web/dist")));
        assert!(read(&["--optimise"]).is_err());
        assert!(read(&["--out"]).is_err());
        assert!(read(&["--out", "x", "--fast"]).is_err());
    }
}
