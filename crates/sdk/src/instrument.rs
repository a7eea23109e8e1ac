//! Ready-made families of metrics for what most programs do: commands, databases, calls to other services, components,
//! caches, background tasks. Each has fixed names and attributes below a prefix, so that charts and alerts fit them all.
//!
//! | family | distributions (ms) | counters | gauge | attributes |
//! |---|---|---|---|---|
//! | [`command`] | `command.execution_time` | `command.usage`, `command.failures` | | `command`, `command_type`, `success`, `error_type` |
//! | [`database`] | `database.operation.duration` | `database.operation.count`, `database.retries`, `database.failures` | | `operation`, `table`, `retry_count`, `success`, `error_type` |
//! | [`api`] | `api.call.duration` | `api.call.count`, `api.rate_limits`, `api.failures` | | `service`, `endpoint`, `method`, `status_code`, `success`, `error_type` |
//! | [`component`] | `cog.operation.duration` | `cog.operation.count`, `cog.failures` | | `cog_name`, `operation`, `success`, `error_type` |
//! | [`cache`] | `cache.operation.duration` | `cache.hits`, `cache.misses` | `cache.size` | `cache_name`, `operation` |
//! | [`task`] | `task.execution_time` | `task.executions`, `task.failures` | | `task_name`, `task_type`, `success`, `error_type` |
//!
//! ```
//! # let tl = throughline::init(throughline::Config::new("http://127.0.0.1:9", "pk_0123456789abcdef0123456789abcdef").drop_wait(std::time::Duration::ZERO))?;
//! let bot = tl.instrument("bot");
//! let call = bot.api("example_api", "GET", "/data"); // the time runs from here
//! // … the request …
//! call.answered(200);
//! bot.cache("tldr", "get").hit();
//! bot.task("daily_cleanup").kind("scheduled").run(|| Ok::<_, std::io::Error>(()))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod api;
pub mod cache;
pub mod command;
pub mod component;
pub mod database;
mod family;
pub mod task;

use crate::client::Client;
use crate::value::Text;
use api::Api;
use cache::Cache;
use command::Command;
use component::Component;
use database::Database;
use family::Family;
use task::Task;

/// Makes the families of one prefix; see [the module](self).
#[derive(Clone, Debug)]
pub struct Instrument {
    client: Client,
    prefix: Text,
    component: Text,
}

impl Instrument {
    pub(crate) fn new(client: Client, prefix: Text) -> Self {
        Self { client, prefix, component: "cog".into() }
    }

    /// What this program calls its components, such as `plugin`: the word in the metrics' names and in `<word>_name`.
    /// `cog` by default.
    #[must_use]
    pub fn component_word(mut self, word: impl Into<Text>) -> Self {
        self.component = word.into();
        self
    }

    /// A command that somebody gives.
    pub fn command(&self, name: impl Into<Text>) -> Command {
        Command::new(self.family().with("command", name.into()))
    }

    /// An operation on a database, such as `query`, `insert`, `update`, `delete`.
    pub fn database(&self, operation: impl Into<Text>) -> Database {
        Database::new(self.family().with("operation", operation.into()))
    }

    /// A call to another service: the endpoint as a template, such as `/users/:id`.
    pub fn api(&self, service: impl Into<Text>, method: impl Into<Text>, endpoint: impl Into<Text>) -> Api {
        Api::new(self.family().with("service", service.into()).with("endpoint", endpoint.into()).with("method", method.into()))
    }

    /// An operation on a part of the program, such as `load`, `unload`, `reload`.
    pub fn component(&self, name: impl Into<Text>, operation: impl Into<Text>) -> Component {
        let family = self.family().with(format!("{}_name", self.component), name.into()).with("operation", operation.into());
        Component::new(family, self.component.clone())
    }

    /// An operation on a cache, such as `get`, `set`.
    pub fn cache(&self, name: impl Into<Text>, operation: impl Into<Text>) -> Cache {
        Cache::new(self.family().with("cache_name", name.into()).with("operation", operation.into()))
    }

    /// One execution of a background task.
    pub fn task(&self, name: impl Into<Text>) -> Task {
        Task::new(self.family().with("task_name", name.into()))
    }

    fn family(&self) -> Family {
        Family::new(self.client.clone(), self.prefix.clone())
    }
}
