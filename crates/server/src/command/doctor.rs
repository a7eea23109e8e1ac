//! `throughline doctor`: is this machine fit, and what to do when not.

mod counts;

use std::process::ExitCode;
use std::time::Duration;

use protocol::time::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::config::DoctorOptions;
use crate::database;

/// A health check that waits longer would be reported as failed anyway.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// A worker further behind than this is not keeping up.
const LAG_SECONDS_MAX: i64 = 60;

/// What one check found.
struct Finding {
    fit: bool,
    text: String,
}

impl Finding {
    fn ok(text: impl Into<String>) -> Self {
        Self { fit: true, text: text.into() }
    }

    fn bad(text: impl Into<String>) -> Self {
        Self { fit: false, text: text.into() }
    }
}

pub(crate) async fn run(options: DoctorOptions, clock: &Clock) -> anyhow::Result<ExitCode> {
    if let Some(endpoint) = &options.endpoint {
        return report(&[is_ready(endpoint).await]);
    }
    let mut findings = vec![islands(), postgres_programs(&options)];
    match &options.database_url {
        Some(url) => findings.extend(look_at_database(url, &options, clock).await?),
        None => findings.push(Finding::ok("database: not looked at; give --database-url")),
    }
    report(&findings)
}

fn report(findings: &[Finding]) -> anyhow::Result<ExitCode> {
    for finding in findings {
        out!("{} {}", if finding.fit { "✓" } else { "✗" }, finding.text)?;
    }
    Ok(if findings.iter().all(|finding| finding.fit) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn is_ready(endpoint: &str) -> Finding {
    if endpoint.starts_with("https://") {
        return Finding::bad(format!("{endpoint}: this check speaks plain HTTP; ask the server itself, not the proxy before it"));
    }
    match tokio::time::timeout(READY_WITHIN, ask_ready(endpoint)).await {
        Ok(Ok(status)) if status.contains(" 200 ") => Finding::ok(format!("{endpoint} is ready")),
        Ok(Ok(status)) => Finding::bad(format!("{endpoint} answers {status}")),
        Ok(Err(error)) => Finding::bad(format!("{endpoint} cannot be reached: {error}")),
        Err(_elapsed) => Finding::bad(format!("{endpoint} does not answer within {} s", READY_WITHIN.as_secs())),
    }
}

/// The status line of `/readyz`. One request over plain HTTP to ourselves needs no client library.
async fn ask_ready(endpoint: &str) -> std::io::Result<String> {
    let address = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    stream.write_all(format!("GET /readyz HTTP/1.0\r\nhost: {address}\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.take(4_096).read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

fn islands() -> Finding {
    if dashboard::has_islands() {
        Finding::ok("islands: there; pages move by themselves")
    } else {
        Finding::bad("islands: missing; pages work but do not move. Run `rustup target add wasm32-unknown-unknown`, then `make islands`")
    }
}

fn postgres_programs(options: &DoctorOptions) -> Finding {
    match local_postgres::find_postgres(options.postgres_bin.as_deref(), options.npm.as_deref()) {
        Ok(found) => Finding::ok(format!("Postgres for `throughline dev`: {found}")),
        Err(error) => Finding::bad(format!("Postgres for `throughline dev`: {error}")),
    }
}

async fn look_at_database(url: &str, options: &DoctorOptions, clock: &Clock) -> anyhow::Result<Vec<Finding>> {
    let db = match database::connect(url).await {
        Ok(db) => db,
        Err(error) => return Ok(vec![Finding::bad(format!("database: {error:#}"))]),
    };
    let mut findings = vec![Finding::ok("database: answers")];
    match db.missing_migrations().await {
        Ok(0) => findings.push(Finding::ok("schema: up to date")),
        Ok(missing) => {
            // Without its tables there is nothing more to look at.
            findings.push(Finding::bad(format!("schema: {missing} migrations are missing; run `throughline migrate`")));
            return Ok(findings);
        }
        Err(error) => findings.push(Finding::bad(format!("schema: {error}"))),
    }
    findings.push(match storage::partitions::missing(&db, clock.now()).await {
        Ok(0) => Finding::ok("day partitions: made ahead"),
        Ok(missing) => Finding::bad(format!("day partitions: {missing} are missing; is a worker running?")),
        Err(error) => Finding::bad(format!("day partitions: {error}")),
    });
    findings.push(
        match storage::pending::oldest_of_all(&db).await.map(|oldest| oldest.map(|oldest| (clock.now() - oldest).num_seconds())) {
            Ok(Some(seconds)) if seconds > LAG_SECONDS_MAX => Finding::bad(format!("worker: {seconds} s behind; is one running?")),
            Ok(Some(seconds)) => Finding::ok(format!("worker: {seconds} s behind")),
            Ok(None) => Finding::ok("worker: everything is counted"),
            Err(error) => Finding::bad(format!("worker: {error}")),
        },
    );
    findings.push(match storage::dead_letters::tally_of_all(&db).await {
        Ok(tally) if tally.letters > 0 => {
            Finding::bad(format!("dead letters: {}; see `throughline dead-letters --project NAME list`", tally.letters))
        }
        Ok(_) => Finding::ok("dead letters: none"),
        Err(error) => Finding::bad(format!("dead letters: {error}")),
    });
    if options.verify {
        findings.extend(counts::look(&db, options, clock).await?);
    }
    Ok(findings)
}
