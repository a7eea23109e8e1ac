//! A cluster whose owner was killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use local_postgres::{Cluster, Error, Options};

use crate::bench::{Bench, ask, eventually, is_alive, kill, text, with_every_postgres};

/// Starts a cluster in another process, lets it work, and kills its owner. Answers the postmaster, which lives on.
fn leave_a_cluster(bench: &Bench) -> u32 {
    let mut command = bench.with_postgres();
    command.arg("--data-dir").arg(bench.home()).args(["--", "sh", "-c", "echo $DATABASE_URL; exec sleep 600"]);
    let mut other: Child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(other.stdout.take().unwrap()).read_line(&mut url).unwrap();
    ask(url.trim(), "create table visit as select 42::text as visitor").unwrap();

    let keeper = std::fs::read_to_string(bench.home().join("owner.lock")).unwrap().trim().parse().unwrap();
    kill(keeper);
    other.kill().unwrap();
    other.wait().unwrap();
    let postmaster = bench.postmaster_pid();
    assert!(is_alive(postmaster));
    postmaster
}

/// Starts as soon as the killed owner's lock is gone.
fn start_after_the_owner(options: &Options) -> Cluster {
    eventually("the lock of a killed owner is gone", || match Cluster::start(options.clone()) {
        Err(Error::InUse { .. }) => None,
        started => Some(started.unwrap()),
    })
}

#[test]
fn a_cluster_whose_owner_was_killed_is_adopted() {
    with_every_postgres(|bench| {
        let left = leave_a_cluster(&bench);
        let cluster = start_after_the_owner(&bench.options());
        assert!(cluster.was_adopted());
        assert_eq!(cluster.pid(), left);
        let url = cluster.url("throughline_test");
        assert_eq!(text(&url, "select visitor from visit"), "42");
        assert!(matches!(Cluster::start(bench.options()), Err(Error::InUse { .. })), "it has an owner again");

        cluster.stop().unwrap();
        assert!(!is_alive(left), "what is adopted is also stopped");
        assert!(!bench.home().join("data/postmaster.pid").exists());
    });
}

#[test]
fn a_left_over_that_promises_less_is_replaced() {
    with_every_postgres(|bench| {
        let scratch = leave_a_cluster(&bench);
        let cluster = start_after_the_owner(&Options { durable: true, ..bench.options() });
        assert!(!cluster.was_adopted());
        assert!(!is_alive(scratch));
        assert_eq!(text(&cluster.url("postgres"), "show fsync"), "on");
        assert_eq!(text(&cluster.url("throughline_test"), "select visitor from visit"), "42");
    });
}
