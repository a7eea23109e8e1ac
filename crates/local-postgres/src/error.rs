//! What can go wrong, in words for the person who ran the command.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no running cluster, or why a request to it failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No usable Postgres binaries anywhere. Each line of `looked` is a place and what is wrong with it.
    #[error("{}", NotFound(.looked))]
    NotFound {
        /// The places, in the order in which they were tried.
        looked: Vec<String>,
    },
    /// The folder named by `postgres_bin` cannot be used.
    #[error("the Postgres binaries in {} cannot be used: {reason}", .folder.display())]
    UnusableBinaries {
        /// The folder that was named.
        folder: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// The data were written by another major version than the binaries that were found.
    #[error("{}", OtherMajor(data, *.data_major, found))]
    OtherMajor {
        /// The cluster's data.
        data: PathBuf,
        /// The major version that wrote them.
        data_major: u32,
        /// The versions that were found instead.
        found: Vec<String>,
    },
    /// Another living process owns this folder.
    #[error("another process{} is using the Postgres cluster in {}; stop it first, or use another folder", Pid(*.pid), .home.display())]
    InUse {
        /// The cluster's folder.
        home: PathBuf,
        /// The owner, when it could be read.
        pid: Option<u32>,
    },
    /// Started as root without an unprivileged user to run Postgres as.
    #[error("Postgres refuses to run as root, and there is neither a user `postgres` nor a user `nobody` on this machine")]
    NoUnprivilegedUser,
    /// The data belong to another user than the one that runs us.
    #[error("{} belongs to user {owner}, but this process runs as user {ourselves}; use another folder, or the same user as before", .data.display())]
    ForeignData {
        /// The cluster's data.
        data: PathBuf,
        /// Owner's user id.
        owner: u32,
        /// Our user id.
        ourselves: u32,
    },
    /// The user that runs Postgres may not enter the cluster's folder.
    #[error("{user} (Postgres refuses to run as root) cannot enter {}; use a folder whose parents everybody may enter", .home.display())]
    Unreachable {
        /// The cluster's folder.
        home: PathBuf,
        /// The user, for people.
        user: String,
    },
    /// `initdb` failed or took too long.
    #[error("initdb could not make a new cluster: {detail}")]
    Initdb {
        /// Its output.
        detail: String,
    },
    /// Postgres ended, or did not answer in time, while it started.
    #[error("Postgres did not start: {reason}\n{}", Tail(log, tail))]
    DidNotStart {
        /// Ended or silent.
        reason: String,
        /// The log file.
        log: PathBuf,
        /// The end of what it logged since this start.
        tail: String,
    },
    /// Postgres processes stayed in spite of every signal.
    #[error("Postgres (process {pid}) did not stop\n{}", Tail(log, tail))]
    DidNotStop {
        /// The process that stayed.
        pid: u32,
        /// The log file.
        log: PathBuf,
        /// The end of the log.
        tail: String,
    },
    /// A database name that Postgres cannot hold.
    #[error("`{name}` cannot name a database: it must have 1 to 63 bytes and no NUL")]
    DatabaseName {
        /// The name as given.
        name: String,
    },
    /// The running cluster refused or did not answer a statement of ours.
    #[error("could not {doing}: {reason}")]
    Statement {
        /// What was being done.
        doing: String,
        /// What the server or the connection said.
        reason: String,
    },
    /// The operating system refused.
    #[error("could not {doing} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: names what was being done, and to what.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}

struct NotFound<'a>(&'a [String]);

impl fmt::Display for NotFound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no Postgres server (version 15 or newer) was found. Looked here:")?;
        for place in self.0 {
            writeln!(f, "  - {place}")?;
        }
        f.write_str(
            "Any one of these helps:\n  \
             any system:      npm ci --prefix web      (brings Postgres 18 for Linux and macOS)\n  \
             Debian, Ubuntu:  sudo apt-get install postgresql\n  \
             macOS:           brew install postgresql@18\n  \
             or name the folder that holds postgres, initdb and pg_ctl with --postgres-bin,\n  \
             or set DATABASE_URL to a server that runs already",
        )
    }
}

struct OtherMajor<'a>(&'a Path, u32, &'a [String]);

impl fmt::Display for OtherMajor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(data, major, found) = self;
        write!(
            f,
            "the data in {} were written by Postgres {major}, but only {} was found. Either install Postgres {major} \
             (Debian: postgresql-{major}, macOS: postgresql@{major}) or name its folder with --postgres-bin; \
             or, to begin anew, move that folder away",
            data.display(),
            found.join(", "),
        )
    }
}

struct Pid(Option<u32>);

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |pid| write!(f, " ({pid})"))
    }
}

struct Tail<'a>(&'a Path, &'a str);

impl fmt::Display for Tail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            "" => write!(f, "{} is empty", self.0.display()),
            tail => write!(f, "the end of {}:\n{tail}", self.0.display()),
        }
    }
}
