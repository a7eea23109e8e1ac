//! The event x-ray: an id is looked for among events, batches and refusals, and its way is told hop by hop.

use chrono::{DateTime, Days, TimeDelta, Utc};
use protocol::access::Role;
use protocol::delivery::{Hop, Rejection, XRAY_ITEMS_SHOWN, XrayAnswer, XrayVerdict};
use protocol::id::ProjectId;
use protocol::limits::LATE_DAYS_MAX;
use protocol::receipt::{Accuracy, BotRule};
use storage::batches::{self, LedgerEntry};
use storage::dead_letters::DeadLetter;
use storage::stored_items::{self, StoredItem};
use storage::{Db, counted, dead_letters, pending, rejections};
use uuid::Uuid;

use super::way::{self, Counting, Ledger};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// No id is longer.
const ID_BYTES_MAX: usize = 500;
/// Places where one id was stored.
const PLACES_SHOWN: i64 = 20;
/// Refusals of a batch that are shown.
const REJECTIONS_SHOWN: i64 = 20;
/// An id without a time is looked for among what was received in so many days.
pub(super) const DAYS_SEARCHED: u64 = 8;
/// The clocks of ingest and worker may differ by so much, and a flush still be found among those that were counted.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// What became of the event, batch or refused item with this id: a UUID, or the text that its sender called it.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for an id that is too long; else when the database does not answer in time.
pub async fn xray(state: &QueryState, context: &ProjectContext, id: &str) -> Result<XrayAnswer, ApiError> {
    context.require(Role::Viewer)?;
    if id.len() > ID_BYTES_MAX {
        let (problem, allowed) = ("is too long".to_owned(), format!("at most {ID_BYTES_MAX} bytes"));
        return Err(ApiError::InvalidParameter { name: "id", problem, allowed });
    }
    budget::within(state, run(state, context, id.trim())).await
}

async fn run(state: &QueryState, context: &ProjectContext, asked: &str) -> Result<XrayAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let (db, project, now) = (state.db(), context.id(), making.now);
    let from = day_start(now) - Days::new(DAYS_SEARCHED);
    let id: Option<Uuid> = asked.parse().ok();
    let mut items = match id {
        Some(id) => items(db, project, id, now).await?,
        None => Vec::new(),
    };
    let batch = match items.first() {
        Some(item) => batches::entry(db, project, &[item.batch_id]).await?,
        None => batches::entry(db, project, &batches::ledger_ids(project, asked, now)).await?,
    };
    let batch = match batch {
        Some(entry) => Some(Ledger { rows: stored_items::count_of_batch(db, project, &entry).await?, entry }),
        None => None,
    };
    let is_batch = items.is_empty() && batch.is_some();
    let mut more = false;
    if let (true, Some(batch)) = (is_batch, &batch) {
        items = stored_items::of_batch(db, project, &batch.entry, XRAY_ITEMS_SHOWN as i64 + 1).await?;
        more = items.len() > XRAY_ITEMS_SHOWN;
        items.truncate(XRAY_ITEMS_SHOWN);
    }
    let refused = refusals(db, project, asked, batch.as_ref().filter(|_| is_batch).map(|batch| &batch.entry), now).await?;
    making.rows_read = (items.len() + refused.len()) as u64 + u64::from(batch.is_some());

    let counting = match (items.first(), &batch) {
        (Some(item), _) => Some(counting(db, project, item.flush_id, item.received_at, now).await?),
        (None, Some(batch)) => Some(counting(db, project, batch.entry.flush_id, batch.entry.received_at, now).await?),
        (None, None) => None,
    };
    // A batch that was spooled and then refused, under the ledger's id; or a flush, by its own.
    let dead = match counting {
        None => dead_letters::find_any(db, project, &batches::ledger_ids(project, asked, now)).await?,
        Some(_) => None,
    };
    let found = Found { asked, id, is_batch, items: &items, batch: batch.as_ref(), refused: &refused, counting, dead, now };
    let (verdict, headline, hops) = found.tell();
    let mut receipt = making.receipt(context, way::looked_through(), from, now, Accuracy::Exact);
    receipt.bots = BotRule::All;
    Ok(XrayAnswer {
        asked: asked.to_owned(),
        verdict,
        headline,
        hops,
        items: items.iter().map(way::item).collect(),
        more,
        checks: way::checks(verdict, id),
        rejections: refused,
        receipt,
    })
}

/// What was found.
struct Found<'f> {
    asked: &'f str,
    id: Option<Uuid>,
    /// The id is that of a batch.
    is_batch: bool,
    items: &'f [StoredItem],
    batch: Option<&'f Ledger>,
    refused: &'f [Rejection],
    counting: Option<Counting>,
    dead: Option<DeadLetter>,
    now: DateTime<Utc>,
}

impl Found<'_> {
    fn tell(&self) -> (XrayVerdict, String, Vec<Hop>) {
        match (self.is_batch, self.items, self.batch, &self.counting) {
            (false, [item, again @ ..], batch, Some(counting)) => {
                let verdict = way::verdict(item, counting);
                (verdict, way::headline(item, verdict, again.len()), way::of_item(item, batch, counting, self.now))
            }
            (true, items, Some(batch), Some(counting)) => {
                let verdict = way::verdict_of_batch(batch, items, counting);
                (verdict, way::headline_of_batch(batch, verdict), way::of_batch(self.asked, batch, items, counting))
            }
            _ => match (self.refused.first(), &self.dead) {
                (_, Some(letter)) => (XrayVerdict::Stuck, way::headline_of_dead(letter), way::of_dead(letter)),
                (Some(refusal), None) => (XrayVerdict::Refused, way::headline_of_refusal(refusal), way::of_refusal(refusal, self.id)),
                (None, None) => (XrayVerdict::NotFound, way::headline_of_nothing(self.asked), Vec::new()),
            },
        }
    }
}

/// Where an event with this id lies: around the time inside the id, since ids are made when an event happens and events
/// arrive within days; else, as its device's clock may be wrong, among what was received lately.
async fn items(db: &Db, project: ProjectId, id: Uuid, now: DateTime<Utc>) -> Result<Vec<StoredItem>, ApiError> {
    let lately = (day_start(now) - Days::new(DAYS_SEARCHED), now + TimeDelta::minutes(1));
    if let Some(made) = way::made_at(id) {
        let around = (day_start(made) - Days::new(1), day_start(made) + TimeDelta::days(LATE_DAYS_MAX + 2));
        let found = stored_items::find(db, project, id, around.0, around.1, PLACES_SHOWN).await?;
        if !found.is_empty() || (around.0 <= lately.0 && around.1 >= lately.1) {
            return Ok(found);
        }
    }
    Ok(stored_items::find(db, project, id, lately.0, lately.1, PLACES_SHOWN).await?)
}

async fn refusals(
    db: &Db,
    project: ProjectId,
    asked: &str,
    batch: Option<&LedgerEntry>,
    now: DateTime<Utc>,
) -> Result<Vec<Rejection>, ApiError> {
    let batches = match batch {
        Some(batch) => vec![batch.batch_id],
        None => batches::ledger_ids(project, asked, now),
    };
    Ok(rejections::find(db, project, asked, &batches, REJECTIONS_SHOWN).await?)
}

async fn counting(
    db: &Db,
    project: ProjectId,
    flush_id: Uuid,
    received_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Counting, ApiError> {
    if let Some(attempts) = pending::find(db, project, flush_id).await? {
        return Ok(Counting::Pending(attempts));
    }
    if let Some(letter) = dead_letters::find(db, project, flush_id).await? {
        return Ok(Counting::Dead(letter));
    }
    // An imported item was received in its own past, but its flush's id is of the day of the import.
    let flushed = way::made_at(flush_id).map_or(received_at, |made| made.max(received_at));
    // Up to now: a dead letter may be replayed days later.
    if let Some(at) = counted::find(db, project, flush_id, flushed - CLOCKS_DIFFER, now + CLOCKS_DIFFER).await? {
        return Ok(Counting::Counted(at));
    }
    if flushed <= now - TimeDelta::days(counted::DAYS_KEPT) {
        return Ok(Counting::Forgotten);
    }
    // In none of the three: unless its dead letter was revived while we looked, nobody will count it.
    Ok(pending::find(db, project, flush_id).await?.map_or(Counting::Discarded, Counting::Pending))
}

fn day_start(at: DateTime<Utc>) -> DateTime<Utc> {
    at.date_naive().and_time(chrono::NaiveTime::MIN).and_utc()
}
