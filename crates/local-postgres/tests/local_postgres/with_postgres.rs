//! `with-postgres`: a command beside a scratch cluster.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};

use crate::bench::{Bench, Postgres, ask, is_alive, signal, text, until, with_every_postgres};

/// `with-postgres -- sh -c script`, with its temporary folders inside the bench's.
fn beside_postgres(bench: &Bench, script: &str) -> Command {
    let mut command = bench.with_postgres();
    command.args(["--", "sh", "-c", script]).env("TMPDIR", bench.folder());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// The first line that the command prints.
fn first_line(running: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(running.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// The postmaster behind a URL: the parent of every session.
fn postmaster(url: &str) -> u32 {
    let session = text(url, "select pg_read_file('postmaster.pid')");
    session.lines().next().unwrap().parse().unwrap()
}

fn nothing_is_left(bench: &Bench, postmaster: u32) {
    until("the cluster has stopped", || !is_alive(postmaster));
    until("the scratch folder is removed", || fs::read_dir(bench.folder()).unwrap().next().is_none());
}

#[test]
fn the_command_finds_its_database_and_its_exit_code_is_passed_on() {
    with_every_postgres(|bench| {
        let mut running = beside_postgres(&bench, "echo $DATABASE_URL; read -r answer; exit $answer").spawn().unwrap();
        let url = first_line(&mut running);
        assert_eq!(text(&url, "select current_database()::text"), "throughline_test");
        ask(&url, "create database another").unwrap();
        let postmaster = postmaster(&url);
        writeln!(running.stdin.take().unwrap(), "7").unwrap();
        assert_eq!(running.wait().unwrap().code(), Some(7));
        nothing_is_left(&bench, postmaster);
    });
}

/// A shell starts what runs in its background with Ctrl-C ignored, and every child inherits that, this test too. GNU's `env` undoes
/// it; where there is another `env`, tests run in the foreground.
fn that_hears_ctrl_c(command: Command) -> Command {
    const DEAF_NO_MORE: &str = "--default-signal=INT";
    if !Command::new("env").args([DEAF_NO_MORE, "true"]).output().is_ok_and(|output| output.status.success()) {
        return command;
    }
    let mut heard = Command::new("env");
    heard.arg(DEAF_NO_MORE).arg(command.get_program()).args(command.get_args());
    heard.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    heard.stdin(Stdio::piped()).stdout(Stdio::piped());
    heard
}

#[test]
fn ctrl_c_reaches_the_command_and_the_cluster_stops_after_it() {
    let bench = Bench::new(Postgres::Npm);
    let script = "trap 'exit 42' INT; echo $DATABASE_URL; while :; do sleep 0.05; done";
    let mut running = that_hears_ctrl_c(beside_postgres(&bench, script)).process_group(0).spawn().unwrap();
    let postmaster = postmaster(&first_line(&mut running));
    // What a terminal does: the whole group gets it.
    signal("INT", &format!("-{}", running.id()));
    assert_eq!(running.wait().unwrap().code(), Some(42), "the command decided how to end");
    nothing_is_left(&bench, postmaster);
}

#[test]
fn the_cluster_stops_when_the_command_is_killed() {
    let bench = Bench::new(Postgres::Npm);
    let mut running = beside_postgres(&bench, "echo $DATABASE_URL; exec sleep 600").spawn().unwrap();
    let postmaster = postmaster(&first_line(&mut running));
    running.kill().unwrap();
    assert_eq!(running.wait().unwrap().signal(), Some(9));
    nothing_is_left(&bench, postmaster);
}

#[test]
fn a_command_that_does_not_exist_is_reported_as_a_shell_does() {
    let bench = Bench::new(Postgres::Npm);
    let mut command = bench.with_postgres();
    let output = command.args(["--", "no-such-command-here"]).env("TMPDIR", bench.folder()).output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("cannot run `no-such-command-here`"), "{message}");
    until("the scratch folder is removed", || fs::read_dir(bench.folder()).unwrap().next().is_none());
}

#[test]
fn a_cluster_that_cannot_start_fails_before_the_command_runs() {
    let bench = Bench::new(Postgres::Folder("/nonexistent".into()));
    let output = beside_postgres(&bench, "echo ran").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("/nonexistent cannot be used"), "{message}");
}

#[test]
fn a_call_without_a_command_shows_how_to_call_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_with-postgres")).args(["--npm", "web"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("no command after `--`") && message.contains("usage: with-postgres"), "{message}");
}
