//! Which user runs Postgres: ourselves, or, since Postgres refuses root, an unprivileged user of the machine.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::bounded;
use crate::error::Error;
use crate::home::Home;

const ROOT: u32 = 0;
const LOOK_UP_LIMIT: Duration = Duration::from_secs(10);

/// The user that runs everything of Postgres.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// We are not root: Postgres runs as we do.
    Ourselves,
    /// We are root: Postgres runs as this user.
    Other { name: String, uid: u32, gid: u32 },
}

impl Identity {
    /// The owner of existing data, since Postgres starts for no other user; else, as root, `postgres` or `nobody`.
    pub(crate) fn choose(home: &Home) -> Result<Self, Error> {
        let data = home.data();
        let ourselves = look_up(&["-u"]).ok_or(Error::NoUnprivilegedUser)?;
        let owner = fs::metadata(&data).ok().map(|data| (data.uid(), data.gid()));
        match (ourselves, owner) {
            (ROOT, Some((uid, gid))) if uid != ROOT => Ok(Self::Other { name: format!("user {uid}"), uid, gid }),
            (ROOT, _) => ["postgres", "nobody"].into_iter().find_map(Self::named).ok_or(Error::NoUnprivilegedUser),
            (ourselves, Some((owner, _))) if owner != ourselves => Err(Error::ForeignData { data, owner, ourselves }),
            _ => Ok(Self::Ourselves),
        }
    }

    fn named(name: &str) -> Option<Self> {
        let (uid, gid) = (look_up(&["-u", name])?, look_up(&["-g", name])?);
        (uid != ROOT).then(|| Self::Other { name: format!("user {name}"), uid, gid })
    }

    /// A command that runs as this user, at the root folder, with nothing of our environment: a stray `PGOPTIONS` or `LC_ALL` must
    /// not decide how a cluster works, and messages come in English.
    ///
    /// Supplementary groups are dropped with root: the standard library clears them when it sets another user.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC").current_dir("/");
        if let Self::Other { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Gives a file or folder to this user.
    pub(crate) fn own(&self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Other { uid, gid, .. } => chown(path, Some(*uid), Some(*gid)).map_err(Error::io("hand over", path)),
        }
    }

    /// Makes sure that this user can reach the cluster's folder.
    pub(crate) fn must_enter(&self, home: &Home) -> Result<(), Error> {
        if matches!(self, Self::Ourselves) {
            return Ok(());
        }
        home.let_others_pass()?;
        let mut nothing = self.command("sh");
        bounded::output(nothing.args(["-c", ":"]).current_dir(home.path()), LOOK_UP_LIMIT)
            .map(|_| ())
            .map_err(|_| Error::Unreachable { home: home.path().to_owned(), user: self.to_string() })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ourselves => "our own user",
            Self::Other { name, .. } => name,
        })
    }
}

/// Asks `id`, which knows every source of users that the machine has.
fn look_up(arguments: &[&str]) -> Option<u32> {
    let output = bounded::output(Command::new("id").args(arguments), LOOK_UP_LIMIT).ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().parse().ok())?
}
