//! Usage: which features are used, which variants are shown, what is searched for and not found.

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, Selection, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::last_times::last_times;
use analysis::trend::{self, Cell};
use chrono::{DateTime, Utc};
use protocol::analyses::{ExposureRow, FeatureRow, GroupKey, SearchRow, UsageAnswer, UsageQuery};
use protocol::event::EXPOSURE;
use protocol::filter::{Field, Filter, Test};
use protocol::receipt::Accuracy;

use super::{frame, joined_pair, pair};
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers a [`UsageQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn usage(state: &QueryState, context: &ProjectContext, query: &UsageQuery) -> Result<UsageAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &UsageQuery) -> Result<UsageAnswer, ApiError> {
    if query.top == 0 || query.top > UsageQuery::TOP_MAX {
        let allowed = format!("1 to {}", UsageQuery::TOP_MAX);
        return Err(ApiError::InvalidParameter { name: "top", problem: "is out of range".to_owned(), allowed });
    }
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, None)?;
    let props = [UsageQuery::FEATURE, UsageQuery::SEARCHED].into_iter().chain(UsageQuery::EXPOSURE).chain(UsageQuery::FOUND);
    let mut asked = Asked::of(&query.scope, &frame);
    asked.columns.extend(props.flat_map(|name| prop(name).columns()));
    asked.columns.extend(analysis::select::columns(&searches()));
    let question = AllUsage { frame: frame.clone(), top: query.top };
    let told = engine::answer(state, context, &mut making, asked, question).await?;
    let said = "Events with the prop `feature`, variants of `$exposure`, and searches, with the distinct people of each.";
    let receipt = making.receipt_of(context, said, &query.scope, (frame.start(), frame.end()), Accuracy::Exact);
    Ok(UsageAnswer {
        people: told.people,
        features: told.features.clone(),
        exposures: told.exposures.clone(),
        fruitless: told.fruitless.clone(),
        searches: told.searches,
        fruitless_total: told.fruitless_total,
        receipt,
    })
}

fn prop(name: &str) -> Dimension {
    Dimension::Prop(name.into())
}

fn exposures() -> Filter {
    Filter::term(Field::Name, Test::is(EXPOSURE))
}

fn searches() -> Filter {
    Filter::term(Field::Name, Test::is_in(UsageQuery::SEARCHES))
}

/// Of the searches, those that found nothing: the first of the props that is there says so, or the event's name.
fn fruitless() -> Filter {
    let nothing = UsageQuery::FOUND.iter().enumerate().map(|(place, name)| {
        let before = UsageQuery::FOUND[..place].iter().map(|name| Filter::term(Field::Prop((*name).to_owned()), Test::Absent));
        before.fold(Filter::term(Field::Prop((*name).to_owned()), Test::is("0")), Filter::and)
    });
    let by_name = Filter::term(Field::Name, Test::is(UsageQuery::FRUITLESS));
    searches().and(Filter::Or(nothing.chain([by_name]).collect()))
}

#[derive(Hash)]
struct AllUsage {
    frame: Frame,
    top: usize,
}

impl Question for AllUsage {
    type Counted = Told;

    fn bytes_max(&self) -> usize {
        self.top * 4 * (size_of::<FeatureRow>() + size_of::<ExposureRow>() + size_of::<SearchRow>())
    }

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Told, Cancelled> {
        let whole = Spread::over(&found.history, &self.frame).joined();
        Usage { found, chosen: found.chosen(), whole, top: self.top, cancel }.told()
    }
}

/// The lists, before they have a receipt.
struct Told {
    people: u64,
    features: Vec<FeatureRow>,
    exposures: Vec<ExposureRow>,
    fruitless: Vec<SearchRow>,
    searches: f64,
    fruitless_total: f64,
}

struct Usage<'a> {
    found: &'a Found,
    chosen: Selection,
    whole: Spread,
    top: usize,
    cancel: &'a Cancel,
}

impl Usage<'_> {
    fn told(&self) -> Result<Told, Cancelled> {
        let people = self.count(&self.chosen, &Keys::none(&self.found.history))?[0].people;
        let all = self.of(&searches());
        let vain = self.of(&fruitless());
        let keys = Keys::of(&self.found.history, &prop(UsageQuery::SEARCHED));
        let (all, vain) = (self.count(&all, &keys)?, self.count(&vain, &keys)?);
        let sum = |cells: &[Cell]| cells.iter().map(|cell| cell.events).sum();
        Ok(Told {
            people,
            features: self.features()?,
            exposures: self.exposures()?,
            searches: sum(&all),
            fruitless_total: sum(&vain),
            fruitless: self.fruitless(&keys, &all, &vain),
        })
    }

    /// The rows that match, of those that count.
    fn of(&self, filter: &Filter) -> Selection {
        self.found.matching(filter).and(self.chosen.clone())
    }

    fn count(&self, rows: &Selection, keys: &Keys) -> Result<Vec<Cell>, Cancelled> {
        let counted = trend::count(&self.found.history, rows, &self.whole, 1, keys, self.cancel)?;
        Ok(counted.into_iter().map(|series| series.total).collect())
    }

    /// Each value that occurs, with what was counted and when it was seen last.
    fn seen(&self, rows: &Selection, keys: &Keys) -> Result<Vec<(u32, Cell, DateTime<Utc>)>, Cancelled> {
        let last = last_times(&self.found.history, rows, keys, self.cancel)?;
        let counted = self.count(rows, keys)?.into_iter().zip(last);
        let seen = counted.enumerate().filter_map(|(key, (cell, last))| {
            let last = last.and_then(DateTime::from_timestamp_millis)?;
            (cell.n > 0).then_some((key as u32, cell, last))
        });
        Ok(seen.collect())
    }

    fn features(&self) -> Result<Vec<FeatureRow>, Cancelled> {
        let keys = Keys::of(&self.found.history, &prop(UsageQuery::FEATURE));
        let rows = self.seen(&self.chosen, &keys)?.into_iter().filter_map(|(key, cell, last)| {
            let feature = keys.value(key)?.to_owned();
            Some(FeatureRow { feature, uses: cell.events, people: cell.people, last })
        });
        let mut rows: Vec<FeatureRow> = rows.collect();
        rows.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| b.uses.total_cmp(&a.uses)).then_with(|| a.feature.cmp(&b.feature)));
        rows.truncate(self.top);
        Ok(rows)
    }

    fn exposures(&self) -> Result<Vec<ExposureRow>, Cancelled> {
        let [experiment, variant] = UsageQuery::EXPOSURE.map(|name| Keys::of(&self.found.history, &prop(name)));
        let keys = Keys::pairs(&self.found.history, &experiment, &variant, joined_pair);
        let rows = self.seen(&self.of(&exposures()), &keys)?.into_iter().filter_map(|(key, cell, last)| {
            let value = trend::Key::Value(keys.value(key)?.into());
            let GroupKey::Pair(experiment, variant) = pair(&value) else { return None };
            Some(ExposureRow { experiment, variant, exposures: cell.events, people: cell.people, last })
        });
        let mut rows: Vec<ExposureRow> = rows.collect();
        rows.sort_by(|a, b| a.experiment.cmp(&b.experiment).then_with(|| b.people.cmp(&a.people)).then_with(|| a.variant.cmp(&b.variant)));
        rows.truncate(self.top);
        Ok(rows)
    }

    fn fruitless(&self, keys: &Keys, all: &[Cell], vain: &[Cell]) -> Vec<SearchRow> {
        let rows = all.iter().zip(vain).enumerate().filter(|(_, (_, vain))| vain.n > 0).map(|(key, (all, vain))| SearchRow {
            query: keys.value(key as u32).map(str::to_owned),
            searches: all.events,
            fruitless: vain.events,
            people: vain.people,
        });
        let mut rows: Vec<SearchRow> = rows.collect();
        rows.sort_by(|a, b| b.fruitless.total_cmp(&a.fruitless).then_with(|| a.query.cmp(&b.query)));
        rows.truncate(self.top);
        rows
    }
}
