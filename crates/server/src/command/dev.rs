//! `throughline dev`: everything on this machine, with nothing to configure.

mod data_dir;
mod postgres;
mod shop;

use std::net::SocketAddr;

use anyhow::Context as _;
use protocol::access::Scope;
use protocol::time::Clock;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{COLUMN_CACHE_MB, DevOptions, HttpOptions, LISTEN_DEFAULT};
use crate::database::{self, Pools};
use crate::roles::{Roles, Running};
use crate::shutdown;
use postgres::PrivatePostgres;
use shop::Shop;

pub(crate) async fn run(options: DevOptions, clock: Clock) -> anyhow::Result<()> {
    let stop = shutdown::on_signal()?;
    let folder = data_dir::of(&options)?;
    let (url, private) = match &options.database_url {
        Some(url) => (url.clone(), None),
        None => {
            let private = PrivatePostgres::start(&options, &folder).await?;
            (private.url.clone(), Some(private))
        }
    };
    let db = database::prepare(&url, &clock).await?;
    let shop = Shop::ensure(&db, &folder, &clock).await?;
    let pools = Pools::connect(&url).await?;
    let listener = listen(options.listen).await?;
    let (stop_roles, roles_stop) = watch::channel(false);
    let roles = Roles {
        roles: Vec::new(),
        column_cache_mb: COLUMN_CACHE_MB,
        http: HttpOptions::default(),
        ingest: ingest::Config::default(),
        spool: None,
        clock: clock.clone(),
        stop: roles_stop,
    };
    let running = roles.start(pools, listener).await?;
    print_welcome(&running, &shop, private.as_ref().map(|private| private.url.as_str())).await?;
    let traffic = (!options.quiet_shop).then(|| shop.open(running.address, options.users, clock, stop.clone()));
    tokio::spawn(async move {
        shutdown::requested(stop).await;
        // The shop closes first: what it sent last is still taken.
        if let Some(traffic) = traffic {
            traffic.finished().await;
        }
        stop_roles.send_replace(true);
    });
    running.finished().await?;
    db.close().await;
    match private {
        Some(private) => private.stop().await,
        None => Ok(()),
    }
}

/// The address that was asked for; else the usual one, or a free port when something else has it.
async fn listen(asked: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    if let Some(address) = asked {
        return TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"));
    }
    match TcpListener::bind(LISTEN_DEFAULT).await {
        Ok(listener) => Ok(listener),
        Err(error) => {
            tracing::warn!(%error, "{LISTEN_DEFAULT} is taken; using a free port");
            Ok(TcpListener::bind("127.0.0.1:0").await?)
        }
    }
}

/// `private` is the URL of the private Postgres; one that the operator gave is known to them, and may hold a password.
async fn print_welcome(running: &Running, shop: &Shop, private: Option<&str>) -> anyhow::Result<()> {
    let access = running.query.access();
    let account = access.ensure_local_account().await?;
    let token = access.create_sign_in_link(account).await?;
    let address = running.address;
    out!("\n  Throughline is running. Open\n\n      http://{address}/enter?token={token}\n")?;
    out!("  The link signs you in once. Keys of the demo shop, for the lines of the README:\n")?;
    out!("      export THROUGHLINE_ENDPOINT=http://{address}")?;
    out!("      export THROUGHLINE_KEY={}", shop.key)?;
    out!("      export THROUGHLINE_SECRET={}\n", shop.secret)?;
    let program = std::env::current_exe().map_or_else(|_| "throughline".to_owned(), |path| path.display().to_string());
    let database = private.map(|url| format!(" --database-url '{url}'")).unwrap_or_default();
    out!("  In another terminal, what arrives and what is refused (`tail`), or any other tool:\n")?;
    out!("      {program} tail --project {}{database}\n", shop::SLUG)?;
    out!("  Ctrl-C stops everything.\n")?;
    Ok(())
}

/// What the demo's secret key may do: read the answers and send history.
const SECRET_SCOPES: [Scope; 2] = [Scope::Read, Scope::Import];
