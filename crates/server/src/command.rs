//! One file per subcommand.

pub(crate) mod accounts;
pub(crate) mod dead_letters;
pub(crate) mod demo;
pub(crate) mod dev;
pub(crate) mod doctor;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod migrate;
pub(crate) mod projects;
pub(crate) mod retention;
pub(crate) mod routes;
pub(crate) mod serve;
pub(crate) mod tail;
pub(crate) mod verify;

use anyhow::Context as _;
use protocol::access::Project;
use storage::{Db, projects as stored};

const CELL_CHARS_MAX: usize = 60;

/// The project of that word, or an error that lists what there is.
async fn project(db: &Db, slug: &str) -> anyhow::Result<Project> {
    if let Some(project) = stored::find_by_slug(db, slug).await? {
        return Ok(project);
    }
    let known: Vec<String> = stored::all(db).await?.into_iter().map(|project| project.slug).collect();
    let known = if known.is_empty() {
        "there are none yet: throughline projects create NAME".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    None.with_context(|| format!("no project is called `{slug}`; {known}"))
}

/// A sender's text for a cell: it may hold line ends and the terminal's own commands, and be long.
fn cell(text: &str) -> String {
    let shown: String = text.chars().take(CELL_CHARS_MAX).flat_map(char::escape_debug).collect();
    if text.chars().nth(CELL_CHARS_MAX).is_some() { format!("{shown}…") } else { shown }
}

/// A table for the terminal.
fn table<const N: usize>(head: [&str; N]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(head);
    table
}
