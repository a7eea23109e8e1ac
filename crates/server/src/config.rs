//! The command line: what each command takes. Flags that stay the same from run to run have a variable as well,
//! `THROUGHLINE_*` or `DATABASE_URL`; a flag wins.

mod dead_letters;
mod demo;
mod erase;
mod export;
mod limits;
mod links;
mod places;
mod retention;
mod routes;
mod tail;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use dead_letters::{DeadLettersAction, DeadLettersOptions};
pub(crate) use demo::DemoOptions;
pub(crate) use erase::EraseOptions;
pub(crate) use export::{ExportFormat, ExportOptions};
pub(crate) use limits::LimitOptions;
pub(crate) use links::{LinkStateWord, LinksAction, LinksOptions};
pub(crate) use places::PlacesOptions;
pub(crate) use retention::{KeepOptions, RetentionOptions};
pub(crate) use routes::{RoutesAction, RoutesOptions};
pub(crate) use tail::TailOptions;

use crate::telemetry::LogFormat;

/// Where the server listens when nothing else is said.
pub(crate) const LISTEN_DEFAULT: &str = "127.0.0.1:6440";
/// Connections when nothing else is said: at 64 KiB of buffer each, 256 MiB in the worst case.
const CONNECTIONS_MAX: usize = 4_096;
const HEAD_WITHIN: Millis = Millis(Duration::from_secs(10));
const REQUEST_WITHIN: Millis = Millis(Duration::from_secs(30));

/// Self-hosted observability and product analytics over Postgres.
#[derive(Debug, Parser)]
#[command(name = "throughline", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to log: a level, or `target=level` pairs
    #[arg(long, global = true, env = "THROUGHLINE_LOG", default_value = "info,sqlx=warn", value_name = "FILTER")]
    pub(crate) log: String,
    /// How to log
    #[arg(long, global = true, env = "THROUGHLINE_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server: all roles, or those that --role names
    Serve(ServeOptions),
    /// Run everything on this machine: a private Postgres, all roles and a demo shop
    Dev(DevOptions),
    /// Bring the database's schema up to date
    Migrate(DatabaseOptions),
    /// Send a seeded shop's history or live traffic, or print its ground truth
    Demo(DemoOptions),
    /// Create, change and list projects
    Projects(ProjectsOptions),
    /// Create, change, list and revoke keys
    Keys(KeysOptions),
    /// Name the routes of a project by rules, and try what becomes of a path
    Routes(RoutesOptions),
    /// Look at which actors are one person, try what undoing a link would do, and undo it
    Links(LinksOptions),
    /// Make a one-time link that creates the owner or signs an account in
    Accounts(AccountsOptions),
    /// Look at what could not be counted or stored, and try it again
    DeadLetters(DeadLettersOptions),
    /// Show how long data is kept, and what was freed
    Retention(RetentionOptions),
    /// Forget a person: all their ids and everything that is stored of them
    Erase(EraseOptions),
    /// Write events to a file for other programs, such as DuckDB, Polars or pandas
    Export(ExportOptions),
    /// Print signals as they arrive, and what is refused with its reason and fix
    ///
    /// An import is filed under its items' own times, and a batch that comes again stores nothing: neither is shown.
    Tail(TailOptions),
    /// Check that expected events arrived in the last hour; the exit code says
    Verify(VerifyOptions),
    /// Check that this machine and its database are fit
    Doctor(DoctorOptions),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DatabaseOptions {
    /// The database, as postgres://user:password@host/name
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: String,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct HttpOptions {
    /// Names that browsers reach this server by, beside the loopback ones
    #[arg(long = "host", env = "THROUGHLINE_HOSTS", value_delimiter = ',', value_name = "NAME")]
    pub(crate) hosts: Vec<String>,
    /// Browsers reach this server over TLS, by way of a proxy: cookies become Secure
    #[arg(long, env = "THROUGHLINE_HTTPS")]
    pub(crate) https: bool,
    /// Connections at the same time; fewer when the system allows fewer open files
    #[arg(long, env = "THROUGHLINE_CONNECTIONS_MAX", default_value_t = CONNECTIONS_MAX, value_name = "N")]
    pub(crate) connections_max: usize,
    /// Milliseconds for a request's head
    #[arg(long, default_value_t = HEAD_WITHIN, value_name = "MS", hide = true)]
    pub(crate) head_within: Millis,
    /// Milliseconds for a whole request
    #[arg(long, default_value_t = REQUEST_WITHIN, value_name = "MS", hide = true)]
    pub(crate) request_within: Millis,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { hosts: Vec::new(), https: false, connections_max: CONNECTIONS_MAX, head_within: HEAD_WITHIN, request_within: REQUEST_WITHIN }
    }
}

/// A duration on the command line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Millis(pub(crate) Duration);

impl FromStr for Millis {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(|millis| Self(Duration::from_millis(millis)))
    }
}

impl std::fmt::Display for Millis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.as_millis())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Accept signals
    Ingest,
    /// Count them
    Worker,
    /// Answer questions and show the dashboard
    Query,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// Address and port; port 0 takes a free one
    #[arg(long, env = "THROUGHLINE_LISTEN", default_value = LISTEN_DEFAULT, value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Run only this role; may be repeated
    #[arg(long = "role", env = "THROUGHLINE_ROLES", value_delimiter = ',', value_name = "ROLE")]
    pub(crate) roles: Vec<Role>,
    /// Do not bring the schema up to date at start
    #[arg(long, env = "THROUGHLINE_NO_MIGRATE")]
    pub(crate) no_migrate: bool,
    /// Acknowledge signals into this folder while the database is away; it must be on a disk that lasts
    #[arg(long, env = "THROUGHLINE_SPOOL", value_name = "DIR")]
    pub(crate) spool: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) http: HttpOptions,
    /// Megabytes of requests that ingest works on at the same time; more are refused with 503
    #[arg(long, env = "THROUGHLINE_INGEST_MEMORY_MB", default_value_t = 96, value_name = "MB", value_parser = clap::value_parser!(u32).range(16..=65_536))]
    pub(crate) ingest_memory_mb: u32,
    /// Megabytes of decoded columns of events that analyses keep in memory; also the most that one question may read at once
    #[arg(long, env = "THROUGHLINE_COLUMN_CACHE_MB", default_value_t = COLUMN_CACHE_MB, value_name = "MB", value_parser = clap::value_parser!(u32).range(16..=1_048_576))]
    pub(crate) column_cache_mb: u32,
    #[command(flatten)]
    pub(crate) places: PlacesOptions,
}

/// Enough for the columns that pages read of ten million events.
pub(crate) const COLUMN_CACHE_MB: u32 = 256;

#[derive(Clone, Debug, Args)]
pub(crate) struct DevOptions {
    /// Use this database instead of a private one
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// Address and port; without it 127.0.0.1:6440, or a free port when that is taken
    #[arg(long, env = "THROUGHLINE_LISTEN", value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where the private database lives
    #[arg(long, env = "THROUGHLINE_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The base of the user's data folders, for the default of --data-dir
    #[arg(long, env = "XDG_DATA_HOME", hide = true)]
    pub(crate) xdg_data_home: Option<PathBuf>,
    /// The user's home, for the default of --data-dir
    #[arg(long, env = "HOME", hide = true)]
    pub(crate) home: Option<PathBuf>,
    /// The folder with Postgres' programs, such as /usr/lib/postgresql/18/bin
    #[arg(long, env = "THROUGHLINE_POSTGRES_BIN", value_name = "DIR")]
    pub(crate) postgres_bin: Option<PathBuf>,
    /// The folder whose node_modules may hold Postgres
    #[arg(long, env = "THROUGHLINE_NPM_DIR", value_name = "DIR")]
    pub(crate) npm: Option<PathBuf>,
    /// Start without the demo's history and traffic
    #[arg(long)]
    pub(crate) quiet_shop: bool,
    /// People in the demo's history
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    pub(crate) users: u32,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ProjectsOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    #[command(subcommand)]
    pub(crate) action: ProjectsAction,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ProjectsAction {
    /// Create a project and its public key
    Create {
        /// Its word in URLs: a-z, 0-9 and dashes, beginning with a letter
        slug: String,
        /// Its name for people; the slug when absent
        #[arg(long)]
        name: Option<String>,
        /// Its time zone: days are cut in it
        #[arg(long, default_value = "UTC")]
        zone: chrono_tz::Tz,
    },
    /// Change a project's settings
    Set {
        /// Its word in URLs
        slug: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        zone: Option<chrono_tz::Tz>,
        /// Store no event and no error report with an id that was stored in the last 7 days
        #[arg(long, value_name = "BOOL")]
        dedupe: Option<bool>,
        #[command(flatten)]
        limits: LimitOptions,
        #[command(flatten)]
        keep: KeepOptions,
    },
    /// Show every project
    List,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct KeysOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    #[command(subcommand)]
    pub(crate) action: KeysAction,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// Create a key and print it
    Create {
        /// What the key is for
        #[arg(long, default_value = "")]
        label: String,
        /// Make a secret key that may do this; without it a public one, which may only send. May be repeated
        #[arg(long = "scope", value_delimiter = ',', value_name = "SCOPE")]
        scopes: Vec<KeyScope>,
        #[command(flatten)]
        limits: LimitOptions,
    },
    /// Change a key's limits
    Set {
        /// Its number in `keys list`
        id: i32,
        #[command(flatten)]
        limits: LimitOptions,
    },
    /// Show the project's keys; secret ones only by how they begin
    List,
    /// End a key; it works for at most 30 seconds more, or up to 24 hours while the database is away
    Revoke {
        /// Its number in `keys list`
        id: i32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyScope {
    Read,
    Ingest,
    Import,
    /// Change what an editor may change; beside `read`
    Write,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct AccountsOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// Sign this account in; without it the link creates the owner
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// The server's address in browsers
    #[arg(long, default_value = "http://127.0.0.1:6440", value_name = "URL")]
    pub(crate) url: String,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct VerifyOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    /// Event names that must have arrived
    #[arg(long = "expect", value_delimiter = ',', value_name = "NAME")]
    pub(crate) expected: Vec<String>,
    /// Look back this many minutes
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub(crate) minutes: u32,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DoctorOptions {
    /// Only ask the server at this address whether it is ready: a health check
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// The database to look at
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// Recount quarters of an hour from segments, and raw events by day, and compare
    #[arg(long, requires = "database_url")]
    pub(crate) verify: bool,
    /// Recount so many quarters of each project, chosen at random [default: 200]
    #[arg(long, value_name = "N", requires = "verify", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) sample: Option<u32>,
    /// Recount every quarter that is in segments
    #[arg(long, requires = "verify", conflicts_with = "sample")]
    pub(crate) all: bool,
    /// Only this project, by its word in URLs
    #[arg(long, value_name = "PROJECT", requires = "verify")]
    pub(crate) project: Option<String>,
    /// The folder with Postgres' programs
    #[arg(long, env = "THROUGHLINE_POSTGRES_BIN", value_name = "DIR")]
    pub(crate) postgres_bin: Option<PathBuf>,
    /// The folder whose node_modules may hold Postgres
    #[arg(long, env = "THROUGHLINE_NPM_DIR", value_name = "DIR")]
    pub(crate) npm: Option<PathBuf>,
}
