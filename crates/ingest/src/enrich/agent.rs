//! What a user agent says about a person's device. The text itself is not stored.

mod device;
mod parser;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::enrich::bot::{self, Bot};
pub(crate) use parser::{Product, warm_up};

/// Bytes of a user agent that are read; browsers send up to 300.
const READ_BYTES_MAX: usize = 512;
/// User agents remembered; a flood of invented ones empties the memory instead of growing it.
const REMEMBERED_MAX: usize = 4_096;

/// A user agent, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) browser: Option<Product>,
    pub(crate) system: Option<Product>,
    /// `desktop`, `mobile`, `tablet`, `tv`, `console`, `watch`, `bot`.
    pub(crate) device: Option<&'static str>,
    /// A robot, HTTP tools included: who may send on behalf of a person decides what that means.
    pub(crate) bot: Option<Bot>,
}

impl Agent {
    fn read(agent: &str) -> Self {
        if let Some(tool) = bot::tool(agent) {
            return Self { bot: Some(tool), ..Self::default() };
        }
        let bot = bot::of(agent);
        let device = if bot.is_some() { Some("bot") } else { device::class(agent) };
        Self { browser: parser::browser(agent), system: parser::system(agent), device, bot }
    }
}

/// User agents that were read before: reading one takes 10 µs, and few differ.
#[derive(Debug, Default)]
pub(crate) struct Agents {
    read: Mutex<HashMap<Box<str>, Arc<Agent>>>,
}

impl Agents {
    /// What `agent` says.
    pub(crate) fn read(&self, agent: &str) -> Arc<Agent> {
        let agent = agent.trim();
        let agent = &agent[..agent.floor_char_boundary(READ_BYTES_MAX)];
        if let Some(known) = self.lock().get(agent) {
            return Arc::clone(known);
        }
        let read = Arc::new(Agent::read(agent));
        let mut known = self.lock();
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(agent.into(), Arc::clone(&read));
        read
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Box<str>, Arc<Agent>>> {
        // Nothing panics while it is held.
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_says_nothing_about_a_device_and_a_crawler_is_one_of_its_own() {
        let agents = Agents::default();
        let tool = agents.read("okhttp/4.12.0");
        assert_eq!((&tool.browser, &tool.system, tool.device, tool.bot.is_some()), (&None, &None, None, true));
        assert_eq!(agents.read("Mozilla/5.0 (compatible; Googlebot/2.1)").device, Some("bot"));
    }

    #[test]
    fn a_flood_of_invented_agents_stays_bounded() {
        let agents = Agents::default();
        for n in 0..REMEMBERED_MAX {
            agents.lock().insert(n.to_string().into(), Arc::default());
        }
        agents.read(&"ä".repeat(1_000));
        let known = agents.lock();
        assert_eq!(known.keys().map(|key| key.len()).collect::<Vec<_>>(), [READ_BYTES_MAX]);
    }
}
