//! `throughline retention`: how long data is kept, what was freed, and what goes next.

use chrono::{DateTime, NaiveDate, Utc};
use protocol::access::Project;
use protocol::keeping::KeptData;
use protocol::time::Clock;
use query_api::{QueryConfig, QueryParts, QueryState, keeping};
use storage::keeping::Freed;
use storage::{Db, projects};
use tokio::sync::watch;

use super::table;
use crate::config::RetentionOptions;
use crate::database;

pub(crate) async fn run(options: RetentionOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    let projects = match &options.project {
        Some(word) => vec![super::project(&db, word).await?],
        None => projects::all(&db).await?,
    };
    if options.dry_run { plan(&db, &projects, clock).await } else { status(db, &projects, clock).await }
}

async fn status(db: Db, projects: &[Project], clock: &Clock) -> anyhow::Result<()> {
    let (_running, shutdown) = watch::channel(false);
    let parts = QueryParts { db, clock: clock.clone(), random: crate::random, config: QueryConfig::default(), shutdown };
    let state = QueryState::new(parts);
    let mut rows = table(["project", "data", "keeps", "oldest day", "held day", "freed rows", "freed MB", "freed last", "last run"]);
    for project in projects {
        let context = state.access().operator_context(&project.slug).await?;
        for kept in keeping::keeping(&state, &context).await?.types {
            rows.add_row(cells(project, &kept));
        }
    }
    out!("{rows}")?;
    Ok(())
}

fn cells(project: &Project, kept: &KeptData) -> [String; 9] {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let time = |at: Option<DateTime<Utc>>| at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default();
    let keeps = match (kept.keep_days, kept.kept_days) {
        (Some(asked), Some(kept)) if asked != kept => format!("{asked} days, with others {kept}"),
        (Some(asked), _) => format!("{asked} days"),
        (None, _) => "for ever".to_owned(),
    };
    [
        project.slug.clone(),
        kept.data_type.word().replace('_', " "),
        keeps,
        day(kept.oldest_day),
        day(kept.held_day),
        kept.freed_rows.to_string(),
        megabytes(kept.freed_bytes),
        time(kept.freed_at),
        time(kept.ran_at),
    ]
}

fn megabytes(bytes: i64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

async fn plan(db: &Db, projects: &[Project], clock: &Clock) -> anyhow::Result<()> {
    let over = rollup_worker::over(db, clock.now()).await?;
    let mut rows = table(["project", "data", "day", "rows", "MB"]);
    let mut all = Freed::default();
    for project in projects {
        let shared = over.partitions.iter().flat_map(|old| {
            let data = old.table.data_type().map(|data_type| data_type.word().replace('_', " ")).unwrap_or_default();
            old.held.iter().filter(|(holder, _)| *holder == project.id).map(move |(_, part)| (data.clone(), old.day, *part))
        });
        let own = over.segments.iter().filter(|old| old.project == project.id);
        let own = own.map(|old| ("segments".to_owned(), old.day, Freed { rows: old.events, bytes: old.bytes }));
        for (data, day, part) in shared.chain(own) {
            rows.add_row([project.slug.clone(), data, day.to_string(), part.rows.to_string(), megabytes(part.bytes)]);
            all += part;
        }
    }
    out!("{rows}")?;
    out!("The next run frees {} rows and {} MB, as far as no flush still needs them.", all.rows, megabytes(all.bytes))?;
    Ok(())
}
