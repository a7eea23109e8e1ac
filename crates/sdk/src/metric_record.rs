//! A metric point between its capture and its batch.

use std::sync::Arc;

use protocol::metric::{MetricKind, MetricPoint, MetricValue};
use protocol::outcome::Signal;

use crate::clock;
use crate::item::{Item, Origin};
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::loss::LossReason;
use crate::pairs::Pairs;
use crate::repair;
use crate::scope::{Own, Place};
use crate::value::{Measure, Text};

/// What waits in the ring of metric points.
#[derive(Debug)]
pub(crate) enum MetricItem {
    /// Made by a builder.
    Built(Box<MetricRecord>),
    /// Handed over whole.
    Whole {
        /// The point as the caller made it.
        point: Box<MetricPoint>,
        /// When it was handed over.
        captured_at: i64,
    },
}

/// What a builder collects; it stays where it was allocated until it is encoded.
#[derive(Debug)]
pub(crate) struct MetricRecord {
    pub(crate) captured_at: i64,
    pub(crate) ts: Option<i64>,
    pub(crate) name: Text,
    pub(crate) kind: MetricKind,
    pub(crate) value: Measure,
    pub(crate) unit: Option<Text>,
    pub(crate) tags: Pairs,
    /// Few points name their own person or span, and those that do not are cheaper to make.
    pub(crate) own: Option<Box<Own>>,
    pub(crate) place: Option<Arc<Place>>,
    pub(crate) release: Option<Text>,
}

impl MetricRecord {
    #[inline]
    pub(crate) fn new(name: Text, kind: MetricKind, value: Measure) -> Self {
        Self { captured_at: 0, ts: None, name, kind, value, unit: None, tags: Pairs::default(), own: None, place: None, release: None }
    }

    pub(crate) fn own(&mut self) -> &mut Own {
        self.own.get_or_insert_default()
    }

    fn weight(&self) -> usize {
        let short = [&self.unit, &self.release];
        let short = short.into_iter().flatten().map(|text| text.len()).sum::<usize>()
            + self.own.as_ref().map_or(0, |own| size_of::<Own>() + own.weight());
        let value = if let Measure::Text(text) = &self.value { text.len() } else { 0 };
        size_of::<Self>() + self.name.len() + short + value + self.tags.weight()
    }

    fn into_point(self) -> MetricPoint {
        let whereabouts = self.own.map_or_else(Own::default, |own| *own).within(self.place.as_deref());
        MetricPoint {
            name: repair::name(self.name),
            kind: self.kind,
            value: match self.value {
                Measure::Number(number) => MetricValue::Number(number),
                Measure::Text(text) => MetricValue::Text(repair::attribute(Some(text)).unwrap_or_default()),
            },
            unit: repair::attribute(self.unit),
            ts: Some(clock::at_micros(self.ts.unwrap_or(self.captured_at)).into()),
            tags: self
                .tags
                .into_iter()
                .filter_map(|(key, value)| Some((repair::name(key), repair::attribute(Some(value.into_tag()?.into()))?)))
                .collect(),
            trace_id: whereabouts.trace,
            span_id: whereabouts.span,
            user_id: whereabouts.user,
            session_id: whereabouts.session,
            release: repair::attribute(self.release),
            environment: None,
        }
    }
}

impl Item for MetricItem {
    const SIGNAL: Signal = Signal::Metric;
    type Wire = MetricPoint;

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.metrics
    }

    #[inline]
    fn weight(&self) -> usize {
        match self {
            Self::Built(record) => record.weight(),
            Self::Whole { point, .. } => {
                let tags = point.tags.iter().map(|(key, value)| 64 + key.len() + value.len());
                size_of::<MetricPoint>() + point.name.len() + tags.sum::<usize>()
            }
        }
    }

    fn into_wire(self, _number: u64, origin: &Origin<'_>) -> Result<MetricPoint, LossReason> {
        let mut point = match self {
            Self::Built(record) => record.into_point(),
            Self::Whole { mut point, captured_at } => {
                point.ts.get_or_insert_with(|| clock::at_micros(captured_at).into());
                *point
            }
        };
        if matches!(point.value, MetricValue::Number(number) if !number.is_finite()) {
            return Err(LossReason::NotFinite);
        }
        origin.sign(&mut point.release, &mut point.environment);
        Ok(point)
    }
}
