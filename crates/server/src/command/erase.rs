//! `throughline erase`: forgets a person.

use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use protocol::number;
use protocol::time::Clock;
use query_api::{QueryConfig, QueryParts, QueryState, erasing};
use tokio::sync::watch;

use super::table;
use crate::config::EraseOptions;
use crate::database;

pub(crate) async fn run(options: EraseOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    let project = super::project(&db, &options.project).await?;
    let (_running, shutdown) = watch::channel(false);
    let parts = QueryParts { db: db.clone(), clock: clock.clone(), random: crate::random, config: QueryConfig::default(), shutdown };
    let state = QueryState::new(parts);
    let context = state.access().operator_context(&project.slug).await?;
    let kind = if options.user.is_some() { ActorKind::User } else { ActorKind::Anonymous };
    let actor = ActorName { kind, id: options.user.or(options.anonymous).unwrap_or_default() };
    if options.dry_run {
        let targets = erasing::targets(&state, &context, &actor).await?;
        let found = rollup_worker::would_erase(&db, project.id, &targets).await?;
        show(found.into_iter().map(|(place, rows)| (place.to_owned(), rows)))?;
        let ids = targets.users.len() + targets.anonymous.len();
        out!("This would be removed of {}; nothing is changed.", number::counted(ids as u64, "id", "ids"))?;
        return Ok(());
    }
    let asked = erasing::ask(&state, &context, &actor).await?;
    rollup_worker::erase(&db, clock.now()).await?;
    let Some(erasure) = erasing::erasures(&state, &context).await?.into_iter().find(|erasure| erasure.id == asked.id) else {
        return Ok(());
    };
    show(erasure.found.into_iter())?;
    match erasure.waits_for {
        None => out!("Nothing is left of {}.", number::counted(erasure.actors.unsigned_abs().into(), "id", "ids"))?,
        Some(waits_for) => out!("Not finished: it waits for {waits_for}. The worker carries it on by itself.")?,
    }
    Ok(())
}

fn show(found: impl Iterator<Item = (String, i64)>) -> anyhow::Result<()> {
    let mut rows = table(["where", "rows"]);
    for (place, n) in found {
        rows.add_row([place.replace('_', " "), n.to_string()]);
    }
    out!("{rows}")?;
    Ok(())
}
