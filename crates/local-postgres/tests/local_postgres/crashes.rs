//! What must not harm the data: killed servers, half-made clusters, stale files.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;

use local_postgres::{Cluster, Options};

use crate::bench::{ask, is_alive, kill, processes, text, until, with_every_postgres};

#[test]
fn after_kill_9_of_the_postmaster_the_cluster_starts_again_with_what_was_committed() {
    with_every_postgres(|bench| {
        let cluster = Cluster::start(Options { durable: true, ..bench.options() }).unwrap();
        let url = cluster.url("postgres");
        ask(&url, "create table visit as select 42::text as visitor").unwrap();
        thread::scope(|scope| {
            // A busy child does not notice that its postmaster is gone.
            let busy = scope.spawn(|| ask(&url, "do 'begin loop end loop; end'"));
            let working = "select count(*)::text from pg_stat_activity where query like 'do %loop%' and state = 'active'";
            until("a child is busy", || text(&url, working) == "1");
            let processes = processes(&cluster);
            kill(cluster.pid());
            drop(cluster);
            assert!(processes.iter().any(|&pid| is_alive(pid)), "children outlive their postmaster");

            let again = Cluster::start(Options { durable: true, ..bench.options() }).unwrap();
            assert!(!again.was_adopted());
            let left: Vec<u32> = processes.into_iter().filter(|&pid| is_alive(pid)).collect();
            assert_eq!(left, Vec::<u32>::new(), "two generations of processes must not meet");
            assert_eq!(text(&again.url("postgres"), "select visitor from visit"), "42");
            assert!(busy.join().unwrap().is_err());
        });
    });
}

#[test]
fn a_running_cluster_is_left_alone_and_a_killed_one_is_revived_under_its_url() {
    with_every_postgres(|bench| {
        let mut cluster = Cluster::start(Options { durable: true, ..bench.options() }).unwrap();
        let url = cluster.url("postgres");
        ask(&url, "create table visit as select 42::text as visitor").unwrap();
        assert!(!cluster.revive().unwrap());
        let killed = cluster.pid();
        kill(killed);
        until("it has ended", || !is_alive(killed));
        assert!(cluster.revive().unwrap());
        assert_ne!(cluster.pid(), killed);
        assert_eq!(text(&url, "select visitor from visit"), "42");
        assert!(!cluster.revive().unwrap());
        cluster.stop().unwrap();
    });
}

#[test]
fn a_process_file_whose_number_went_to_somebody_else_does_not_stop_the_start() {
    with_every_postgres(|bench| {
        let cluster = bench.start();
        let running = fs::read_to_string(bench.home().join("data/postmaster.pid")).unwrap();
        cluster.stop().unwrap();

        let mut sleep = Command::new("sleep");
        if crate::bench::we_are_root() {
            sleep.uid(bench.data_owner());
        }
        let mut somebody_else = sleep.arg("600").spawn().unwrap();
        let (_, rest) = running.split_once('\n').unwrap();
        let file = bench.home().join("data/postmaster.pid");
        fs::write(&file, format!("{}\n{rest}", somebody_else.id())).unwrap();
        chown(&file, Some(bench.data_owner()), None).unwrap();

        let cluster = bench.start();
        assert_eq!(text(&cluster.url("postgres"), "select 'well'"), "well");
        assert!(somebody_else.try_wait().unwrap().is_none(), "a bystander must not be stopped");
        somebody_else.kill().unwrap();
        somebody_else.wait().unwrap();
    });
}

#[test]
fn an_empty_process_file_does_not_stop_the_start() {
    with_every_postgres(|bench| {
        bench.start().stop().unwrap();
        let file = bench.home().join("data/postmaster.pid");
        fs::write(&file, "").unwrap();
        chown(&file, Some(bench.data_owner()), None).unwrap();
        assert_eq!(text(&bench.start().url("postgres"), "select 'well'"), "well");
    });
}

#[test]
fn a_killed_initdb_leaves_nothing_in_the_way() {
    with_every_postgres(|bench| {
        let half = bench.home().join("data.unfinished");
        fs::create_dir_all(half.join("base")).unwrap();
        fs::write(half.join("PG_VERSION"), "9.6\n").unwrap();
        assert_eq!(text(&bench.start().url("postgres"), "select 'well'"), "well");
        assert!(!half.exists());
    });
}

#[test]
fn a_postgres_that_cannot_start_says_why_from_its_log() {
    with_every_postgres(|bench| {
        bench.start().stop().unwrap();
        fs::write(bench.home().join("data/postgresql.conf"), "no_such_setting = 1\n").unwrap();
        let message = Cluster::start(bench.options()).unwrap_err().to_string();
        assert!(message.contains("ended while starting"), "{message}");
        assert!(message.contains("unrecognized configuration parameter \"no_such_setting\""), "{message}");
        assert!(message.contains("postgres.log"), "{message}");
    });
}
