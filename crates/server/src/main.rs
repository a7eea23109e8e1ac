//! `throughline`: one binary, its roles as subcommands. Wires crates and holds no logic of theirs.
//!
//! The only place that reads the environment and the system's clock and randomness.

/// Prints a line. Standard output may be closed, as by `| head`: that is an error to pass on, not a panic.
macro_rules! out {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        writeln!(std::io::stdout(), $($text)*)
    }};
}

mod command;
mod config;
mod database;
mod http;
mod operations;
mod roles;
mod shutdown;
mod spool;
mod telemetry;

use std::process::ExitCode;

use clap::Parser as _;
use protocol::time::Clock;

use config::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start_logging(&cli.log, cli.log_format);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("the runtime could not start")),
    };
    let clock = Clock::new(now);
    match runtime.block_on(run(cli.command, clock)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn run(command: Command, clock: Clock) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(options) => command::serve::run(options, clock).await?,
        Command::Dev(options) => command::dev::run(options, clock).await?,
        Command::Migrate(options) => command::migrate::run(&options, &clock).await?,
        Command::Demo(options) => command::demo::run(options, &clock).await?,
        Command::Projects(options) => command::projects::run(options, &clock).await?,
        Command::Keys(options) => command::keys::run(options, &clock).await?,
        Command::Routes(options) => command::routes::run(options, &clock).await?,
        Command::Links(options) => command::links::run(options, &clock).await?,
        Command::Accounts(options) => command::accounts::run(options, &clock).await?,
        Command::DeadLetters(options) => command::dead_letters::run(options, &clock).await?,
        Command::Retention(options) => command::retention::run(options, &clock).await?,
        Command::Erase(options) => command::erase::run(options, &clock).await?,
        Command::Export(options) => command::export::run(options).await?,
        Command::Tail(options) => command::tail::run(options, &clock).await?,
        Command::Verify(options) => return command::verify::run(options, &clock).await,
        Command::Doctor(options) => return command::doctor::run(options, &clock).await,
    }
    Ok(ExitCode::SUCCESS)
}

fn fail(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        // Nobody reads on: what was wanted has been read.
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}

#[allow(clippy::disallowed_methods, reason = "the one source of time")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from(std::time::SystemTime::now())
}

/// Fills a buffer with random bytes that nobody can guess.
fn random(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system has random bytes");
}

/// A random number from 0 to below 1.
fn random_share() -> f64 {
    (random_bits() >> 75) as f64 / (1_u64 << 53) as f64
}

/// Random bits for ids.
fn random_bits() -> u128 {
    let mut bytes = [0; 16];
    random(&mut bytes);
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
