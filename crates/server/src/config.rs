//! The command line. Every flag has a `THROUGHLINE_*` variable; a flag wins.

mod places;
mod routes;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use protocol::outcome::Signal;
use storage::send_limits::Change;

pub(crate) use places::PlacesOptions;
pub(crate) use routes::{RoutesAction, RoutesOptions};

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
    /// Make a one-time link that creates the owner or signs an account in
    Accounts(AccountsOptions),
    /// Look at what could not be counted or stored, and try it again
    DeadLetters(DeadLettersOptions),
    /// Print signals as they arrive, and what is refused with its reason and fix
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
    #[command(flatten)]
    pub(crate) places: PlacesOptions,
}

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
pub(crate) struct DemoOptions {
    /// The server
    #[arg(long, env = "THROUGHLINE_ENDPOINT", default_value = "http://127.0.0.1:6440", value_name = "URL")]
    pub(crate) endpoint: String,
    /// A secret key with the scope `import`, for the history
    #[arg(long, env = "THROUGHLINE_SECRET", value_name = "SK", hide_env_values = true)]
    pub(crate) secret: Option<String>,
    /// A public key, for --live
    #[arg(long, env = "THROUGHLINE_KEY", value_name = "PK")]
    pub(crate) key: Option<String>,
    /// Days of history
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=30))]
    pub(crate) days: u32,
    /// People
    #[arg(long, default_value_t = 20_000)]
    pub(crate) users: u32,
    /// Equal seeds make equal shops
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// The end of the history, RFC 3339; now when absent. With the same end, a second run stores nothing twice
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<chrono::DateTime<chrono::Utc>>,
    /// The zone in which --truth cuts days
    #[arg(long, default_value = "Europe/Berlin")]
    pub(crate) zone: chrono_tz::Tz,
    /// Send live traffic until stopped instead of a history
    #[arg(long, conflicts_with = "truth")]
    pub(crate) live: bool,
    /// Print what a correct dashboard must show, and send nothing
    #[arg(long)]
    pub(crate) truth: bool,
    /// Print the truth as JSON
    #[arg(long, requires = "truth")]
    pub(crate) json: bool,
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
    },
    /// Show every project
    List,
}

#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct LimitOptions {
    /// Events per second in the long run, per ingest process; `none` for no limit
    #[arg(long, value_name = "N", value_parser = limit)]
    pub(crate) events_per_second: Option<Change>,
    /// Events per calendar month (UTC); `none` for no limit
    #[arg(long, value_name = "N", value_parser = limit)]
    pub(crate) events_per_month: Option<Change>,
}

impl LimitOptions {
    /// Nothing shall change.
    pub(crate) fn is_empty(self) -> bool {
        self.events_per_second.is_none() && self.events_per_month.is_none()
    }
}

fn limit(text: &str) -> Result<Change, String> {
    match text {
        "none" => Ok(Change::Unlimited),
        number => match number.replace('_', "").parse() {
            Ok(n @ 0..) => Ok(Change::To(n)),
            _ => Err("a number, or `none` for no limit".to_owned()),
        },
    }
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
    /// End a key; it works for at most 30 seconds more
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
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DeadLettersOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    #[command(subcommand)]
    pub(crate) action: DeadLettersAction,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum DeadLettersAction {
    /// Show what could not be counted or stored, oldest first
    List,
    /// Show one of them, a batch with its body
    Show {
        /// Its id in `dead-letters list`
        id: uuid::Uuid,
    },
    /// Try again: a flush is counted by the worker, a batch is stored unless it was stored before
    Replay {
        /// Its id in `dead-letters list`
        #[arg(required_unless_present = "all")]
        id: Option<uuid::Uuid>,
        /// All of the project's
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Forget one of them for good
    Discard {
        /// Its id in `dead-letters list`
        id: uuid::Uuid,
    },
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
pub(crate) struct TailOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// The project's word in URLs
    #[arg(long)]
    pub(crate) project: String,
    /// Only this signal: event, metric, span, error, log or identity. May be repeated
    #[arg(long = "signal", value_delimiter = ',', value_name = "SIGNAL")]
    pub(crate) signals: Vec<SignalWord>,
    /// Only what is refused
    #[arg(long)]
    pub(crate) rejected: bool,
    /// Print a JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    /// Begin so long ago instead of now, such as 30s, 5m or 2h; at most 24h
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Since>,
}

/// A signal by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignalWord(pub(crate) Signal);

impl FromStr for SignalWord {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let words = Signal::ALL.map(Signal::word).join(", ");
        Signal::from_word(word).map(Self).ok_or_else(|| format!("there are: {words}"))
    }
}

/// A length of time up to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) Duration);

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return Err("give a number with s, m or h, such as 5m".to_owned()),
        };
        let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds)).filter(|seconds| *seconds <= 86_400);
        seconds.map(|seconds| Self(Duration::from_secs(seconds))).ok_or_else(|| "give at most 24h".to_owned())
    }
}

#[derive(Clone, Debug, Args)]
pub(crate) struct DoctorOptions {
    /// Only ask the server at this address whether it is ready: a health check
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// The database to look at
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// The folder with Postgres' programs
    #[arg(long, env = "THROUGHLINE_POSTGRES_BIN", value_name = "DIR")]
    pub(crate) postgres_bin: Option<PathBuf>,
    /// The folder whose node_modules may hold Postgres
    #[arg(long, env = "THROUGHLINE_NPM_DIR", value_name = "DIR")]
    pub(crate) npm: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_a_number_with_its_unit() {
        let seconds = |text: &str| text.parse::<Since>().map(|since| since.0.as_secs()).map_err(drop);
        assert_eq!([seconds("30s"), seconds("5m"), seconds("24h")], [Ok(30), Ok(300), Ok(86_400)]);
        for text in ["", "5", "m", "25h", "-5m", "5 m", "99999999999999999999h", "5ü"] {
            assert_eq!(seconds(text), Err(()), "{text}");
        }
    }
}
