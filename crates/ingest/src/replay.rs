//! A dead letter's batch, stored once more.

use protocol::time::Clock;
use protocol::verdict::BatchAnswer;
use storage::Db;

use crate::Random;
use crate::commit::{Flusher, INTERRUPTED};
use crate::enrich::{self, Enricher};
use crate::raw_request::RawRequest;
use crate::spool::Request;

/// Stores a batch from its record, through the same pipeline and the same ledger as any other, with the clock correction of
/// its arrival. Returns what its sender would be told.
///
/// # Errors
/// Why it still cannot be stored, in words.
pub async fn replay(db: Db, clock: Clock, random: Random, payload: &[u8]) -> Result<BatchAnswer, String> {
    let request = Request::from_bytes(payload).ok_or_else(|| "its record cannot be read".to_owned())?;
    let rules = enrich::rules_of(&db, request.project).await.map_err(|error| error.to_string())?;
    let prepared = RawRequest::prepare_spooled(&request, random, &Enricher::default(), rules).map_err(|refusal| refusal.to_string())?;
    let told = Flusher::new(db, clock, random).store(&mut [prepared]).await.pop();
    told.unwrap_or(Err(INTERRUPTED)).map_err(|refusal| refusal.to_string())
}
