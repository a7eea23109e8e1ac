//! From the crate `dashboard-islands` to `islands.js` and `islands_bg.wasm`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::fresh;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "islands";
const JS: &str = "islands.js";
const WASM: &str = "islands_bg.wasm";
/// What rustc's wasm uses and every current browser runs. `--all-features` would let the optimiser write what they do not
/// read yet.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
/// Says from which wasm, and how, the two files were made.
const STAMP: &str = ".islands";

/// Whether rustc can build for browsers here.
///
/// # Errors
/// There is no rustc.
pub(crate) fn target_is_installed() -> Result<bool> {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output().context("cannot start rustc")?;
    Ok(output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// Builds the crate, makes the glue, and shrinks the result when asked to and `wasm-opt` is there.
///
/// # Errors
/// The crate does not build, or a tool fails.
pub(crate) fn build(root: &Path, out: &Path, optimise: bool) -> Result<()> {
    let built = compile(root)?;
    let optimiser = root.join("web/node_modules/.bin/wasm-opt");
    let optimise = optimise && found(&optimiser);
    let stamp = out.join(STAMP);
    let how = if optimise { "optimised" } else { "plain" };
    let current = fresh::is_fresh(&stamp, &built) && std::fs::read_to_string(&stamp).is_ok_and(|said| said == how);
    if current && out.join(JS).is_file() && out.join(WASM).is_file() {
        return Ok(());
    }
    bind(&built, out)?;
    if optimise {
        shrink(&optimiser, &out.join(WASM))?;
    }
    std::fs::write(&stamp, how).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Takes away what an earlier build left, so that pages do not load a script that no longer fits them.
///
/// # Errors
/// A file cannot be removed.
pub(crate) fn remove(out: &Path) -> Result<()> {
    for name in [JS, WASM, STAMP] {
        for path in [out.join(name), out.join(format!("{name}.br"))] {
            if path.exists() {
                std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
    }
    Ok(())
}

/// Cargo decides whether anything has to be built. Its profile has a folder of its own, so the server's build is not touched.
fn compile(root: &Path) -> Result<PathBuf> {
    // By its name: where rustup is, this is its proxy, which pins the toolchain for the compilers that it starts.
    let status = Command::new("cargo")
        .current_dir(root)
        .args(["build", "--lib", "--package", "dashboard-islands", "--features", "hydrate"])
        .args(["--profile", PROFILE, "--target", TARGET])
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("the islands do not build");
    }
    Ok(target_folder(root)?.join(TARGET).join(PROFILE).join("dashboard_islands.wasm"))
}

/// Where cargo builds: this tool lies in it.
fn target_folder(root: &Path) -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this tool lies")?;
    Ok(own.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).map_or_else(|| root.join("target"), Path::to_path_buf))
}

fn bind(built: &Path, out: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(built)
        .out_name("islands")
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .context("cannot make the glue between wasm and browser")
}

fn found(optimiser: &Path) -> bool {
    let found = optimiser.is_file();
    if !found {
        eprintln!("warning: wasm-opt is missing, so the wasm stays about twice as large; `npm ci` in web/ installs it");
    }
    found
}

fn shrink(optimiser: &Path, wasm: &Path) -> Result<()> {
    let status =
        Command::new(optimiser).arg("-Oz").args(FEATURES).arg(wasm).arg("-o").arg(wasm).status().context("cannot start wasm-opt")?;
    if !status.success() {
        bail!("wasm-opt failed");
    }
    Ok(())
}
