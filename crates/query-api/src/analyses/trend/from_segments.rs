//! A trend by the counting engine.

use std::collections::BTreeSet;
use std::sync::Arc;

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, Selection, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::segment::ColumnKey;
use analysis::sessions::{self, Stretches};
use analysis::trend::{self, By, Key, Numbers, Ranked};
use protocol::analyses::{NumberMeasure, TrendMeasure, TrendQuery};
use protocol::filter::Filter;

use super::Values;
use crate::access::ProjectContext;
use crate::analyses::{by, joined_pair};
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// The series of one filter, by its place among the question's, with what they are measured by where the counts do not say it.
pub(super) async fn count(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    query: &TrendQuery,
    frame: &Frame,
    (place, filter): (usize, &Filter),
) -> Result<Arc<Vec<(Ranked, Option<Values>)>>, ApiError> {
    let dimensions = query.by.iter().map(engine::dimension).collect::<Result<Vec<Dimension>, ApiError>>()?;
    let measure = query.measure(place);
    let mut columns: BTreeSet<ColumnKey> = dimensions.iter().flat_map(Dimension::columns).collect();
    match &measure {
        TrendMeasure::Sessions => columns.extend(Stretches::COLUMNS),
        TrendMeasure::Number(_, prop) => columns.extend(Dimension::Prop(prop.as_str().into()).columns()),
        TrendMeasure::Events | TrendMeasure::People => {}
    }
    let of_sessions = measure == TrendMeasure::Sessions;
    // Sessions are made of their other events too.
    let asked = Asked { filter, columns, only_matching: !of_sessions, ordered: of_sessions, ..Asked::of(&query.scope, frame) };
    let question = OneSeries { dimensions, measure, frame: frame.clone(), top: (query.top, by(query.rank)) };
    engine::answer(state, context, making, asked, question).await
}

/// One of the question's series, or the values that it is broken down by.
#[derive(Hash)]
struct OneSeries {
    dimensions: Vec<Dimension>,
    measure: TrendMeasure,
    frame: Frame,
    top: (usize, By),
}

impl Question for OneSeries {
    type Counted = Vec<(Ranked, Option<Values>)>;

    fn bytes_max(&self) -> usize {
        let series = if self.dimensions.is_empty() { 1 } else { self.top.0 + 1 };
        series * (self.frame.buckets.len() + 4) * (size_of::<trend::Cell>() + size_of::<Option<f64>>())
    }

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<Self::Counted, Cancelled> {
        let Self { dimensions, measure, frame, top } = self;
        let (history, chosen) = (&found.history, found.chosen());
        let (spread, buckets) = (Spread::over(history, frame), frame.buckets.len());
        let keys = match &dimensions[..] {
            [] => Keys::none(history),
            [one] => Keys::of(history, one),
            [first, second, ..] => Keys::pairs(history, &Keys::of(history, first), &Keys::of(history, second), joined_pair),
        };
        let counting = Counting { found, chosen: &chosen, frame, spread: &spread, cancel };
        if dimensions.is_empty() {
            let series = trend::count(history, &chosen, &spread, buckets, &keys, cancel)?;
            let values = counting.values(measure, &keys)?;
            return Ok(series.into_iter().map(|series| Ranked { key: Key::Absent, series }).zip(values).collect());
        }
        if let TrendMeasure::Number(..) = measure {
            let shown = trend::grouped(history, &chosen, &spread, &keys, *top, cancel)?;
            let series = trend::count(history, &chosen, &spread, buckets, &shown.keys, cancel)?;
            let values = counting.values(measure, &shown.keys)?;
            let ranked = shown.names.into_iter().zip(series).map(|(key, series)| Ranked { key, series });
            return Ok(ranked.zip(values).collect());
        }
        Ok(trend::break_down(history, &chosen, &spread, buckets, &keys, *top, cancel)?.into_iter().map(|ranked| (ranked, None)).collect())
    }
}

struct Counting<'a> {
    found: &'a Found,
    chosen: &'a Selection,
    frame: &'a Frame,
    spread: &'a Spread,
    cancel: &'a Cancel,
}

impl Counting<'_> {
    /// What is measured, for each of the keys' numbers.
    fn values(&self, measure: &TrendMeasure, keys: &Keys) -> Result<Vec<Option<Values>>, Cancelled> {
        let (history, buckets) = (&self.found.history, self.frame.buckets.len());
        match measure {
            TrendMeasure::Events | TrendMeasure::People => Ok((0..keys.len()).map(|_| None).collect()),
            TrendMeasure::Sessions => {
                let stretches = self.found.stretches(self.frame.start(), self.frame.end());
                let found = sessions::count(history, &stretches, self.chosen, self.spread, buckets, self.cancel)?;
                let sessions = |counts: &sessions::SessionCounts| Some(counts.sessions as f64);
                Ok(vec![Some(Values { buckets: found.buckets.iter().map(sessions).collect(), whole: sessions(&found.total) })])
            }
            TrendMeasure::Number(measure, prop) => {
                let found = trend::numbers(
                    history,
                    self.chosen,
                    self.spread,
                    buckets,
                    (keys, prop.as_str()),
                    measure.quantile().is_some(),
                    self.cancel,
                )?;
                let values = found.into_iter().map(|mut series| Values {
                    buckets: series.buckets.iter_mut().map(|numbers| figure(*measure, numbers)).collect(),
                    whole: figure(*measure, &mut series.total),
                });
                Ok(values.map(Some).collect())
            }
        }
    }
}

fn figure(measure: NumberMeasure, numbers: &mut Numbers) -> Option<f64> {
    match measure {
        NumberMeasure::Sum => Some(numbers.sum()),
        NumberMeasure::Mean => numbers.mean(),
        NumberMeasure::Min => numbers.min(),
        NumberMeasure::Max => numbers.max(),
        NumberMeasure::Median | NumberMeasure::P95 => numbers.quantile(measure.quantile()?),
    }
}
