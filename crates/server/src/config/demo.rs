//! `throughline demo`.

use clap::Args;

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
