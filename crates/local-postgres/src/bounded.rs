//! Waiting with an end: for a condition, and for a short command.

use std::io;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Short against every wait here, long against the cost of looking.
const PAUSE: Duration = Duration::from_millis(10);

/// Asks again and again until there is an answer; `None` when `limit` has passed without one. Asks at least once.
pub(crate) fn poll<T, E>(limit: Duration, mut ask: impl FnMut() -> Result<Option<T>, E>) -> Result<Option<T>, E> {
    let begun = Instant::now();
    loop {
        let answer = ask()?;
        if answer.is_some() || begun.elapsed() >= limit {
            return Ok(answer);
        }
        thread::sleep(PAUSE);
    }
}

/// Runs a command whose output fits a pipe (64 KiB), and kills it after `limit` (`ErrorKind::TimedOut`).
pub(crate) fn output(command: &mut Command, limit: Duration) -> io::Result<Output> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if poll(limit, || child.try_wait())?.is_some() {
        return child.wait_with_output();
    }
    child.kill()?;
    child.wait()?;
    Err(io::Error::new(io::ErrorKind::TimedOut, format!("it took longer than {} s", limit.as_secs())))
}

/// What a command said, for an error: standard error, else standard output, else how it ended.
pub(crate) fn complaint(output: &Output) -> String {
    [&output.stderr, &output.stdout]
        .map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned())
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| output.status.to_string())
}
