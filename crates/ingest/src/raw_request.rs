//! A request as it arrived: all that preparing it needs. Kept beside the prepared batch until that is stored, so that the
//! same request can be spooled and prepared again, with the same result.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::HeaderMap;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::Signal;
use uuid::Uuid;

use crate::accept::{Form, Limits};
use crate::enrich::{Country, Enricher, Rules, Shown, Surroundings};
use crate::prepare::{self, Prepared, Setting, Source};
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Random, spool};

/// A request whose sender is known and whose body is plain.
#[derive(Clone, Debug)]
pub(crate) struct RawRequest {
    pub(crate) project: ProjectId,
    /// The key that it came with; its items are counted for it.
    pub(crate) key_id: i32,
    /// The project asks that no id is stored twice.
    pub(crate) dedupe: bool,
    /// How many days old imported events may be.
    pub(crate) history_days: u32,
    pub(crate) source: Source,
    pub(crate) form: Form,
    pub(crate) arrived_at: DateTime<Utc>,
    pub(crate) shown: Shown,
    pub(crate) body: Bytes,
}

/// The spool's word for bare lists of events.
const COLLECT: &str = "collect";
const DEDUPE: &str = "dedupe";
const KEY: &str = "key";
const AGENT: &str = "agent";
const COUNTRY: &str = "country";

impl RawRequest {
    /// Reads, validates and normalises the body. `admit` is told the number of items before they become rows.
    pub(crate) fn prepare(
        &self,
        headers: &HeaderMap,
        random: Random,
        surroundings: Surroundings<'_>,
        admit: impl FnOnce(usize) -> Result<(), Rejection>,
    ) -> Result<Prepared, Rejection> {
        let limits = Limits::of(self.source);
        let text = Text::of(&self.body, limits.size.plain_bytes_max)?;
        let batch = self.form.decode(&text, headers, &limits)?;
        admit(batch.lists.iter().map(Vec::len).sum())?;
        let Self { project, key_id, dedupe, history_days, source, arrived_at: now, .. } = *self;
        Ok(prepare::batch(batch, &Setting { project, key_id, dedupe, history_days, source, now, random, text: &text, surroundings }))
    }

    /// As the spool keeps it.
    pub(crate) fn to_spool(&self, batch_id: Uuid) -> spool::Request {
        spool::Request {
            project: self.project,
            endpoint: match (self.form, self.source) {
                (Form::Envelope, Source::Live(signal)) => signal.operation().to_owned(),
                (Form::BareList, _) => COLLECT.to_owned(),
                // History is sent by a program that waits: it is never spooled.
                (Form::Envelope, Source::Import) => String::new(),
            },
            arrived_at: self.arrived_at,
            batch_id,
            facts: self.facts(),
            body: self.body.clone(),
        }
    }

    fn facts(&self) -> BTreeMap<String, String> {
        let mut facts = BTreeMap::from([(KEY.to_owned(), self.key_id.to_string())]);
        if self.dedupe {
            facts.insert(DEDUPE.to_owned(), String::new());
        }
        if !self.shown.agent.is_empty() {
            facts.insert(AGENT.to_owned(), self.shown.agent.clone());
        }
        facts.extend(self.shown.country.map(|country| (COUNTRY.to_owned(), country.to_string())));
        facts
    }

    fn of_spool(request: &spool::Request) -> Result<Self, Rejection> {
        let live = Signal::ALL.into_iter().find(|signal| signal.operation() == request.endpoint);
        let (form, signal) = match live {
            Some(signal) => (Form::Envelope, signal),
            None if request.endpoint == COLLECT => (Form::BareList, Signal::Event),
            None => return Err(Rejection::NotFound(request.endpoint.clone())),
        };
        let fact = |name: &str| request.facts.get(name);
        Ok(Self {
            project: request.project,
            key_id: fact(KEY).and_then(|id| id.parse().ok()).unwrap_or_default(),
            dedupe: fact(DEDUPE).is_some(),
            // History is never spooled.
            history_days: 0,
            source: Source::Live(signal),
            form,
            arrived_at: request.arrived_at,
            shown: Shown { agent: fact(AGENT).cloned().unwrap_or_default(), country: fact(COUNTRY).and_then(|code| Country::parse(code)) },
            body: request.body.clone(),
        })
    }

    /// Prepares a request that was spooled, as when it arrived and under the id that it got then; `rules` are the project's of
    /// today.
    ///
    /// # Errors
    /// When no endpoint of this version takes it, or its body cannot be read.
    pub(crate) fn prepare_spooled(
        request: &spool::Request,
        random: Random,
        enricher: &Enricher,
        rules: Arc<Rules>,
    ) -> Result<Prepared, Rejection> {
        let raw = Self::of_spool(request)?;
        let mut prepared = raw.prepare(&HeaderMap::new(), random, enricher.surroundings(&raw.shown, rules), |_| Ok(()))?;
        prepared.entry.batch_id = request.batch_id;
        Ok(prepared)
    }
}
