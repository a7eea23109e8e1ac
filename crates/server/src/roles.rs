//! The roles of one process: started together, stopped together.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use ingest::Ingest;
use protocol::time::Clock;
use query_api::access::AccessConfig;
use query_api::{QueryConfig, QueryParts, QueryState};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::config::{HttpOptions, Role};
use crate::database::Pools;
use crate::operations::{self, Operations, Readiness};
use crate::shutdown::{self, STOP_WITHIN, Stop};
use crate::spool::Spooling;
use crate::telemetry;

/// A client that sends its request slower than this is not waited for.
const REQUEST_WITHIN: Duration = Duration::from_secs(30);

/// Which roles, for whom, until when.
pub(crate) struct Roles {
    pub(crate) roles: Vec<Role>,
    pub(crate) http: HttpOptions,
    /// Where signals are spooled while the database is away.
    pub(crate) spool: Option<PathBuf>,
    pub(crate) clock: Clock,
    pub(crate) stop: Stop,
}

/// Running roles.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) query: QueryState,
    server: JoinHandle<std::io::Result<()>>,
    worker: Option<JoinHandle<()>>,
    committers: Option<ingest::Committers>,
    pools: Pools,
    stop: Stop,
}

impl Roles {
    /// Starts the roles; they serve from now on.
    pub(crate) async fn start(self, pools: Pools, listener: TcpListener) -> anyhow::Result<Running> {
        let address = listener.local_addr()?;
        let metrics = telemetry::metrics()?;
        let query = self.query_state(&pools);
        let (mut signals, mut committers, mut readiness) = (Router::new(), None, Readiness::default());
        if self.has(Role::Ingest) {
            let spooling = Spooling::open(self.spool.clone(), &self.clock)?;
            readiness.spool_is_broken = matches!(spooling, Spooling::Broken);
            let spool = if let Spooling::On(spool) = spooling { Some(spool) } else { None };
            let config = ingest::Config::default();
            let (ingest, tasks) = Ingest::start(pools.ingest.clone(), self.clock.clone(), crate::random_bits, config, spool);
            readiness.ingest = Some(ingest.clone());
            signals = ingest::router(ingest);
            committers = Some(tasks);
        }
        let operations = Operations { db: pools.query.clone(), metrics, stop: self.stop.clone(), readiness };
        let mut router = operations::router(operations).merge(signals);
        if self.has(Role::Query) {
            router = router.merge(query_api::routes::router(query.clone())).merge(dashboard::router(query.clone()));
        }
        let worker = self.has(Role::Worker).then(|| {
            let config = rollup_worker::Config::new(crate::random_share);
            tokio::spawn(rollup_worker::run(pools.worker.clone(), self.clock.clone(), config, self.stop.clone()))
        });
        let stop = self.stop.clone();
        let server = axum::serve(listener, with_layers(router).into_make_service_with_connect_info::<SocketAddr>());
        let server = tokio::spawn(async move { server.with_graceful_shutdown(shutdown::requested(stop)).await });
        Ok(Running { address, query, server, worker, committers, pools, stop: self.stop })
    }

    fn has(&self, role: Role) -> bool {
        self.roles.is_empty() || self.roles.contains(&role)
    }

    fn query_state(&self, pools: &Pools) -> QueryState {
        let access = AccessConfig { hosts: self.http.hosts.clone(), https: self.http.https };
        QueryState::new(QueryParts {
            db: pools.query.clone(),
            clock: self.clock.clone(),
            random: crate::random,
            config: QueryConfig { access, ..QueryConfig::default() },
            shutdown: self.stop.clone(),
        })
    }
}

impl Running {
    /// Waits for the end: requests are answered, what was accepted is committed, the worker finishes its transaction.
    pub(crate) async fn finished(self) -> anyhow::Result<()> {
        let mut server = self.server;
        let ended = tokio::select! {
            ended = &mut server => Some(ended),
            // A client that keeps its connection open does not keep us.
            () = async { shutdown::requested(self.stop).await; tokio::time::sleep(STOP_WITHIN).await } => { server.abort(); None }
        };
        if let Some(ended) = ended {
            ended??;
        }
        drop(self.query);
        let rest = async {
            if let Some(committers) = self.committers {
                committers.finished().await;
            }
            if let Some(worker) = self.worker {
                let _ = worker.await;
            }
            self.pools.close().await;
        };
        if tokio::time::timeout(STOP_WITHIN, rest).await.is_err() {
            tracing::warn!("not everything ended in time");
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// Outermost first: an id for the request, a span for the log, a time limit, compression.
fn with_layers(router: Router) -> Router {
    router
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::REQUEST_TIMEOUT, REQUEST_WITHIN))
        // Whoever answers an error has logged why, with its correlation id.
        .layer(TraceLayer::new_for_http().on_failure(()))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}
