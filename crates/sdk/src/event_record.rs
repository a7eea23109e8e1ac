//! An event between its capture and its batch.

use protocol::event::{Context, Event};
use protocol::limits::ITEM_KEYS_MAX;
use protocol::trace::{SpanId, TraceId};
use serde_json::{Map, Value as Json};

use crate::clock;
use crate::lane::{Item, Origin};
use crate::loss::LossReason;
use crate::pairs::Pairs;
use crate::repair;
use crate::seal::encode_bounded;
use crate::value::{Text, Value, json_weight};

/// Props of one event; further ones are left out. The other keys of the item's limit are for the event's own fields.
pub(crate) const PROPS_MAX: usize = ITEM_KEYS_MAX - 40;

/// What waits in the ring of events.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "the large variant is the usual one, and boxing it would cost each call")]
pub(crate) enum EventItem {
    /// Made by a builder.
    Built(EventRecord),
    /// Handed over whole.
    Whole {
        /// The event as the caller made it.
        event: Box<Event>,
        /// When it was handed over.
        captured_at: i64,
    },
}

/// What a builder collects. Fields that few events have are boxed, which keeps the others cheap to move.
#[derive(Debug, Default)]
pub(crate) struct EventRecord {
    pub(crate) captured_at: i64,
    pub(crate) name: Text,
    pub(crate) user: Option<Text>,
    pub(crate) anonymous: Option<Text>,
    pub(crate) session: Option<Text>,
    pub(crate) route: Option<Text>,
    pub(crate) props: Pairs,
    pub(crate) trace: Option<TraceId>,
    pub(crate) span: Option<SpanId>,
    pub(crate) rare: Option<Box<Rare>>,
}

#[derive(Debug, Default)]
pub(crate) struct Rare {
    pub(crate) ts: Option<i64>,
    pub(crate) release: Option<Text>,
    pub(crate) environment: Option<Text>,
    pub(crate) sample_rate: Option<f64>,
    pub(crate) os: Option<Text>,
    pub(crate) browser: Option<Text>,
    pub(crate) device: Option<Text>,
    pub(crate) country: Option<Text>,
    pub(crate) locale: Option<Text>,
    pub(crate) referrer: Option<Text>,
    pub(crate) screen: Option<Text>,
    pub(crate) utm: Vec<(Text, Text)>,
}

impl EventRecord {
    fn weight(&self) -> usize {
        let short = [&self.user, &self.anonymous, &self.session, &self.route];
        let short = short.into_iter().flatten().map(|text| text.len()).sum::<usize>();
        self.name.len() + short + self.props.weight() + self.rare.as_ref().map_or(0, |rare| rare.weight())
    }

    /// The event as it goes over the wire.
    fn into_event(self, number: u64, origin: &Origin) -> Event {
        let rare = self.rare.map_or_else(Rare::default, |rare| *rare);
        let mut event = Event {
            event_id: Some(origin.ids.id(self.captured_at, number)),
            name: repair::name(self.name),
            ts: Some(clock::at_micros(rare.ts.unwrap_or(self.captured_at)).into()),
            // The order of capture says nothing about events that name their own time.
            seq: rare.ts.is_none().then_some(number as i64),
            user_id: repair::attribute(self.user),
            anonymous_id: repair::attribute(self.anonymous),
            session_id: repair::attribute(self.session),
            route: repair::attribute(self.route),
            release: repair::attribute(rare.release),
            environment: repair::attribute(rare.environment),
            props: props(self.props),
            context: None,
            trace_id: self.trace,
            span_id: self.span,
            sample_rate: rare.sample_rate.filter(|rate| rate.is_finite()),
        };
        let context = Context {
            os: repair::attribute(rare.os),
            browser: repair::attribute(rare.browser),
            device: repair::attribute(rare.device),
            country: repair::attribute(rare.country),
            locale: repair::attribute(rare.locale),
            referrer: repair::attribute(rare.referrer),
            screen: repair::attribute(rare.screen),
            utm: rare.utm.into_iter().map(|(key, value)| (repair::name(key), Value::from(value).into_json())).collect(),
            ..Context::default()
        };
        event.context = (context != Context::default()).then_some(context);
        event
    }
}

impl Rare {
    fn weight(&self) -> usize {
        let texts = [
            &self.release,
            &self.environment,
            &self.os,
            &self.browser,
            &self.device,
            &self.country,
            &self.locale,
            &self.referrer,
            &self.screen,
        ];
        let utm = self.utm.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
        size_of::<Self>() + texts.into_iter().flatten().map(|text| text.len()).sum::<usize>() + utm
    }
}

fn props(pairs: Pairs) -> Map<String, Json> {
    pairs.into_iter().map(|(key, value)| (repair::name(key), value.into_json())).collect()
}

/// What the caller left open is filled in: id, time and order.
fn completed(mut event: Event, captured_at: i64, number: u64, origin: &Origin) -> Event {
    event.event_id.get_or_insert_with(|| origin.ids.id(captured_at, number));
    if event.ts.is_none() {
        event.ts = Some(clock::at_micros(captured_at).into());
        event.seq.get_or_insert(number as i64);
    }
    event
}

impl Item for EventItem {
    const PATH: &'static str = "/v1/track:batch";
    const LIST: &'static str = "events";

    #[inline]
    fn weight(&self) -> usize {
        match self {
            Self::Built(record) => record.weight(),
            Self::Whole { event, .. } => {
                let props = event.props.iter().map(|(key, value)| key.len() + json_weight(value));
                size_of::<Event>() + size_of::<Context>() + event.name.len() + props.sum::<usize>()
            }
        }
    }

    fn encode(self, number: u64, origin: &Origin, out: &mut Vec<u8>) -> Result<(), LossReason> {
        let mut event = match self {
            Self::Built(record) => record.into_event(number, origin),
            Self::Whole { event, captured_at } => completed(*event, captured_at, number, origin),
        };
        event.release = event.release.or_else(|| origin.release.clone());
        event.environment = event.environment.or_else(|| origin.environment.clone());
        encode_bounded(&event, out)
    }
}
