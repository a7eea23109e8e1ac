//! An event between its capture and its batch.

use protocol::event::{Context, Event};
use protocol::limits::ITEM_KEYS_MAX;
use protocol::outcome::Signal;
use serde_json::{Map, Value as Json};

use std::sync::Arc;

use crate::clock;
use crate::item::{Item, Origin};
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::loss::LossReason;
use crate::pairs::Pairs;
use crate::repair;
use crate::scope::{Own, Place};
use crate::value::{Text, Value, json_weight};

/// Props of one event; further ones are left out. The other keys of the item's limit are for the event's own fields.
pub(crate) const PROPS_MAX: usize = ITEM_KEYS_MAX - 40;

/// What waits in the ring of events.
#[derive(Debug)]
pub(crate) enum EventItem {
    /// Made by a builder.
    Built(Box<EventRecord>),
    /// Handed over whole.
    Whole {
        /// The event as the caller made it.
        event: Box<Event>,
        /// When it was handed over.
        captured_at: i64,
    },
}

/// What a builder collects. It stays where it was allocated until it is encoded: moving it at every call of the builder, into
/// the ring and out again costs more than the allocation. Fields that few events have are boxed, which keeps the others cheap
/// to make.
#[derive(Debug, Default)]
pub(crate) struct EventRecord {
    pub(crate) captured_at: i64,
    pub(crate) name: Text,
    pub(crate) own: Own,
    pub(crate) place: Option<Arc<Place>>,
    pub(crate) props: Pairs,
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
    pub(crate) rest: Vec<(Text, Value)>,
}

impl EventRecord {
    fn weight(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.own.weight() + self.props.weight() + self.rare.as_ref().map_or(0, |rare| rare.weight())
    }

    /// The event as it goes over the wire.
    fn into_event(self, number: u64, origin: &Origin<'_>) -> Event {
        let whereabouts = self.own.within(self.place.as_deref());
        let rare = self.rare.map_or_else(Rare::default, |rare| *rare);
        let mut event = Event {
            event_id: Some(origin.ids.id(self.captured_at, number)),
            name: repair::name(self.name),
            ts: Some(clock::at_micros(rare.ts.unwrap_or(self.captured_at)).into()),
            // The order of capture says nothing about events that name their own time.
            seq: rare.ts.is_none().then(|| origin.sequence.next(self.captured_at)),
            user_id: whereabouts.user,
            anonymous_id: whereabouts.anonymous,
            session_id: whereabouts.session,
            route: whereabouts.route,
            release: repair::attribute(rare.release),
            environment: repair::attribute(rare.environment),
            props: props(self.props),
            context: None,
            trace_id: whereabouts.trace,
            span_id: whereabouts.span,
            sample_rate: rare.sample_rate.filter(|rate| rate.is_finite()),
        };
        let mut context = Context {
            os: repair::attribute(rare.os).or_else(|| origin.os.map(str::to_owned)),
            browser: repair::attribute(rare.browser),
            device: repair::attribute(rare.device),
            country: repair::attribute(rare.country),
            locale: repair::attribute(rare.locale),
            referrer: repair::attribute(rare.referrer),
            screen: repair::attribute(rare.screen),
            utm: rare.utm.into_iter().map(|(key, value)| (repair::name(key), Value::from(value).into_json())).collect(),
            rest: props(rare.rest),
            ..Context::default()
        };
        if context.os.is_some() {
            // Another name of the same for the server, which would take the last.
            context.rest.remove("platform");
        }
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
        let rest = self.rest.iter().map(|pair| size_of_val(pair) + pair.0.len() + pair.1.weight()).sum::<usize>();
        size_of::<Self>() + texts.into_iter().flatten().map(|text| text.len()).sum::<usize>() + utm + rest
    }
}

pub(crate) fn props(pairs: impl IntoIterator<Item = (Text, Value)>) -> Map<String, Json> {
    pairs.into_iter().map(|(key, value)| (repair::name(key), value.into_json())).collect()
}

/// What the caller left open is filled in: id, time and order.
fn completed(mut event: Event, captured_at: i64, number: u64, origin: &Origin<'_>) -> Event {
    event.event_id.get_or_insert_with(|| origin.ids.id(captured_at, number));
    if event.ts.is_none() {
        event.ts = Some(clock::at_micros(captured_at).into());
        event.seq.get_or_insert_with(|| origin.sequence.next(captured_at));
    }
    event
}

impl Item for EventItem {
    const SIGNAL: Signal = Signal::Event;
    type Wire = Event;

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.events
    }

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

    fn into_wire(self, number: u64, origin: &Origin<'_>) -> Result<Event, LossReason> {
        let mut event = match self {
            Self::Built(record) => record.into_event(number, origin),
            Self::Whole { event, captured_at } => completed(*event, captured_at, number, origin),
        };
        origin.sign(&mut event.release, &mut event.environment);
        Ok(event)
    }
}
