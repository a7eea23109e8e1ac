//! `throughline tail`: what arrives, in the terminal.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::{self, run};
use testkit::deadline::{PATIENCE, until};

/// A running `tail`; killed when dropped.
struct Tail {
    child: Child,
}

impl Tail {
    fn start(database: &str, arguments: &[&str]) -> Self {
        let mut command = terminal::command(database, &["tail", "--project", "shop"]);
        Self { child: command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs") }
    }

    fn out(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.child.stdout.take().expect("a pipe"))
    }

    /// Its lines, as they come.
    fn lines(&mut self) -> Receiver<String> {
        let (sender, lines) = mpsc::channel();
        let out = self.out();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        lines
    }

    /// Waits until it has ended by itself, and returns its code.
    async fn code(&mut self) -> Option<i32> {
        let child = &mut self.child;
        until("tail ends", async || child.try_wait().expect("it is our child").is_some()).await;
        child.wait().expect("it is our child").code()
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[sqlx::test(migrations = false)]
async fn tail_shows_each_signal_once_with_its_verdict(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let other = Shop::create(&database, "other");
    let server = Server::start(&database);
    let client = server.client();
    let send = |path: &str, key: &str, body: Value| client.post_with_key(path, key, &body).status;

    assert_eq!(send("/v1/track:batch", &shop.public_key, json!({"events": [{"name": "before"}]})), 202);
    let mut tail = Tail::start(&database, &["--json", "--since", "5m"]);
    let lines = tail.lines();
    let mut seen: Vec<Value> = Vec::new();
    let next = |seen: &mut Vec<Value>| {
        let line = lines.recv_timeout(PATIENCE).expect("a line");
        seen.push(serde_json::from_str(&line).expect("json"));
    };
    next(&mut seen);
    assert_eq!((&seen[0]["name"], &seen[0]["verdict"], &seen[0]["signal"]), (&json!("before"), &json!("stored"), &json!("event")));

    for batch in 0..3 {
        let events =
            [json!({"name": format!("cart.{batch}"), "user_id": "u1"}), json!({"name": ""}), json!({"name": format!("paid.{batch}")})];
        assert_eq!(send("/v1/track:batch", &shop.public_key, json!({ "events": events })), 202);
    }
    assert_eq!(send("/v1/metrics:batch", &shop.public_key, json!({"metrics": [{"name": "db.ms", "value": 42, "unit": "ms"}]})), 202);
    assert_eq!(send("/v1/logs:batch", &shop.public_key, json!({"logs": [{"body": "it works", "level": "info"}]})), 202);
    assert_eq!(send("/v1/track:batch", &shop.public_key, json!({"nothing": []})), 400);
    assert_eq!(send("/v1/track:batch", &other.public_key, json!({"events": [{"name": "elsewhere"}]})), 202);
    while seen.len() < 13 {
        next(&mut seen);
    }
    let of = |verdict: &str| seen.iter().filter(|line| line["verdict"] == verdict).collect::<Vec<_>>();
    assert_eq!((of("stored").len(), of("rejected").len(), of("refused").len()), (9, 3, 1), "{seen:#?}");
    let mut names: Vec<&str> = of("stored").iter().filter_map(|line| line["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["before", "cart.0", "cart.1", "cart.2", "db.ms 42 ms", "it works", "paid.0", "paid.1", "paid.2"]);
    assert!(of("rejected").iter().all(|line| line["notes"][0].as_str().is_some_and(|note| note.starts_with("name_missing: "))));
    assert!(of("rejected").iter().chain(&of("refused")).all(|line| line["fix"].as_str().is_some_and(|fix| !fix.is_empty())));
    let actors: Vec<&Value> = seen.iter().filter(|line| line["name"] == "cart.1").map(|line| &line["actor"]).collect();
    assert_eq!(actors, [&json!("u1")]);

    let interrupt = Command::new("kill").args(["-INT", &tail.child.id().to_string()]).status().expect("kill runs");
    assert!(interrupt.success());
    assert_eq!(tail.code().await, Some(0));
}

#[sqlx::test(migrations = false)]
async fn tail_shows_what_was_asked_for_in_columns_and_ends_when_nobody_reads_on(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start(&database);
    let send = |body: Value| assert_eq!(server.client().post_with_key("/v1/track:batch", &shop.public_key, &body).status, 202);
    send(json!({"events": [{"name": "fine"}, {"name": "old", "ts": "2020-01-01T00:00:00Z"}]}));

    let mut tail = Tail::start(&database, &["--rejected", "--signal", "event", "--since", "5m"]);
    let lines = tail.lines();
    let line = lines.recv_timeout(PATIENCE).expect("a line");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!((words[1..5].to_vec(), line.contains('\u{1b}')), (vec!["event", "rejected", "old", "-"], false), "{line}");
    assert!(line.contains("too_old: "), "{line}");
    assert!(lines.recv_timeout(PATIENCE).expect("a line").trim().starts_with("fix: check the sender's clock"));

    let mut tail = Tail::start(&database, &["--since", "5m"]);
    drop(tail.out());
    assert_eq!(tail.code().await, Some(0));

    for (arguments, complaint) in [
        (["--signal", "wave"], "there are: event, metric, span, error, log, identity"),
        (["--since", "3d"], "give a number with s, m or h"),
        (["--since", "90h"], "at most 24h"),
    ] {
        let output = run(&database, &[&["tail", "--project", "shop"][..], &arguments].concat());
        assert!(output.code == 2 && output.err.contains(complaint), "{output:?}");
    }
}
