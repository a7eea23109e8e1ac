//! From a question about events to the history that answers it: which segments, which of their columns, which rows.
//!
//! Columns are read once and kept decoded, see [`cache`], and so are answers, see [`answer`]. Counting happens on blocking threads,
//! a few analyses at a time, and ends with the question: when nobody waits any more, or its time is over.

mod actors;
mod answer;
mod cache;
mod first_times;
mod kept;
mod load;
mod run;

use std::collections::BTreeSet;
use std::sync::Arc;

use analysis::calendar::Frame;
use analysis::history::{History, Mask, Rows, RunIndex, Selection};
use analysis::keys::Dimension;
use analysis::persons::Persons;
use analysis::segment::{ColumnKey, DAY_MS};
use analysis::select::ActorSets;
use chrono::{DateTime, NaiveTime, Utc};
use protocol::analyses::Scope;
use protocol::filter::{Field, Filter, Test};
use protocol::id::ProjectId;
use protocol::receipt::{BotRule, Missing};
use storage::horizon::Horizon;

pub(crate) use actors::LOOKED_AT_MAX;
pub(crate) use answer::{Question, answer};
pub(crate) use cache::{CellsPlace, Engine};
pub(crate) use first_times::first_of_each;

use self::load::Ties;
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, people};

/// What an analysis needs of a project's events.
pub(crate) struct Asked<'a> {
    /// Inclusive; a quarter of an hour.
    pub(crate) from: DateTime<Utc>,
    /// Exclusive; a quarter of an hour.
    pub(crate) until: DateTime<Utc>,
    pub(crate) bots: BotRule,
    /// What is counted.
    pub(crate) filter: &'a Filter,
    /// Filters that [`Found::matching`] is asked for, where they test who somebody is.
    pub(crate) parts: &'a [Filter],
    /// Only events that match the filter matter: segments without any are left out. Sessions, and what lies between two
    /// steps, need the others too.
    pub(crate) only_matching: bool,
    /// What else is read.
    pub(crate) columns: BTreeSet<ColumnKey>,
    /// Rows are put in order across segments and linked actors.
    pub(crate) ordered: bool,
}

impl<'a> Asked<'a> {
    /// What matches the scope in a frame, in any order: the least that a question about events reads.
    pub(crate) fn of(scope: &'a Scope, frame: &Frame) -> Self {
        Self {
            from: frame.start(),
            until: frame.end(),
            bots: scope.bots,
            filter: &scope.filter,
            parts: &[],
            only_matching: true,
            columns: BTreeSet::new(),
            ordered: false,
        }
    }
}

/// The history of a question, with the rows that it is about.
pub(crate) struct Found {
    pub(crate) history: History,
    /// The rows of the range and of those who count.
    pub(crate) within: Selection,
    filter: Filter,
    actors: ActorSets,
    persons: Arc<Persons>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    bots: BotRule,
    project: ProjectId,
    /// The segment of each block.
    segments: Vec<i64>,
    state: QueryState,
}

impl Found {
    /// The rows of the range that match the question's filter. Looks at every row: not for whoever only asks for parts.
    pub(crate) fn chosen(&self) -> Selection {
        self.matching(&self.filter)
    }

    /// The rows of this part of the range.
    pub(crate) fn between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Selection {
        range(&self.history, from.timestamp_millis(), until.timestamp_millis()).and(self.within.clone())
    }

    /// The rows of the range that match another filter. Its tests of people are among those of the question's own, or of its
    /// parts.
    pub(crate) fn matching(&self, filter: &Filter) -> Selection {
        match filter.is_all() {
            true => self.within.clone(),
            false => analysis::select::select(&self.history, filter, &self.actors).and(self.within.clone()),
        }
    }
}

/// What is asked, with what its filters and its persons mean now.
#[derive(Clone)]
struct Sought {
    project: ProjectId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    bots: BotRule,
    humans: Filter,
    filter: Filter,
    /// What segments must have.
    prune: Filter,
    columns: BTreeSet<ColumnKey>,
    ties: Ties,
    actors: ActorSets,
    /// Version of the links that make the persons.
    links: i64,
    persons: Arc<Persons>,
    state: QueryState,
}

impl Sought {
    async fn of(state: &QueryState, context: &ProjectContext, making: &mut Making, asked: Asked<'_>) -> Result<Self, ApiError> {
        let humans = match asked.bots {
            BotRule::Humans => Filter::term(Field::Bot, Test::Absent),
            BotRule::All => Filter::all(),
        };
        let mut columns = asked.columns;
        columns.extend([ColumnKey::Time, ColumnKey::Runs, ColumnKey::Weight]);
        columns.extend(analysis::select::columns(&humans));
        columns.extend(analysis::select::columns(asked.filter));
        let horizon = making.horizon(state, context).await?;
        making.missing = missing(&horizon, asked.from, asked.until);
        let (actors, (links, persons)) = tokio::try_join!(
            actors::resolve(state, context, std::iter::once(asked.filter).chain(asked.parts)),
            people::at_version(state, context.id(), horizon.links_version)
        )?;
        Ok(Self {
            project: context.id(),
            from: asked.from,
            until: asked.until,
            bots: asked.bots,
            prune: if asked.only_matching { humans.clone().and(asked.filter.clone()) } else { humans.clone() },
            humans,
            filter: asked.filter.clone(),
            columns,
            ties: match asked.ordered {
                false => Ties::Nowhere,
                true if persons.is_empty() => Ties::OnCrowdedDays,
                true => Ties::Everywhere,
            },
            actors,
            links,
            persons,
            state: state.clone(),
        })
    }

    fn wanted(&self) -> load::Wanted<'_> {
        load::Wanted { from: self.from, until: self.until, prune: &self.prune, columns: &self.columns, ties: self.ties }
    }

    /// With the blocks of its segments.
    fn found(self, load::Loaded { segments, blocks }: load::Loaded) -> Found {
        let Self { project, from, until, bots, humans, filter, actors, links, persons, state, .. } = self;
        let index = || RunIndex::new(&blocks, |actor| persons.person_of(actor));
        let index = state.engine().index(project, &segments, links, index);
        let history = History::indexed(blocks, index);
        let humans = analysis::select::select(&history, &humans, &actors);
        let within = range(&history, from.timestamp_millis(), until.timestamp_millis()).and(humans);
        Found { history, within, filter, actors, persons, from, until, bots, project, segments, state }
    }
}

pub(crate) use load::prop_names;
use run::run;

/// What of the range is counted and not in segments.
fn missing(horizon: &Horizon, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<Missing> {
    if horizon.has_debts {
        return Some(Missing::Arriving);
    }
    let begins = horizon.segments_from.map_or(until, |day| day.and_time(NaiveTime::MIN).and_utc());
    horizon.segments_lack(from).then_some(Missing::Before(begins.min(until)))
}

/// The rows of a range.
fn range(history: &History, from: i64, until: i64) -> Selection {
    let of_block = |(index, block): (usize, &Arc<analysis::segment::Block>)| {
        let midnight = history.midnight(index);
        if from <= midnight && midnight + DAY_MS <= until {
            return Rows::All;
        }
        let (from, until) = (from - midnight, until - midnight);
        let times = block.times();
        Mask::of(block.rows, |row| (from..until).contains(&i64::from(times[row]))).into()
    };
    Selection(history.blocks().iter().enumerate().map(of_block).collect())
}

/// What a field is broken down by.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a field that events have no column for.
pub(crate) fn dimension(field: &Field) -> Result<Dimension, ApiError> {
    analysis::select::dimension(field).ok_or_else(|| ApiError::InvalidParameter {
        name: "by",
        problem: format!("cannot be `{}`", field.word()),
        allowed: "a dimension such as country, route or release, or the key of a prop".to_owned(),
    })
}
