//! A process that is killed, and a disk that is full. The victim is this program itself, started again as a child.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ingest::spool::Spool;
use protocol::time::Clock;

use crate::requests::{folder, now, open, request, waiting};

const BODY_BYTES: usize = 3_000;

/// Not a test: what the child does. It appends to the folder that its standard input names, four at a time, and prints the
/// number of each request once it is acknowledged, until it is killed or the spool takes no more.
#[test]
#[ignore = "it is the victim of the tests in this file"]
fn append_until_killed() {
    let mut folder = String::new();
    std::io::stdin().read_to_string(&mut folder).unwrap();
    if folder.is_empty() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let spool = Spool::open(PathBuf::from(folder), ingest::spool::Limits::default(), Clock::fixed(now())).unwrap();
        let begin = spool.state().records;
        for n in (begin..).step_by(4) {
            let requests: Vec<_> = (n..n + 4).map(|n| request(n, BODY_BYTES)).collect();
            let taken = futures::future::join_all(requests.iter().map(|request| spool.append(request))).await;
            for (request, taken) in requests.iter().zip(taken) {
                match taken {
                    Ok(()) => println!("acknowledged {}", request.batch_id.as_u128()),
                    Err(refusal) => {
                        println!("refused: {refusal}");
                        return;
                    }
                }
            }
        }
    });
}

fn victim(folder: &Path, through: &[&str]) -> Child {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", "crash::append_until_killed", "--ignored", "--nocapture"];
    let mut command = match through {
        [] => Command::new(program),
        [shell, rest @ ..] => {
            let mut command = Command::new(shell);
            command.args(rest).arg(program);
            command
        }
    };
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(folder.as_os_str().as_encoded_bytes()).unwrap();
    child
}

fn acknowledged(line: &str) -> Option<u128> {
    line.split_once("acknowledged ")?.1.trim().parse().ok()
}

async fn assert_there(folder: &Path, acknowledged: &[u128]) {
    let spool = open(folder);
    let there: Vec<u128> = waiting(&spool).await.into_iter().map(|request| request.batch_id.as_u128()).collect();
    let missing: Vec<&u128> = acknowledged.iter().filter(|n| !there.contains(n)).collect();
    assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
    assert_eq!(there.len() as u64, spool.state().records);
}

#[tokio::test]
async fn what_a_killed_process_acknowledged_is_there() {
    let folder = folder();
    let mut all = Vec::new();
    for round in 0..8 {
        let mut child = victim(folder.path(), &[]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // Killed at some point of its work, not of the clock.
        let wanted = 20 + round * 7;
        all.extend(lines.by_ref().filter_map(|line| acknowledged(&line)).take(wanted));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it said before it died was said as well.
        all.extend(lines.filter_map(|line| acknowledged(&line)));
        assert_there(folder.path(), &all).await;
    }
    assert!(all.len() >= 8 * 20);
}

#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let folder = folder();
    // A limit on the size of files, whose signal is ignored, makes writes fail as on a full disk.
    let limited = ["bash", "-c", "trap '' XFSZ; ulimit -f 3000; exec \"$0\" \"$@\""];
    let mut child = victim(folder.path(), &limited);
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).collect();
    assert!(child.wait().unwrap().success(), "{lines:?}");
    assert!(lines.iter().any(|line| line.ends_with("refused: the spool cannot be written")), "{lines:?}");
    let said: Vec<u128> = lines.iter().filter_map(|line| acknowledged(line)).collect();
    assert!(said.len() > 100, "only {} were acknowledged", said.len());
    assert_there(folder.path(), &said).await;
}
