//! From the spool into the database, oldest first, once that is back: prepared as at arrival, stored through the same ledger.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::id::ProjectId;
use storage::dead_letters::{self, DeadBatch};
use tokio::sync::watch;

use crate::commit::{FLUSH_ROWS, Flusher};
use crate::enrich::{self, Enricher, Rules};
use crate::raw_request::RawRequest;
use crate::rejection::Rejection;
use crate::spool::{NotTaken, Request, Spool, Waiting};

/// How often an empty spool, or an absent database, is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Requests per flush, and about so many compressed bytes of them.
const RECORDS_MAX: usize = 64;
const BYTES_MAX: usize = 512 * 1024;

/// Empties the spool until nobody holds the other end of `alive`.
pub(crate) async fn run(spool: Spool, flusher: Flusher, enricher: Arc<Enricher>, mut alive: watch::Receiver<()>) {
    loop {
        let pause = pause_after_one(&spool, &flusher, &enricher).await;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            // Nothing is ever sent: a change means that the last sender is gone.
            _gone = alive.changed() => return,
        }
    }
}

/// Stores a few requests. Returns for how long to rest: as long as it took, so that live signals have the database to
/// themselves for half of the time.
async fn pause_after_one(spool: &Spool, flusher: &Flusher, enricher: &Enricher) -> Duration {
    if spool.state().records == 0 || flusher.outage.is_known() {
        return LOOK_EVERY;
    }
    let began = Instant::now();
    match store_first(spool, flusher, enricher).await {
        Ok(left) if left > 0 => {
            if spool.state().records == 0 {
                tracing::info!("the spool is drained");
            }
            began.elapsed()
        }
        Ok(_) => LOOK_EVERY,
        Err(error) => {
            tracing::warn!(%error, "the spool cannot be drained at the moment");
            LOOK_EVERY
        }
    }
}

/// Stores the oldest requests in one flush and takes them out of the spool. Returns how many left it.
async fn store_first(spool: &Spool, flusher: &Flusher, enricher: &Enricher) -> Result<usize, NotTaken> {
    let (mut batches, mut rows, mut requests, mut done) = (Vec::new(), 0, Vec::new(), Vec::new());
    let mut rules = HashMap::new();
    for Waiting { seq, request } in spool.first(RECORDS_MAX, BYTES_MAX).await? {
        let Ok(rules) = known(&mut rules, flusher, request.project).await else {
            // The database is away again.
            break;
        };
        match RawRequest::prepare_spooled(&request, flusher.random, enricher, rules) {
            Ok(prepared) => {
                rows += prepared.items.len();
                batches.push(prepared);
                requests.push((seq, request));
            }
            Err(refusal) => done.extend(bury(flusher, &request, &refusal).await.then_some(seq)),
        }
        if rows >= FLUSH_ROWS {
            break;
        }
    }
    for (told, (seq, request)) in flusher.store(&mut batches).await.into_iter().zip(&requests) {
        let leaves = match told {
            // Stored now, or before by a commit that nobody heard of.
            Ok(_) => {
                metrics::counter!("throughline_spool_drained_total").increment(1);
                true
            }
            Err(refusal) if refusal.is_passing() => false,
            Err(refusal) => bury(flusher, request, &refusal).await,
        };
        done.extend(leaves.then_some(*seq));
    }
    let left = done.len();
    if left > 0 {
        spool.remove(done).await?;
    }
    Ok(left)
}

/// The project's rules, asked for once per flush.
async fn known(rules: &mut HashMap<ProjectId, Arc<Rules>>, flusher: &Flusher, project: ProjectId) -> storage::Result<Arc<Rules>> {
    Ok(Arc::clone(match rules.entry(project) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => unknown.insert(enrich::rules_of(&flusher.db, project).await?),
    }))
}

/// Moves a request that will never be stored as it is to the dead letters. It stays in the spool when that fails as well.
async fn bury(flusher: &Flusher, request: &Request, refusal: &Rejection) -> bool {
    let Some(payload) = request.to_bytes() else { return false };
    let error = match refusal {
        Rejection::Internal(cause) => format!("{refusal}: {cause}"),
        other => other.to_string(),
    };
    let batch = DeadBatch {
        batch_id: request.batch_id,
        arrived_at: request.arrived_at,
        failed_at: flusher.clock.now(),
        error: &error,
        payload: &payload,
    };
    let buried = dead_letters::bury_batch(&flusher.db, request.project, batch).await;
    match &buried {
        Ok(()) => {
            metrics::counter!("throughline_spool_dead_total").increment(1);
            tracing::error!(project.id = request.project.0, batch.id = %request.batch_id, error, "a spooled batch cannot be stored and is a dead letter now");
        }
        Err(error) => tracing::warn!(%error, "a dead letter could not be kept"),
    }
    buried.is_ok()
}
