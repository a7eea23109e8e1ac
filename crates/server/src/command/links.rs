//! `throughline links`: which actors are one person, and what undoing that would do.

use chrono::{DateTime, Utc};
use protocol::id::ActorKind;
use protocol::identity_link::{ActorName, BeforeAfter, IdentityLink, LinkPreview, LinkState, Person, Refusal};
use protocol::number;
use protocol::time::Clock;
use query_api::access::ProjectContext;
use query_api::people::{self, LinksQuery};
use query_api::{QueryConfig, QueryParts, QueryState};
use tokio::sync::watch;

use super::{cell, table};
use crate::config::{LinkStateWord, LinksAction, LinksOptions};
use crate::database;

/// Actors of a person that are listed.
const ACTORS_SHOWN: usize = 20;

pub(crate) async fn run(options: LinksOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    // Named here, so that a wrong word lists the projects that there are.
    let project = super::project(&db, &options.project).await?;
    let (_running, shutdown) = watch::channel(false);
    let parts = QueryParts { db, clock: clock.clone(), random: crate::random, config: QueryConfig::default(), shutdown };
    let state = QueryState::new(parts);
    let context = state.access().operator_context(&project.slug).await?;
    match options.action {
        LinksAction::List { state: wanted, user, anonymous, before } => {
            let user = user.map(|id| ActorName { kind: ActorKind::User, id });
            let actor = user.or(anonymous.map(|id| ActorName { kind: ActorKind::Anonymous, id }));
            list(&state, &context, &LinksQuery { state: wanted.map(state_of), actor, before }).await
        }
        LinksAction::Preview { link } => show(&people::preview(&state, &context, link).await?),
        LinksAction::Undo { link } => tell(&people::undo(&state, &context, link).await?),
        LinksAction::Restore { link } => tell(&people::restore(&state, &context, link).await?),
    }
}

const fn state_of(word: LinkStateWord) -> LinkState {
    match word {
        LinkStateWord::Active => LinkState::Active,
        LinkStateWord::Undone => LinkState::Undone,
        LinkStateWord::Refused => LinkState::Refused,
    }
}

async fn list(state: &QueryState, context: &ProjectContext, query: &LinksQuery) -> anyhow::Result<()> {
    let answer = people::links(state, context, query).await?;
    let mut rows = table(["link", "anonymous", "user", "by", "first said", "times", "state", "changed"]);
    for link in &answer.links {
        let changed = link.changed_at.zip(link.changed_by.as_ref()).map(|(at, by)| format!("{} by {by}", time(at)));
        rows.add_row([
            link.id.to_string(),
            cell(&link.from.id),
            cell(&link.to.id),
            link.cause.word().to_owned(),
            time(link.ts),
            link.times.to_string(),
            link.refusal.map_or_else(|| link.state.word().to_owned(), |refusal| format!("{}: {}", link.state.word(), refusal.word())),
            changed.unwrap_or_default(),
        ]);
    }
    out!("{rows}")?;
    if let Some(next) = answer.next {
        out!("more with --before {next}")?;
    }
    Ok(())
}

fn show(preview: &LinkPreview) -> anyhow::Result<()> {
    let LinkPreview { link, change, before, after, .. } = preview;
    out!("{} of {}", change.word(), sentence(link))?;
    if before.is_empty() {
        out!("would change nobody: {}", link.refusal.map_or("the other links decide it", Refusal::sentence))?;
        return Ok(());
    }
    out!("people       {}", figures(preview.people))?;
    out!("in 24 hours  {}", figures(preview.people_24h))?;
    let changed: Vec<_> = preview.days.iter().filter(|day| day.people.before != day.people.after).collect();
    out!("daily people {} of the last {} days change", changed.len(), preview.days.len())?;
    for day in changed {
        out!("  {} {}", day.day, figures(day.people))?;
    }
    let at_least = if preview.events_at_least || preview.partial { "at least " } else { "" };
    out!("events       {at_least}{} of the actors below", number::grouped(preview.events as i64))?;
    for (when, persons) in [("before", before), ("after", after)] {
        for person in persons {
            out!("{when:<7}{}", person_in_words(person))?;
        }
    }
    Ok(())
}

fn tell(link: &IdentityLink) -> anyhow::Result<()> {
    let reason = link.refusal.map_or("", Refusal::sentence);
    out!("{} is {}. {reason}", sentence(link), link.state.word())?;
    Ok(())
}

fn sentence(link: &IdentityLink) -> String {
    format!("link {} between anonymous {} and user {}", link.id, cell(&link.from.id), cell(&link.to.id))
}

fn figures(figures: BeforeAfter) -> String {
    let difference = figures.after as i64 - figures.before as i64;
    format!("{} now, {} after ({difference:+})", figures.before, figures.after)
}

fn person_in_words(person: &Person) -> String {
    let mut actors: Vec<String> = person
        .actors
        .iter()
        .take(ACTORS_SHOWN)
        .map(|actor| {
            let events = number::counted(actor.events, "event", "events");
            format!("{} {} ({events})", actor.actor.kind.word(), cell(&actor.actor.id))
        })
        .collect();
    if person.actors.len() > ACTORS_SHOWN {
        actors.push(format!("{} more", person.actors.len() - ACTORS_SHOWN));
    }
    actors.join(", ")
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
