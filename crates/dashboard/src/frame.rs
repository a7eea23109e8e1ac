//! What every page inside the frame knows beside its own answer.

use chrono::{DateTime, Utc};
use protocol::access::Project;
use protocol::saved::{Saved, SavedKind};

use crate::shared::ShownLink;
use crate::zone;

/// The surroundings of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The project that is shown.
    pub project: Project,
    /// Every project that the account may see, for the switcher.
    pub projects: Vec<Project>,
    /// Who is signed in.
    pub account: String,
    /// Where clients send to, such as `http://127.0.0.1:6440`, without a slash at the end: for snippets.
    pub ingest_url: String,
    /// A public key of the project, for snippets; `None` when all were revoked.
    pub public_key: Option<String>,
    /// Views and segments that the account sees, by name.
    pub saved: Vec<Saved>,
    /// The account may save, note and share.
    pub may_edit: bool,
    /// The page is shown to whoever has a link, and leads nowhere else.
    pub link: Option<ShownLink>,
    /// The time of this page.
    pub now: DateTime<Utc>,
}

impl Frame {
    /// The path of one of the project's pages, such as `/p/shop/live`.
    pub fn path(&self, page: &str) -> String {
        self.link.as_ref().map_or_else(|| format!("/p/{}/{page}", self.project.slug), |link| link.path_of(page))
    }

    /// What is saved of one kind, by name.
    pub(crate) fn saved(&self, kind: SavedKind) -> impl Iterator<Item = &Saved> {
        self.saved.iter().filter(move |saved| saved.kind == kind)
    }

    /// Seconds that the project's zone is ahead of UTC at `at`.
    pub fn offset(&self, at: DateTime<Utc>) -> i32 {
        zone::offset_seconds(&self.project.zone, at)
    }

    /// A command that sends one event.
    pub fn event_command(&self) -> String {
        self.command("track", r#"{"events":[{"name":"hello","user_id":"me"}]}"#)
    }

    /// A command that sends one metric point.
    pub fn metric_command(&self) -> String {
        self.command("metrics", r#"{"metrics":[{"name":"demo.duration_ms","value":42,"unit":"ms"}]}"#)
    }

    /// A command that sends one log record.
    pub fn log_command(&self) -> String {
        self.command("logs", r#"{"logs":[{"level":"info","body":"hello","service":"terminal"}]}"#)
    }

    /// A command that sends one error.
    pub fn error_command(&self) -> String {
        self.command("errors", r#"{"errors":[{"type":"HelloError","message":"hello"}]}"#)
    }

    fn command(&self, signal: &str, body: &str) -> String {
        let key = self.public_key.as_deref().unwrap_or("pk_…");
        let url = &self.ingest_url;
        format!(
            "curl -X POST {url}/v1/{signal}:batch \\\n  -H 'authorization: Bearer {key}' \\\n  -H 'content-type: application/json' \\\n  -d '{body}'"
        )
    }
}
