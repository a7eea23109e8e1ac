//! `throughline routes`.

use anyhow::{Context as _, bail};
use ingest::route::{self, Rule, Rules, Templated};
use protocol::access::Project;
use protocol::limits::ROUTE_RULES_MAX;
use protocol::time::Clock;
use storage::{Db, route_rules};

use crate::config::{RoutesAction, RoutesOptions};
use crate::database;

pub(crate) async fn run(options: RoutesOptions, clock: &Clock) -> anyhow::Result<()> {
    let db = database::connect(&options.database.database_url).await?;
    let project = super::project(&db, &options.project).await?;
    match options.action {
        RoutesAction::Add { rule } => add(&db, &project, &rule, clock).await,
        RoutesAction::List => list(&db, &project).await,
        RoutesAction::Remove { rule } => match route_rules::remove(&db, project.id, &rule).await? {
            true => Ok(()),
            false => bail!("project `{}` has no rule {rule}: see `routes list`", project.slug),
        },
        RoutesAction::Try { path } => show(&route::template(&path, &rules(&db, &project).await?)),
    }
}

async fn rules(db: &Db, project: &Project) -> anyhow::Result<Rules> {
    Ok(Rules::read(&route_rules::of_project(db, project.id).await?))
}

async fn add(db: &Db, project: &Project, text: &str, clock: &Clock) -> anyhow::Result<()> {
    let rule = Rule::parse(text).with_context(|| format!("`{text}` is no rule"))?;
    let rules = rules(db, project).await?;
    if let Some(same) = rules.iter().find(|other| other.takes_what(&rule)) {
        bail!("project `{}` has a rule for these paths already: {same}", project.slug);
    }
    if rules.iter().len() >= ROUTE_RULES_MAX {
        bail!("project `{}` has {ROUTE_RULES_MAX} rules, which is the limit", project.slug);
    }
    route_rules::add(db, project.id, &rule.to_string(), clock.now()).await?;
    Ok(())
}

async fn list(db: &Db, project: &Project) -> anyhow::Result<()> {
    for rule in rules(db, project).await?.iter() {
        out!("{rule}")?;
    }
    Ok(())
}

fn show(templated: &Templated) -> anyhow::Result<()> {
    out!("{}", templated.route)?;
    match &templated.rule {
        Some(rule) => out!("by the rule {rule}")?,
        None if templated.folded.is_empty() => out!("nothing in it varies")?,
        None => {
            for (segment, kind) in &templated.folded {
                out!("{segment} is {kind}")?;
            }
        }
    }
    Ok(())
}
