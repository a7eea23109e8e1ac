//! `throughline serve`, as a process that can be killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::terminal;
use testkit::deadline::PATIENCE;

/// A running server; killed when dropped.
pub struct Server {
    pub endpoint: String,
    child: Child,
    lines: Receiver<String>,
    log: Option<JoinHandle<String>>,
}

impl Server {
    /// Every role on a free port.
    pub fn start(database: &str) -> Self {
        Self::start_with(database, &["--listen", "127.0.0.1:0"])
    }

    /// With these arguments of `serve`. Returns once it serves.
    pub fn start_with(database: &str, arguments: &[&str]) -> Self {
        let mut command = terminal::command(database, &["--log", "info,sqlx=warn", "serve"]);
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut err = child.stderr.take().expect("a pipe");
        let log = thread::spawn(move || {
            let mut log = Vec::new();
            err.read_to_end(&mut log).expect("the server's log");
            String::from_utf8_lossy(&log).into_owned()
        });
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut server = Self { endpoint: String::new(), child, lines, log: Some(log) };
        server.endpoint = server.line();
        assert!(server.endpoint.starts_with("http://"), "the first line is `{}`", server.endpoint);
        server
    }

    /// The next line on standard output.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line on standard output")
    }

    /// Host and port, for those who speak to it by hand.
    pub fn address(&self) -> &str {
        self.endpoint.strip_prefix("http://").expect("an endpoint")
    }

    pub fn client(&self) -> Client {
        Client::new(&self.endpoint)
    }

    /// The most memory that it has used at once, in bytes.
    pub fn peak_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("kilobytes") * 1024
    }

    /// SIGKILL: no code of the server runs after it.
    pub fn kill(mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("it is our child");
    }

    /// SIGTERM. Returns how it ended, how long that took, and its log.
    pub fn terminate(mut self) -> (ExitStatus, Duration, String) {
        let began = Instant::now();
        let kill = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(kill.success());
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "the server does not stop");
            thread::sleep(Duration::from_millis(5));
        };
        let log = self.log.take().expect("it is taken once").join().expect("the log");
        (status, began.elapsed(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(log) = self.log.take()
            && thread::panicking()
        {
            println!("the server's log:\n{}", log.join().unwrap_or_default());
        }
    }
}

/// A port that nobody listens on, below those that the system gives to outgoing connections: it stays free while the
/// server that used it is down.
pub fn lasting_port() -> u16 {
    let first = std::process::id() as usize * 31 % 10_000;
    let free =
        (0..10_000).map(|n| 20_000 + ((first + n) % 10_000) as u16).find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.expect("a free port")
}
