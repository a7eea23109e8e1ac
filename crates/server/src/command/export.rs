//! `throughline export`: events for other programs.

mod file;

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use query_api::export::{self, ExportError, Format, Plan, Sink};
use storage::Db;

use crate::config::{ExportFormat, ExportOptions};
use crate::database;
use file::Unfinished;

pub(crate) async fn run(options: ExportOptions) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    let project = super::project(&db, &options.project).await?;
    let zone = project.zone.parse().with_context(|| format!("project {} has the unknown zone `{}`", project.id, project.zone))?;
    let [from, until] = [options.from, options.until].map(|moment| moment.map(|moment| moment.in_zone(zone)));
    ensure!(from.zip(until).is_none_or(|(from, until)| from < until), "--from must be before --until");
    let Some(plan) = export::plan(&db, &project, from, until).await? else {
        bail!("`{}` has no counted events in this range; nothing was written", project.slug);
    };
    let format = match options.format {
        ExportFormat::Parquet => Format::Parquet,
        ExportFormat::Ndjson => Format::Ndjson,
    };
    if options.out == Path::new("-") { to_stdout(&db, &plan, format).await } else { to_file(&db, &plan, format, &options.out).await }
}

async fn to_stdout(db: &Db, plan: &Plan, format: Format) -> anyhow::Result<()> {
    let out = std::io::stdout();
    ensure!(format == Format::Ndjson || !out.is_terminal(), "a terminal shows no Parquet: give a file with --out, or pipe it somewhere");
    let sink = Sink::begin(format, plan.layout().schema(), std::io::BufWriter::new(out))?;
    let (sink, _) = write(db, plan, sink).await?;
    sink.end().map_err(plain)?.flush()?;
    Ok(())
}

async fn to_file(db: &Db, plan: &Plan, format: Format, path: &Path) -> anyhow::Result<()> {
    let file = Unfinished::create(path)?;
    let sink = Sink::begin(format, plan.layout().schema(), file)?;
    let (sink, events) = write(db, plan, sink).await?;
    // The first and the last day may have events outside of the range only.
    ensure!(events > 0, "there are no counted events in this range; nothing was written");
    let bytes = sink.end().map_err(plain)?.finish()?;
    eprintln!("{} events, {} bytes in {}", HumanCount(events), HumanCount(bytes), path.display());
    Ok(())
}

/// With a bar for somebody who waits.
async fn write<W: std::io::Write + Send + 'static>(db: &Db, plan: &Plan, sink: Sink<W>) -> anyhow::Result<(Sink<W>, u64)> {
    let bar = ProgressBar::with_draw_target(Some(plan.events()), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} events, {eta} left")?);
    let written = export::write(db, plan, sink, |read| bar.set_position(read)).await;
    bar.finish_and_clear();
    written.map_err(plain)
}

/// A closed pipe is looked for by its own kind of error.
fn plain(error: ExportError) -> anyhow::Error {
    match error {
        ExportError::Io(error) => error.into(),
        other => other.into(),
    }
}
