//! Which processes of Postgres work in a data folder.
//!
//! Every process of a cluster has the data folder as its working folder. That is how a left-over is known from a process that merely
//! got its number, and how children that outlived a killed postmaster are found.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::bounded;
use crate::error::Error;
use crate::site::Site;

const LIST_LIMIT: Duration = Duration::from_secs(20);

/// Prints the process ids. Runs as the user of Postgres: only that user may read where its processes work, and root in a container
/// often may not. The name keeps out a shell that somebody opened in the folder.
const LIST_FROM_PROC: &str = r#"
for process in /proc/[0-9]*; do
    if [ "$process/cwd" -ef "$1" ] && read -r name < "$process/comm"; then
        case "$name" in postgres|postmaster) echo "${process#/proc/}" ;; esac
    fi
done 2>/dev/null
exit 0"#;

/// Whether this machine shows where a process works (Linux does).
pub(crate) fn all_can_be_listed() -> bool {
    Path::new("/proc/self/cwd").exists()
}

/// The living processes of the cluster in the site's data folder. Without `/proc`, only the postmaster.
pub(crate) fn of_cluster(site: &Site) -> Result<Vec<u32>, Error> {
    let data = site.home.data();
    let list = |command: &mut Command| {
        bounded::output(command, LIST_LIMIT)
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .map_err(Error::io("list the processes in", &data))
    };
    if all_can_be_listed() {
        let listed = list(site.identity.command("sh").args(["-c", LIST_FROM_PROC, "sh"]).arg(&data))?;
        return Ok(listed.lines().filter_map(|line| line.parse().ok()).collect());
    }
    let listed = list(Command::new("ps").args(["-axww", "-o", "pid=,state=,command="]))?;
    Ok(listed.lines().filter_map(|line| postmaster_in(line, &data)).collect())
}

/// The process id in a line of `ps`, when it shows a living postmaster of this data folder.
fn postmaster_in(line: &str, data: &Path) -> Option<u32> {
    let (pid, rest) = line.trim_start().split_once(' ')?;
    let (state, command) = rest.trim_start().split_once(' ')?;
    let serves = format!(" -D {} ", data.display());
    (!state.starts_with('Z') && format!("{command} ").contains(&serves)).then(|| pid.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postmaster_is_known_by_its_data_folder() {
        let data = Path::new("/srv/home/data");
        let line = "  4242 Ss   /opt/pg/bin/postgres -D /srv/home/data -c port=5432";
        assert_eq!(postmaster_in(line, data), Some(4242));
        assert_eq!(postmaster_in("4242 Ss postgres -D /srv/home/data", data), Some(4242));
        assert_eq!(postmaster_in("4242 Z  postgres -D /srv/home/data", data), None, "it is dead");
        assert_eq!(postmaster_in("4242 Ss postgres -D /srv/home/data2 -c x=y", data), None, "another folder");
        assert_eq!(postmaster_in("4242 Ss postgres: checkpointer", data), None, "a child");
    }
}
