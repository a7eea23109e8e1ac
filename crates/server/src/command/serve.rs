//! `throughline serve`.

use anyhow::Context as _;
use protocol::time::Clock;
use tokio::net::TcpListener;

use crate::config::{Role, ServeOptions};
use crate::database::{self, Pools};
use crate::roles::Roles;
use crate::shutdown;

pub(crate) async fn run(options: ServeOptions, clock: Clock) -> anyhow::Result<()> {
    let stop = shutdown::on_signal()?;
    let places = options.places.open()?;
    let url = &options.database.database_url;
    if !options.no_migrate {
        database::prepare(url, &clock).await?.close().await;
    }
    let pools = Pools::connect(url).await?;
    let listener = TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let ingest =
        ingest::Config { bytes_in_flight_max: options.ingest_memory_mb as usize * 1024 * 1024, places, ..ingest::Config::default() };
    let column_cache_mb = options.column_cache_mb;
    let roles = Roles { roles: options.roles.clone(), http: options.http, ingest, column_cache_mb, spool: options.spool, clock, stop };
    let running = roles.start(pools, listener).await?;
    let only: Vec<_> = options.roles.iter().filter_map(clap::ValueEnum::to_possible_value).map(|role| role.get_name().to_owned()).collect();
    let only = if only.is_empty() { "all".to_owned() } else { only.join(",") };
    tracing::info!(address = %running.address, roles = only, "listening");
    out!("http://{}", running.address)?;
    if options.roles.is_empty() || options.roles.contains(&Role::Query) {
        offer_owner_link(&running).await?;
    }
    running.finished().await
}

/// A server without any account prints the link that creates the owner.
async fn offer_owner_link(running: &crate::roles::Running) -> anyhow::Result<()> {
    let access = running.query.access();
    if access.has_no_account().await? {
        let token = access.create_owner_link().await?;
        out!("Create the owner account: http://{}/setup?token={token}", running.address)?;
    }
    Ok(())
}
