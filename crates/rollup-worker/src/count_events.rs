//! Events into quarters: by all, by name, by route, with a bitmap of who was there.

use analysis::quarter::{self, CountedEvent, QuarterCell, QuarterKey, Slice};
use anyhow::Context as _;
use storage::event_quarters::{self, Dimension, Quarter};
use storage::flushes::FlushEvent;

use crate::admit_routes::Beyond;
use crate::claim::Claim;
use crate::intern_actors::Numbers;

/// Adds the claim's events to the quarters.
pub(crate) async fn count_events(
    claim: &mut Claim,
    events: &[FlushEvent],
    numbers: &Numbers<'_>,
    beyond: &Beyond<'_>,
) -> anyhow::Result<()> {
    let cells = quarter::fold(events.iter().map(|event| CountedEvent {
        ts: event.ts,
        name: &event.name,
        route: event.route.as_deref().map(|route| beyond.fold(event.ts, route)),
        environment: &event.environment,
        is_bot: event.is_bot,
        weight: event.weight,
        actor: numbers.of(event),
    }));
    let mut rows: Vec<Row<'_>> = cells.into_iter().map(|(key, cell)| Row { key, cell }).collect();
    add_stored(claim, &mut rows).await?;
    let rows: Vec<Quarter> = rows.iter().map(Row::encode).collect();
    event_quarters::save(&mut claim.tx, claim.project, &rows).await.context("write quarters")
}

/// A row of the rollup, not yet as bytes.
struct Row<'a> {
    key: QuarterKey<'a>,
    cell: QuarterCell,
}

impl Row<'_> {
    fn encode(&self) -> Quarter {
        Quarter { n: self.cell.n, weight: self.cell.weight, actors: quarter::encode(&self.cell.actors), ..stored_key(&self.key) }
    }
}

/// The row of a key, with nothing counted.
pub(crate) fn stored_key(key: &QuarterKey<'_>) -> Quarter {
    let (dimension, value) = match key.slice {
        Slice::All => (Dimension::All, ""),
        Slice::Name(name) => (Dimension::Name, name),
        Slice::Route(route) => (Dimension::Route, route),
    };
    Quarter {
        bucket: key.bucket,
        dimension: dimension.code(),
        value: value.to_owned(),
        environment: key.environment.to_owned(),
        is_bot: key.is_bot,
        n: 0,
        weight: 0.0,
        actors: Vec::new(),
    }
}

/// The key of a stored row; `None` for a dimension that the worker does not ask for.
fn key_of(row: &Quarter) -> Option<QuarterKey<'_>> {
    let slice = [Slice::All, Slice::Name(&row.value), Slice::Route(&row.value)];
    let codes = [Dimension::All, Dimension::Name, Dimension::Route].map(Dimension::code);
    let place = codes.iter().position(|code| *code == row.dimension)?;
    Some(QuarterKey { bucket: row.bucket, slice: slice[place], environment: &row.environment, is_bot: row.is_bot })
}

/// Adds what the rows held before. `rows` is in the order of its keys.
async fn add_stored(claim: &mut Claim, rows: &mut [Row<'_>]) -> anyhow::Result<()> {
    let keys: Vec<Quarter> = rows.iter().map(|row| stored_key(&row.key)).collect();
    for stored in event_quarters::stored(&mut claim.tx, claim.project, &keys).await.context("read quarters")? {
        let key = key_of(&stored).context("a quarter of an unknown dimension")?;
        let place = rows.binary_search_by(|row| row.key.cmp(&key)).ok().context("a quarter that was not asked for")?;
        let actors = quarter::decode(&stored.actors)?;
        rows[place].cell.merge(&QuarterCell { n: stored.n, weight: stored.weight, actors });
    }
    Ok(())
}
