//! The roles of one process: started together, stopped together.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use ingest::Ingest;
use protocol::time::Clock;
use query_api::access::AccessConfig;
use query_api::{QueryConfig, QueryParts, QueryState};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use crate::config::{HttpOptions, Role};
use crate::database::Pools;
use crate::http::{self, HttpLimits, time_limit};
use crate::operations::{self, Operations, Readiness};
use crate::shutdown::{self, STOP_WITHIN, Stop};
use crate::spool::Spooling;
use crate::telemetry;

/// How long a connection may rest between two requests: longer than our SDK's flush interval and than a scraper's.
const REST_WITHIN: Duration = Duration::from_secs(75);

/// Which roles, for whom, until when.
pub(crate) struct Roles {
    pub(crate) roles: Vec<Role>,
    pub(crate) http: HttpOptions,
    pub(crate) ingest: ingest::Config,
    /// Megabytes of columns that the query role keeps.
    pub(crate) column_cache_mb: u32,
    /// Where signals are spooled while the database is away.
    pub(crate) spool: Option<PathBuf>,
    pub(crate) clock: Clock,
    pub(crate) stop: Stop,
}

/// Running roles.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) query: QueryState,
    server: JoinHandle<()>,
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
            let (ingest, tasks) = Ingest::start(pools.ingest.clone(), self.clock.clone(), crate::random_bits, self.ingest.clone(), spool);
            readiness.ingest = Some(ingest.clone());
            signals = ingest::router(ingest);
            committers = Some(tasks);
        }
        let operations = Operations {
            db: pools.query.clone(),
            clock: self.clock.clone(),
            metrics,
            query: self.has(Role::Query).then(|| query.clone()),
            stop: self.stop.clone(),
            readiness,
        };
        let mut router = operations::router(operations).merge(signals);
        if self.has(Role::Query) {
            router = router.merge(query_api::routes::router(query.clone())).merge(dashboard::router(query.clone()));
        }
        let worker = self.has(Role::Worker).then(|| {
            let config = rollup_worker::Config::new(crate::random_share);
            tokio::spawn(rollup_worker::run(pools.worker.clone(), self.clock.clone(), config, self.stop.clone()))
        });
        let stop = self.stop.clone();
        let router = with_layers(router, self.http.request_within.0);
        let server = tokio::spawn(http::serve(listener, router, self.http_limits(), stop));
        Ok(Running { address, query, server, worker, committers, pools, stop: self.stop })
    }

    fn has(&self, role: Role) -> bool {
        self.roles.is_empty() || self.roles.contains(&role)
    }

    fn http_limits(&self) -> HttpLimits {
        HttpLimits { connections_max: self.http.connections_max, head_within: self.http.head_within.0, rest_within: REST_WITHIN }
    }

    fn query_state(&self, pools: &Pools) -> QueryState {
        let access = AccessConfig { hosts: self.http.hosts.clone(), https: self.http.https };
        QueryState::new(QueryParts {
            db: pools.query.clone(),
            clock: self.clock.clone(),
            random: crate::random,
            config: QueryConfig { access, column_cache_bytes: u64::from(self.column_cache_mb) << 20, ..QueryConfig::default() },
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
            ended?;
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
fn with_layers(router: Router, request_within: Duration) -> Router {
    router
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(request_within, time_limit::limit_time))
        // Whoever answers an error has logged why, with its correlation id.
        .layer(TraceLayer::new_for_http().on_failure(()))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}
