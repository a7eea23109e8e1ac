//! Finding Postgres: the folder that is named, the npm package, PATH, Debian's folders, Homebrew's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bounded;
use crate::error::Error;
use crate::home::Home;
use crate::npm_package;

/// The oldest major version whose SQL we use.
const OLDEST_MAJOR: u32 = 15;
const ASK_LIMIT: Duration = Duration::from_secs(20);
const PROGRAMS: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// A folder with `postgres`, `initdb` and `pg_ctl`, and the version that `postgres` reports.
#[derive(Clone, Debug)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    pub(crate) version: Version,
}

impl Binaries {
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// A server version as Postgres writes it, such as `15.14 (Debian 15.14-0+deb12u1)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) text: String,
    pub(crate) major: u32,
}

impl Version {
    /// Reads the answer to `postgres --version`.
    fn read(answer: &str) -> Option<Self> {
        let text = answer.trim().split_once("(PostgreSQL) ")?.1;
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        Some(Self { text: text.to_owned(), major: text[..digits].parse().ok()? })
    }
}

/// Where binaries may lie on this machine.
#[derive(Debug)]
pub(crate) struct Places {
    /// Of `postgres` as the shell finds it.
    pub(crate) on_path: Option<PathBuf>,
    /// Holds a folder per major version.
    pub(crate) debian: PathBuf,
    /// Each holds `postgresql@<major>`.
    pub(crate) homebrew: Vec<PathBuf>,
}

impl Places {
    /// The usual ones.
    pub(crate) fn of_this_machine() -> Self {
        Self {
            on_path: folder_on_path(),
            debian: PathBuf::from("/usr/lib/postgresql"),
            homebrew: ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"].map(PathBuf::from).into(),
        }
    }
}

/// The first usable binaries; where the folder holds data already, the first of the major version that wrote them.
pub(crate) fn find(named: Option<&Path>, npm_dir: Option<&Path>, places: &Places, home: &Home) -> Result<Binaries, Error> {
    let data_major = home.data_major()?;
    let fits = |binaries: &Binaries| data_major.is_none_or(|major| major == binaries.version.major);
    let other_major = |found: Vec<String>| Error::OtherMajor { data: home.data(), data_major: data_major.unwrap_or_default(), found };
    if let Some(named) = named {
        let binaries = inspect(named).map_err(|reason| Error::UnusableBinaries { folder: named.to_owned(), reason })?;
        return if fits(&binaries) { Ok(binaries) } else { Err(other_major(vec![binaries.version.text])) };
    }

    let mut looked = Vec::new();
    let mut unfit = Vec::new();
    for (place, folder) in candidates(npm_dir, places) {
        match folder.and_then(|folder| inspect(&folder)) {
            Ok(binaries) if fits(&binaries) => return Ok(binaries),
            Ok(binaries) => unfit.push(format!("{} in {}", binaries.version.text, binaries.folder.display())),
            Err(reason) => looked.push(format!("{place}: {reason}")),
        }
    }
    Err(if unfit.is_empty() { Error::NotFound { looked } } else { other_major(unfit) })
}

/// The first usable Postgres of this machine, for people: its version and folder.
pub(crate) fn first(named: Option<&Path>, npm_dir: Option<&Path>, places: &Places) -> Result<String, Error> {
    let shown = |binaries: &Binaries| format!("{} in {}", binaries.version.text, binaries.folder.display());
    if let Some(named) = named {
        return inspect(named)
            .map(|binaries| shown(&binaries))
            .map_err(|reason| Error::UnusableBinaries { folder: named.to_owned(), reason });
    }
    let mut looked = Vec::new();
    for (place, folder) in candidates(npm_dir, places) {
        match folder.and_then(|folder| inspect(&folder)) {
            Ok(binaries) => return Ok(shown(&binaries)),
            Err(reason) => looked.push(format!("{place}: {reason}")),
        }
    }
    Err(Error::NotFound { looked })
}

/// A place for people, and the folder in it or why there is none.
type Candidate = (String, Result<PathBuf, String>);

/// Every folder worth a look, best first.
fn candidates(npm_dir: Option<&Path>, places: &Places) -> Vec<Candidate> {
    let npm = match npm_dir {
        Some(dir) => npm_package::bin_folder(dir),
        None => Err("no folder with node_modules was named".to_owned()),
    };
    let on_path = places.on_path.clone().ok_or_else(|| "holds no `postgres`".to_owned());
    let mut all = vec![("npm package".to_owned(), npm), ("PATH".to_owned(), on_path)];
    all.extend(newest_first(&places.debian, "", "bin"));
    for opt in &places.homebrew {
        all.extend(newest_first(opt, "postgresql@", "bin"));
    }
    all
}

/// The folders `<parent>/<prefix><major>/<bin>`, highest major first; one entry that says so when there are none.
fn newest_first(parent: &Path, prefix: &str, bin: &str) -> Vec<Candidate> {
    let major_of = |name: &str| name.strip_prefix(prefix).and_then(|major| major.parse::<u32>().ok());
    let entries = fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    let mut majors: Vec<u32> = entries.filter_map(|entry| major_of(entry.file_name().to_str()?)).collect();
    majors.sort_unstable_by(|a, b| b.cmp(a));
    if majors.is_empty() {
        let place = parent.join(format!("{prefix}*")).join(bin);
        return vec![(place.display().to_string(), Err("does not exist".to_owned()))];
    }
    let folder = |major| parent.join(format!("{prefix}{major}")).join(bin);
    majors.into_iter().map(|major| (folder(major).display().to_string(), Ok(folder(major)))).collect()
}

/// Asks the shell, so that PATH is read where it is at home.
fn folder_on_path() -> Option<PathBuf> {
    let output = bounded::output(Command::new("sh").args(["-c", "command -v postgres"]), ASK_LIMIT).ok()?;
    let program = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    Some(program.canonicalize().ok()?.parent()?.to_owned())
}

/// Checks that a folder (or the `postgres` in it) can be used here, and reads its version.
fn inspect(folder: &Path) -> Result<Binaries, String> {
    let folder = folder.canonicalize().map_err(|e| format!("{}: {e}", folder.display()))?;
    let folder = if folder.is_file() { folder.parent().map(Path::to_owned).unwrap_or(folder) } else { folder };
    if let Some(missing) = PROGRAMS.iter().find(|program| !folder.join(program).is_file()) {
        return Err(format!("{} holds no `{missing}`", folder.display()));
    }
    let program = folder.join("postgres");
    let output = bounded::output(Command::new(&program).arg("--version"), ASK_LIMIT)
        .map_err(|e| format!("{} does not run: {e}", program.display()))?;
    let version = Version::read(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| format!("{} does not run: {}", program.display(), bounded::complaint(&output)))?;
    if version.major < OLDEST_MAJOR {
        return Err(format!("{} is version {}, older than {OLDEST_MAJOR}", program.display(), version.text));
    }
    Ok(Binaries { folder, version })
}

#[cfg(test)]
mod tests;
