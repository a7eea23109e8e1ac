//! Binaries that cannot be used as they are.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use local_postgres::{Cluster, Error, Options};

use crate::bench::{Bench, Postgres, npm_bin, text, we_are_root, with_every_postgres};

#[test]
fn a_named_folder_without_postgres_is_an_error_even_where_others_are_installed() {
    let bench = Bench::new(Postgres::Npm);
    let empty = bench.folder().join("empty");
    fs::create_dir(&empty).unwrap();
    let refused = Cluster::start(Options { postgres_bin: Some(empty), ..bench.options() }).unwrap_err();
    assert!(refused.to_string().contains("holds no `postgres`"), "{refused}");
}

#[test]
fn data_of_another_major_version_are_refused_and_left_alone() {
    with_every_postgres(|bench| {
        bench.start().stop().unwrap();
        let mark = bench.home().join("data/PG_VERSION");
        let ours = fs::read_to_string(&mark).unwrap();
        fs::write(&mark, "99\n").unwrap();
        let refused = Cluster::start(bench.options()).unwrap_err();
        assert!(matches!(refused, Error::OtherMajor { data_major: 99, .. }), "{refused}");
        let message = refused.to_string();
        assert!(message.contains("install Postgres 99") && message.contains("move that folder away"), "{message}");

        fs::write(&mark, ours).unwrap();
        assert_eq!(text(&bench.start().url("postgres"), "select 'well'"), "well");
    });
}

#[test]
fn binaries_in_a_closed_folder_are_copied_once_for_the_user_of_postgres() {
    let mut bench = Bench::new(Postgres::Npm);
    let closed = bench.folder().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    // The links are in place once the package has been used.
    bench.start().stop().unwrap();
    let native = npm_bin().parent().unwrap().to_owned();
    assert!(Command::new("cp").arg("-a").arg(native).arg(&closed).status().unwrap().success());
    bench.postgres = Postgres::Folder(closed.join("native/bin"));

    let cluster = bench.start();
    assert_eq!(text(&cluster.url("postgres"), "select 'well'"), "well");
    cluster.stop().unwrap();
    let copy = bench.home().join("binaries");
    assert_eq!(copy.exists(), we_are_root(), "only root runs Postgres as somebody else");
    if we_are_root() {
        let first = copy.metadata().unwrap().ino();
        bench.start().stop().unwrap();
        assert_eq!(copy.metadata().unwrap().ino(), first, "a current copy is not made again");
        fs::write(closed.join("native/bin/postgres.new"), fs::read(npm_bin().join("postgres")).unwrap()).unwrap();
        fs::set_permissions(closed.join("native/bin/postgres.new"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(closed.join("native/bin/postgres.new"), closed.join("native/bin/postgres")).unwrap();
        bench.start().stop().unwrap();
        assert_ne!(copy.metadata().unwrap().ino(), first, "new binaries are copied anew");
    }
}

#[test]
fn a_home_that_the_user_of_postgres_cannot_reach_is_refused_with_its_name() {
    let bench = Bench::new(Postgres::Npm);
    let closed = bench.folder().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let started = Cluster::start(Options { data_dir: closed.join("home"), ..bench.options() });
    match started {
        Err(refused @ Error::Unreachable { .. }) => {
            assert!(we_are_root());
            assert!(refused.to_string().contains("closed/home"), "{refused}");
        }
        started => assert!(!we_are_root() && started.is_ok(), "{started:?}"),
    }
}
