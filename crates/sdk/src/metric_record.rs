//! A metric point between its capture and its batch.

use protocol::metric::{MetricKind, MetricPoint, MetricValue};
use protocol::trace::{SpanId, TraceId};

use crate::clock;
use crate::lane::{Item, Origin};
use crate::loss::LossReason;
use crate::pairs::Pairs;
use crate::repair;
use crate::seal::encode_bounded;
use crate::value::{Measure, Text};

/// What waits in the ring of metric points.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "the large variant is the usual one, and boxing it would cost each call")]
pub(crate) enum MetricItem {
    /// Made by a builder.
    Built(MetricRecord),
    /// Handed over whole.
    Whole {
        /// The point as the caller made it.
        point: Box<MetricPoint>,
        /// When it was handed over.
        captured_at: i64,
    },
}

/// What a builder collects.
#[derive(Debug)]
pub(crate) struct MetricRecord {
    pub(crate) captured_at: i64,
    pub(crate) ts: Option<i64>,
    pub(crate) name: Text,
    pub(crate) kind: MetricKind,
    pub(crate) value: Measure,
    pub(crate) unit: Option<Text>,
    pub(crate) tags: Pairs,
    pub(crate) trace: Option<TraceId>,
    pub(crate) span: Option<SpanId>,
    pub(crate) user: Option<Text>,
    pub(crate) session: Option<Text>,
    pub(crate) release: Option<Text>,
}

impl MetricRecord {
    fn weight(&self) -> usize {
        let short = [&self.unit, &self.user, &self.session, &self.release];
        let short = short.into_iter().flatten().map(|text| text.len()).sum::<usize>();
        let value = if let Measure::Text(text) = &self.value { text.len() } else { 0 };
        self.name.len() + short + value + self.tags.weight()
    }

    fn into_point(self) -> MetricPoint {
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
            trace_id: self.trace,
            span_id: self.span,
            user_id: repair::attribute(self.user),
            session_id: repair::attribute(self.session),
            release: repair::attribute(self.release),
            environment: None,
        }
    }
}

impl Item for MetricItem {
    const PATH: &'static str = "/v1/metrics:batch";
    const LIST: &'static str = "metrics";

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

    fn encode(self, _number: u64, origin: &Origin, out: &mut Vec<u8>) -> Result<(), LossReason> {
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
        point.release = point.release.or_else(|| origin.release.clone());
        point.environment = point.environment.or_else(|| origin.environment.clone());
        encode_bounded(&point, out)
    }
}
