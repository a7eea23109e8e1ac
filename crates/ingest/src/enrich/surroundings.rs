//! What a request shows about the events in it, and how an event is completed by it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, header};
use protocol::event::Context;
use protocol::id::ProjectId;
use serde_json::{Map, Value};

use super::Places;
use super::agent::{self, Agent, Agents, Product};
use super::bot::{Bot, Class, WEBDRIVER};
use super::country::{self, Country, address};
use super::route::{self, RuleCache, Rules};

const USER_AGENT: [&str; 2] = ["user_agent", "userAgent"];
const ADDRESS: [&str; 4] = ["ip", "ip_address", "ipAddress", "$ip"];
const ZONE: [&str; 3] = ["timezone", "timeZone", "time_zone"];

/// What one ingest process knows about senders.
#[derive(Debug, Default)]
pub(crate) struct Enricher {
    agents: Agents,
    rules: RuleCache,
    places: Places,
}

impl Enricher {
    /// Prepares in the background what the first request would have to wait for.
    pub(crate) fn start(places: Places) -> Arc<Self> {
        tokio::task::spawn_blocking(agent::warm_up);
        Arc::new(Self { places, ..Self::default() })
    }

    /// What a request shows of its sender.
    pub(crate) fn shown(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> Shown {
        let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Places { country_header, countries, behind_proxy } = &self.places;
        let named = country_header.as_ref().and_then(|name| headers.get(name)?.to_str().ok()).and_then(Country::parse);
        let country = named.or_else(|| countries.as_ref()?.country(address::of_sender(headers, peer, *behind_proxy)?));
        Shown { agent: agent.to_owned(), country }
    }

    /// The project's rules, from their texts.
    pub(crate) fn rules(&self, project: ProjectId, texts: &Arc<[String]>) -> Arc<Rules> {
        self.rules.rules(project, texts)
    }

    /// What such a request means for the events in it.
    pub(crate) fn surroundings(&self, shown: &Shown, rules: Arc<Rules>) -> Surroundings<'_> {
        let agent = if shown.agent.is_empty() { Arc::default() } else { self.agents.read(&shown.agent) };
        // A library or an unknown program may send for anybody: where it runs says nothing about them.
        let country = shown.country.filter(|_| agent.device.is_some());
        Surroundings { enricher: self, agent_text: shown.agent.clone(), agent, country, rules }
    }
}

/// What a request shows of its sender beside the body; nothing by default. Not the address: it is looked up and forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The user agent.
    pub(crate) agent: String,
    pub(crate) country: Option<Country>,
}

/// What a request shows about the events in it.
#[derive(Debug)]
pub(crate) struct Surroundings<'e> {
    enricher: &'e Enricher,
    agent_text: String,
    agent: Arc<Agent>,
    country: Option<Country>,
    rules: Arc<Rules>,
}

impl Surroundings<'_> {
    /// The route of a path or URL.
    pub(crate) fn route(&self, path: &str) -> String {
        route::template(path, &self.rules).route
    }

    /// Fills what `context` lacks, takes out what is not stored, and says whose event it is when it is a robot's.
    pub(crate) fn complete(&self, context: &mut Context) -> Option<Bot> {
        let own_agent = take(&mut context.rest, &USER_AGENT).filter(|text| *text != self.agent_text);
        let own_address = take(&mut context.rest, &ADDRESS);
        // A server that sends on behalf of a browser names that browser, and then the request's own surroundings are the server's.
        let forwarded = own_agent.is_some();
        let agent = own_agent.map_or_else(|| Arc::clone(&self.agent), |text| self.enricher.agents.read(&text));
        let shown = if forwarded { None } else { self.country };
        context.country = country(context, own_address.as_deref(), shown, &self.enricher.places).map(|country| country.to_string());
        fill(&mut context.browser, &mut context.rest, ["browser_version", "browserVersion"], agent.browser.as_ref());
        fill(&mut context.os, &mut context.rest, ["os_version", "osVersion"], agent.system.as_ref());
        if context.device.is_none() {
            context.device = agent.device.map(str::to_owned);
        }
        bot(&context.rest, &agent, forwarded)
    }
}

/// A program that drives a browser says so; else the user agent tells. A tool as the sender is no robot: it may be a server,
/// an app or a person with curl. A tool as the agent that an event names for itself is one.
fn bot(rest: &Map<String, Value>, agent: &Agent, forwarded: bool) -> Option<Bot> {
    let driven = matches!(rest.get("webdriver"), Some(Value::Bool(true)));
    if driven { Some(WEBDRIVER) } else { agent.bot.filter(|bot| forwarded || bot.class != Class::Tool) }
}

fn country(context: &Context, own_address: Option<&str>, shown: Option<Country>, places: &Places) -> Option<Country> {
    let said = || Country::parse(context.country.as_deref()?);
    let address = || places.countries.as_ref()?.country(address::read(own_address?)?);
    let zone = || ZONE.iter().find_map(|key| country::of_zone(context.rest.get(*key)?.as_str()?));
    said().or_else(address).or(shown).or_else(zone)
}

/// Fills a name, and its version when the name is the same one.
fn fill(name: &mut Option<String>, rest: &mut Map<String, Value>, version_keys: [&str; 2], found: Option<&Product>) {
    let Some(found) = found else { return };
    if name.get_or_insert_with(|| found.name.clone()).eq_ignore_ascii_case(&found.name)
        && let Some(version) = &found.version
        && !version_keys.iter().any(|key| rest.contains_key(*key))
    {
        rest.insert(version_keys[0].to_owned(), Value::String(version.clone()));
    }
}

/// Takes out what would keep a person's address or user agent.
pub(crate) fn forget_sender(context: &mut Map<String, Value>) {
    take(context, &ADDRESS);
    take(context, &USER_AGENT);
}

/// Takes the text under one of the keys; nothing stays under any of them.
fn take(rest: &mut Map<String, Value>, keys: &[&str]) -> Option<String> {
    let mut found = None;
    for key in keys {
        if let Some(Value::String(text)) = rest.remove(*key) {
            found.get_or_insert(text);
        }
    }
    found.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:129.0) Gecko/20100101 Firefox/129.0";

    /// An event's context after a request with these headers, and whose it is when it is a robot's.
    fn completed(headers: &[(&'static str, &str)], context: Value) -> (Value, Option<String>) {
        let places = Places { country_header: Some("cf-ipcountry".parse().expect("a name")), ..Places::default() };
        let enricher = Enricher { places, ..Enricher::default() };
        let headers = headers.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect();
        let surroundings = enricher.surroundings(&enricher.shown(&headers, None), Arc::default());
        let mut context: Context = serde_json::from_value(context).expect("a context");
        let bot = surroundings.complete(&mut context);
        (serde_json::to_value(context).expect("json"), bot.map(|bot| bot.to_string()))
    }

    #[test]
    fn a_browsers_request_tells_device_and_country() {
        let (context, bot) = completed(&[("user-agent", IPHONE), ("cf-ipcountry", "de")], json!({}));
        let want =
            json!({"browser": "Safari", "browser_version": "17.5", "os": "iOS", "os_version": "17.5", "device": "mobile", "country": "DE"});
        assert_eq!((context, bot), (want, None));
    }

    #[test]
    fn what_the_event_says_is_kept() {
        let sent = json!({"browser": "Brave", "os": "ios", "device": "phone", "country": "fr", "os_version": "18"});
        let (context, _) = completed(&[("user-agent", IPHONE), ("cf-ipcountry", "DE")], sent);
        assert_eq!(context, json!({"browser": "Brave", "os": "ios", "os_version": "18", "device": "phone", "country": "FR"}));
    }

    #[test]
    fn a_server_that_sends_for_a_browser_is_not_that_browser() {
        let sent = json!({"user_agent": FIREFOX, "timezone": "Asia/Calcutta"});
        let (context, bot) = completed(&[("user-agent", "ureq/3.1"), ("cf-ipcountry", "US")], sent.clone());
        let want = json!({"browser": "Firefox", "browser_version": "129", "os": "Linux", "device": "desktop", "country": "IN", "timezone": "Asia/Calcutta"});
        assert_eq!((&context, bot), (&want, None));
        assert_eq!(completed(&[("user-agent", IPHONE), ("cf-ipcountry", "US")], sent).0, want, "the device that forwards is another one");
    }

    #[test]
    fn a_person_with_curl_is_a_person_and_a_visitor_with_curl_is_a_tool() {
        assert_eq!(completed(&[("user-agent", "curl/8.5.0"), ("cf-ipcountry", "DE")], json!({})), (json!({}), None));
        assert_eq!(completed(&[], json!({})), (json!({}), None));
        let (_, bot) = completed(&[("user-agent", "throughline-rust/0.1.0")], json!({"userAgent": "curl/8.5.0"}));
        assert_eq!(bot.as_deref(), Some("tool:curl"));
    }

    #[test]
    fn robots_are_told_by_header_by_their_own_agent_and_by_the_drivers_flag() {
        let bot = |headers: &[_], context| completed(headers, context).1;
        assert_eq!(bot(&[("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1)")], json!({})).as_deref(), Some("crawler:googlebot"));
        assert_eq!(bot(&[], json!({"userAgent": "Mozilla/5.0 HeadlessChrome/128.0"})).as_deref(), Some("automation:headlesschrome"));
        assert_eq!(bot(&[("user-agent", FIREFOX)], json!({"webdriver": true})).as_deref(), Some("automation:webdriver"));
        assert_eq!(bot(&[("user-agent", FIREFOX)], json!({"webdriver": false})), None);
    }

    #[test]
    fn an_address_is_never_kept() {
        let (context, _) = completed(&[], json!({"ip": "81.2.69.160", "ip_address": 7, "$ip": null, "ipAddress": "::1", "country": "XX"}));
        assert_eq!(context, json!({}));
    }
}
