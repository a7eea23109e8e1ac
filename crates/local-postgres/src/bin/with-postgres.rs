//! `with-postgres [--npm web] [--postgres-bin FOLDER] [--data-dir FOLDER] [--durable] -- command args…` runs a command beside a scratch Postgres
//! and sets `DATABASE_URL` for it.
//!
//! Two processes: the *keeper* owns the cluster, in a process group of its own; the process that was called waits until the cluster is
//! ready and then *becomes* the command. So exit codes, signals and Ctrl-C are the command's own, and the keeper, which sees its
//! parent disappear, stops the cluster however the command ended, kill -9 included.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt, parent_id};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use local_postgres::{Cluster, Options};

const USAGE: &str = "usage: with-postgres [--npm FOLDER] [--postgres-bin FOLDER] [--data-dir FOLDER] [--durable] -- command args…

Runs the command with DATABASE_URL set to a database of a scratch Postgres, which is stopped afterwards.
  --npm FOLDER           holds node_modules with the Postgres package
  --postgres-bin FOLDER  holds postgres, initdb and pg_ctl; nothing else is tried
  --data-dir FOLDER      keeps the cluster there; without it, it lives in a temporary folder and is removed
  --durable              what is committed survives a power cut, as in production; without it, commits cost nothing";

const DATABASE: &str = "throughline_test";
/// Tells the keeper from the process that was called, and names the latter. Not for people.
const KEEP_FOR: &str = "--keep-for";
/// How late the keeper may see that its parent is gone.
const WATCH_PAUSE: Duration = Duration::from_millis(50);
/// What a shell answers when it cannot run a command.
const CANNOT_RUN: u8 = 127;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let outcome = match Call::parse(&arguments) {
        Ok(Call { keep_for: Some(parent), options, .. }) => keep(parent, options).map(|()| ExitCode::SUCCESS),
        Ok(call) => become_command(&arguments, &call.command),
        Err(problem) => Err(format!("{problem}\n\n{USAGE}").into()),
    };
    outcome.unwrap_or_else(|problem| {
        eprintln!("with-postgres: {problem}");
        ExitCode::FAILURE
    })
}

/// The command line.
struct Call {
    keep_for: Option<u32>,
    options: Scratch,
    command: Vec<OsString>,
}

#[derive(Default)]
struct Scratch {
    npm_dir: Option<PathBuf>,
    postgres_bin: Option<PathBuf>,
    data_dir: Option<PathBuf>,
    durable: bool,
}

impl Call {
    fn parse(arguments: &[OsString]) -> Result<Self, String> {
        let mut call = Self { keep_for: None, options: Scratch::default(), command: Vec::new() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let name = argument.to_str().unwrap_or_default();
            if name == "--" {
                call.command = rest.cloned().collect();
                break;
            }
            let mut value = || rest.next().ok_or(format!("{name} needs a value"));
            match name {
                "--npm" => call.options.npm_dir = Some(value()?.into()),
                "--postgres-bin" => call.options.postgres_bin = Some(value()?.into()),
                "--data-dir" => call.options.data_dir = Some(value()?.into()),
                "--durable" => call.options.durable = true,
                KEEP_FOR => call.keep_for = value()?.to_str().and_then(|pid| pid.parse().ok()),
                _ => return Err(format!("unknown argument `{}`", argument.display())),
            }
        }
        if call.command.is_empty() { Err("no command after `--`".to_owned()) } else { Ok(call) }
    }
}

/// Starts the keeper, waits for the cluster's URL and turns into the command. Returns only when that fails.
fn become_command(arguments: &[OsString], command: &[OsString]) -> Outcome<ExitCode> {
    let (program, program_arguments) = command.split_first().ok_or("no command")?;
    let mut keeper = Command::new(env::current_exe()?);
    keeper.arg(KEEP_FOR).arg(std::process::id().to_string()).args(arguments);
    keeper.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
    let mut keeper = keeper.spawn()?;
    let mut url = String::new();
    BufReader::new(keeper.stdout.take().ok_or("the keeper has no output")?).read_line(&mut url)?;
    if url.is_empty() {
        // It has said why.
        keeper.wait()?;
        return Ok(ExitCode::FAILURE);
    }
    let problem = Command::new(program).args(program_arguments).env("DATABASE_URL", url.trim_end()).exec();
    eprintln!("with-postgres: cannot run `{}`: {problem}", program.display());
    Ok(ExitCode::from(CANNOT_RUN))
}

/// Runs a cluster until `parent` is gone.
fn keep(parent: u32, options: Scratch) -> Outcome<()> {
    let scratch = match &options.data_dir {
        Some(_) => None,
        None => Some(scratch_folder()?),
    };
    let data_dir = options.data_dir.or_else(|| scratch.clone()).ok_or("no folder")?;
    let kept = serve(parent, Options { data_dir, postgres_bin: options.postgres_bin, npm_dir: options.npm_dir, durable: options.durable });
    if let Some(folder) = scratch {
        fs::remove_dir_all(&folder).map_err(|e| format!("could not remove {}: {e}", folder.display()))?;
    }
    kept
}

fn serve(parent: u32, options: Options) -> Outcome<()> {
    let cluster = Cluster::start(options)?;
    cluster.create_database_if_missing(DATABASE)?;
    // An error here means that the parent is gone already, which the loop sees.
    let _ = writeln!(io::stdout(), "{}", cluster.url(DATABASE));
    while parent_id() == parent {
        thread::sleep(WATCH_PAUSE);
    }
    Ok(cluster.stop()?)
}

/// A new folder; left-overs of a killed keeper with our process id are passed over.
fn scratch_folder() -> io::Result<PathBuf> {
    let named = |n: u32| env::temp_dir().join(format!("with-postgres-{}-{n}", std::process::id()));
    for folder in (0..1000).map(named) {
        match fs::create_dir(&folder) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| folder),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
