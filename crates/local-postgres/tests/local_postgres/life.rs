//! An ordinary life: start, work, stop, start again.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use local_postgres::{Cluster, Error, Options};

use crate::bench::{ask, is_alive, processes, text, we_are_root, with_every_postgres};

#[test]
fn a_cluster_starts_and_answers_under_its_url() {
    with_every_postgres(|bench| {
        let cluster = bench.start();
        let url = cluster.url("postgres");
        assert_eq!(text(&url, "show server_version"), cluster.version());
        assert_eq!(text(&url, "select current_user::text"), "postgres");
        assert_eq!(text(&url, "show server_encoding"), "UTF8");
        assert_eq!(text(&url, "select upper('straße, é')"), "STRASSE, É".replace("SS", "ß"), "case knows every letter");
        assert!(!cluster.was_adopted());
    });
}

#[test]
fn nobody_else_can_reach_it() {
    with_every_postgres(|bench| {
        let cluster = bench.start();
        let url = cluster.url("postgres");
        assert_eq!(text(&url, "show listen_addresses"), "");
        let socket_dir = text(&url, "show unix_socket_directories");
        let folder = fs::metadata(&socket_dir).unwrap();
        assert_eq!(folder.mode() & 0o777, 0o700);
        assert_eq!(folder.uid(), bench.data_owner());
        assert!(format!("{socket_dir}/.s.PGSQL.5432").len() <= 103, "macOS has the shortest limit");
    });
}

#[test]
fn postgres_never_runs_as_root() {
    with_every_postgres(|bench| {
        let cluster = bench.start();
        let process = fs::metadata(format!("/proc/{}", cluster.pid())).unwrap();
        assert_ne!(process.uid(), 0);
        assert_ne!(process.gid(), 0);
        assert_eq!(process.uid(), bench.data_owner());
        if we_are_root() {
            let status = fs::read_to_string(format!("/proc/{}/status", cluster.pid())).unwrap();
            let groups = status.lines().find_map(|line| line.strip_prefix("Groups:")).unwrap();
            assert_eq!(groups.trim(), "", "root's groups are dropped too");
        }
    });
}

#[test]
fn stopping_leaves_no_process_and_no_socket() {
    with_every_postgres(|bench| {
        let cluster = bench.start();
        let socket_dir = text(&cluster.url("postgres"), "show unix_socket_directories");
        let processes = processes(&cluster);
        assert!(processes.len() > 3, "{processes:?}");
        cluster.stop().unwrap();
        let left: Vec<u32> = processes.into_iter().filter(|&pid| is_alive(pid)).collect();
        assert_eq!(left, Vec::<u32>::new());
        assert!(!Path::new(&socket_dir).exists());
        assert!(!bench.home().join("data/postmaster.pid").exists());
    });
}

#[test]
fn dropping_stops_too_with_connections_open() {
    with_every_postgres(|bench| {
        let cluster = bench.start();
        let (url, pid) = (cluster.url("postgres"), cluster.pid());
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| ask(&url, "select pg_sleep(600)"));
            let asleep = "select count(*)::text from pg_stat_activity where query = 'select pg_sleep(600)'";
            crate::bench::until("somebody works", || text(&url, asleep) == "1");
            drop(cluster);
            assert!(!is_alive(pid));
            assert!(sleeper.join().unwrap().is_err());
        });
    });
}

#[test]
fn data_survive_a_restart() {
    with_every_postgres(|bench| {
        let cluster = bench.start();
        assert!(cluster.create_database_if_missing("shop").unwrap());
        ask(&cluster.url("shop"), "create table visit as select 42::text as visitor").unwrap();
        cluster.stop().unwrap();

        let cluster = bench.start();
        assert!(!cluster.create_database_if_missing("shop").unwrap(), "it is there");
        assert_eq!(text(&cluster.url("shop"), "select visitor from visit"), "42");
    });
}

#[test]
fn a_database_may_have_any_name_that_postgres_can_hold() {
    with_every_postgres(|bench| {
        let cluster = bench.start();
        let name = "O'Hara's \"shop\" /ä%";
        assert!(cluster.create_database_if_missing(name).unwrap());
        assert_eq!(text(&cluster.url(name), "select current_database()::text"), name);
        for name in ["", "nul\0", &"x".repeat(64)] {
            assert!(matches!(cluster.create_database_if_missing(name), Err(Error::DatabaseName { .. })), "{name:?}");
        }
    });
}

#[test]
fn a_durable_cluster_flushes_and_a_scratch_one_does_not() {
    with_every_postgres(|bench| {
        let url = |cluster: &Cluster| cluster.url("postgres");
        let durable = Cluster::start(Options { durable: true, ..bench.options() }).unwrap();
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            assert_eq!(text(&url(&durable), &format!("show {setting}")), "on");
        }
        durable.stop().unwrap();
        let scratch = bench.start();
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            assert_eq!(text(&url(&scratch), &format!("show {setting}")), "off");
        }
    });
}
