//! A person out of the quarters: exactly where their events are in segments, from the bitmaps alone where they are not.

use analysis::quarter::{self, CountedEvent};
use anyhow::Context as _;
use chrono::{Days, NaiveTime};
use protocol::id::ProjectId;
use roaring::RoaringBitmap;
use storage::erasures::{self, Unfinished};
use storage::event_quarters::{self, Quarter};
use storage::{Db, Transaction, work};

use crate::count_events::stored_key;

/// Less than any event's weight, more than what is left when sums of fractions are taken apart.
pub(super) const NO_WEIGHT: f64 = 1e-6;

/// Takes these events, all of their actors' in these quarters, out of the rows that they were counted in. Returns how many
/// rows that were.
pub(super) async fn take_off<'a>(
    tx: &mut Transaction,
    project: ProjectId,
    events: impl Iterator<Item = CountedEvent<'a>>,
) -> anyhow::Result<i64> {
    let cells = quarter::fold(events);
    let keys: Vec<Quarter> = cells.keys().map(stored_key).collect();
    let (mut left, mut empty) = (Vec::new(), Vec::new());
    for stored in event_quarters::stored(tx, project, &keys).await.context("read quarters")? {
        let is_this = |key: &Quarter| Quarter { n: 0, weight: 0.0, actors: Vec::new(), ..stored.clone() } == *key;
        let place = keys.iter().position(is_this).context("a quarter that was not asked for")?;
        let cell = cells.values().nth(place).context("a quarter without its cell")?;
        let actors = quarter::decode(&stored.actors)? - &cell.actors;
        let weight = stored.weight - cell.weight;
        let rest = Quarter {
            n: stored.n - cell.n,
            weight: if weight.abs() < NO_WEIGHT { 0.0 } else { weight },
            actors: quarter::encode(&actors),
            ..stored
        };
        if rest.n > 0 { left.push(rest) } else { empty.push(rest) }
    }
    event_quarters::save(tx, project, &left).await.context("write quarters")?;
    event_quarters::remove(tx, project, &empty).await.context("remove quarters")?;
    Ok((left.len() + empty.len()) as i64)
}

/// Takes the person out of every bitmap that is left, which are those of days without segments. How much they did then
/// cannot be told apart any more: the counts stay.
pub(super) async fn erase(db: &Db, project: ProjectId, unfinished: &Unfinished) -> anyhow::Result<()> {
    let actors: RoaringBitmap = unfinished.targets.numbers.iter().copied().collect();
    let [Some(first), Some(last)] = [event_quarters::oldest(db, project).await?, event_quarters::newest(db, project).await?] else {
        return Ok(());
    };
    let days = first.date_naive().iter_days().take_while(|day| *day <= last.date_naive());
    for day in days {
        let from = day.and_time(NaiveTime::MIN).and_utc();
        let mut tx = db.begin().await?;
        let rows = event_quarters::whole(&mut tx, project, from, from + Days::new(1)).await?;
        tx.rollback().await.map_err(storage::Error::from)?;
        let mut touched = Vec::new();
        for row in rows {
            if !quarter::decode(&row.actors)?.is_disjoint(&actors) {
                touched.push(row);
            }
        }
        if !touched.is_empty() {
            clear(db, project, unfinished, &actors, &touched).await?;
        }
    }
    Ok(())
}

async fn clear(db: &Db, project: ProjectId, unfinished: &Unfinished, actors: &RoaringBitmap, keys: &[Quarter]) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    work::limit_waits(&mut tx).await?;
    work::lock_in_turn(&mut tx, project).await?;
    let mut rows = event_quarters::stored(&mut tx, project, keys).await?;
    for row in &mut rows {
        row.actors = quarter::encode(&(quarter::decode(&row.actors)? - actors));
    }
    event_quarters::save(&mut tx, project, &rows).await?;
    let found = [("quarters_without_segments", rows.len() as i64)].into();
    erasures::found(&mut tx, project, unfinished.erasure_id, &found, &[]).await?;
    Ok(tx.commit().await.map_err(storage::Error::from)?)
}
