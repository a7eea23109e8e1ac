//! `throughline dead-letters`: what could not be counted or stored, and what to do with it.

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use protocol::access::Project;
use protocol::number;
use protocol::time::Clock;
use storage::Db;
use storage::dead_letters::{self, DeadLetter};
use uuid::Uuid;

use super::{cell, table};
use crate::config::{DeadLettersAction, DeadLettersOptions};
use crate::database;

/// Letters that are listed or replayed at once; more are the next run's.
const LETTERS_MAX: i64 = 1_000;

pub(crate) async fn run(options: DeadLettersOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    let project = super::project(&db, &options.project).await?;
    match options.action {
        DeadLettersAction::List => list(&db, &project).await,
        DeadLettersAction::Show { id } => show(&db, &project, id).await,
        DeadLettersAction::Replay { id: Some(id), .. } => {
            let letter = find(&db, &project, id).await?;
            out!("{}", replay(&db, &project, &letter, clock).await?)?;
            Ok(())
        }
        DeadLettersAction::Replay { id: None, .. } => replay_all(&db, &project, clock).await,
        DeadLettersAction::Discard { id } => {
            find(&db, &project, id).await?;
            dead_letters::discard(&db, project.id, id, clock.now()).await?;
            Ok(())
        }
    }
}

async fn find(db: &Db, project: &Project, id: Uuid) -> anyhow::Result<DeadLetter> {
    let letter = dead_letters::find(db, project.id, id).await?;
    letter.with_context(|| format!("project `{}` has no dead letter {id}: see `dead-letters list`", project.slug))
}

async fn list(db: &Db, project: &Project) -> anyhow::Result<()> {
    let mut rows = table(["id", "what", "first failed", "last failed", "tries", "error"]);
    for letter in dead_letters::list(db, project.id, LETTERS_MAX).await? {
        rows.add_row([
            letter.id.to_string(),
            kind(&letter).to_owned(),
            time(letter.first_failed_at),
            time(letter.last_failed_at),
            letter.attempts.to_string(),
            cell(&letter.error),
        ]);
    }
    out!("{rows}")?;
    Ok(())
}

/// Everything about one letter; a batch with its body, as it was sent.
async fn show(db: &Db, project: &Project, id: Uuid) -> anyhow::Result<()> {
    let letter = find(db, project, id).await?;
    out!("{} {}", kind(&letter), letter.id)?;
    let times = number::counted(u64::from(letter.attempts.unsigned_abs()), "time", "times");
    out!("failed       {times}, from {} to {}", time(letter.first_failed_at), time(letter.last_failed_at))?;
    out!("error        {}", letter.error.escape_debug())?;
    if let Some(flush) = &letter.flush {
        out!("{}", serde_json::to_string_pretty(flush)?)?;
    }
    if let Some(payload) = dead_letters::payload(db, project.id, id).await? {
        let request = ingest::spool::Request::from_bytes(&payload).context("its record cannot be read")?;
        out!("endpoint     {}", request.endpoint)?;
        out!("arrived      {}", time(request.arrived_at))?;
        // A sender's text may hold the terminal's own commands.
        out!("{}", String::from_utf8_lossy(&request.body).escape_debug())?;
    }
    Ok(())
}

/// Tries one letter again and says what became of it.
async fn replay(db: &Db, project: &Project, letter: &DeadLetter, clock: &Clock) -> anyhow::Result<String> {
    let id = letter.id;
    if letter.flush.is_some() {
        if !dead_letters::revive_flush(db, project.id, id).await? {
            bail!("dead letter {id} was taken by somebody else");
        }
        return Ok(format!("flush {id} will be counted by the worker"));
    }
    let payload =
        dead_letters::payload(db, project.id, id).await?.with_context(|| format!("dead letter {id} was taken by somebody else"))?;
    let answer = ingest::replay(db.clone(), clock.clone(), crate::random_bits, &payload)
        .await
        .map_err(|reason| anyhow::anyhow!("batch {id} cannot be stored: {reason}"))?;
    // From here on the ledger knows it, so that a second replay would store nothing.
    dead_letters::remove(db, project.id, id).await?;
    let what = if answer.duplicate { "was stored before" } else { "is stored" };
    Ok(format!("batch {id} {what}: {} accepted, {} rejected", answer.accepted, answer.rejected))
}

/// Tries all of them; those that fail again stay.
async fn replay_all(db: &Db, project: &Project, clock: &Clock) -> anyhow::Result<()> {
    let letters = dead_letters::list(db, project.id, LETTERS_MAX).await?;
    let mut failed = 0;
    for letter in &letters {
        match replay(db, project, letter, clock).await {
            Ok(said) => out!("{said}")?,
            Err(error) => {
                failed += 1;
                eprintln!("{error:#}");
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of {} dead letters failed again", letters.len());
    }
    Ok(())
}

fn kind(letter: &DeadLetter) -> &'static str {
    if letter.flush.is_some() { "flush" } else { "batch" }
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
