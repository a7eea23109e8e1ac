//! Identities: as the host application writes them, and until their batch.

use std::sync::Arc;

use protocol::identity::{Identity, IdentityKind};
use protocol::outcome::Signal;

use crate::client::Client;
use crate::clock;
use crate::event_record::{PROPS_MAX, props};
use crate::item::{Item, Origin};
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::loss::LossReason;
use crate::scope::{Own, Place, own_setters};
use crate::value::{Text, Value, object_weight};

/// What waits in the ring of identities.
#[derive(Debug)]
pub(crate) enum IdentityItem {
    /// As it was said here.
    Built(Box<Record>),
    /// As somebody else made it.
    Whole(Box<Identity>),
}

#[derive(Debug)]
pub(crate) struct Record {
    captured_at: i64,
    kind: IdentityKind,
    own: Own,
    place: Option<Arc<Place>>,
    traits: Vec<(Text, Value)>,
}

impl Item for IdentityItem {
    const SIGNAL: Signal = Signal::Identity;
    type Wire = Identity;

    fn lane(lanes: &Lanes) -> &Lane<Self> {
        &lanes.identities
    }

    fn weight(&self) -> usize {
        match self {
            Self::Built(record) => {
                let traits = record.traits.iter().map(|pair| size_of_val(pair) + pair.0.len() + pair.1.weight());
                size_of::<Record>() + record.own.weight() + traits.sum::<usize>()
            }
            Self::Whole(identity) => size_of::<Identity>() + object_weight(&identity.traits),
        }
    }

    fn into_wire(self, _number: u64, _origin: &Origin<'_>) -> Result<Identity, LossReason> {
        let record = match self {
            Self::Built(record) => *record,
            Self::Whole(identity) => return Ok(*identity),
        };
        // Only ids that were said together are linked; a scope adds the session alone.
        let place = record.place.map(|place| Place { session: place.session.clone(), ..Place::default() });
        let whereabouts = record.own.within(place.as_ref());
        Ok(Identity {
            kind: record.kind,
            user_id: whereabouts.user,
            anonymous_id: whereabouts.anonymous,
            ts: Some(clock::at_micros(record.captured_at).into()),
            seq: None,
            session_id: whereabouts.session,
            traits: props(record.traits),
        })
    }
}

/// An identity that is being put together. Ends with [`send`](IdentityBuilder::send).
#[derive(Debug)]
#[must_use = "nothing is captured until `send`"]
pub struct IdentityBuilder<'a> {
    client: &'a Client,
    record: Box<Record>,
}

impl<'a> IdentityBuilder<'a> {
    pub(crate) fn new(client: &'a Client, kind: IdentityKind) -> Self {
        let record = Record { captured_at: clock::now_micros(), kind, own: Own::default(), place: None, traits: Vec::new() };
        Self { client, record: Box::new(record) }
    }

    own_setters!(user, anonymous, session);

    fn own(&mut self) -> &mut Own {
        &mut self.record.own
    }

    /// What is known of the person, such as `plan` or `role`: categories, not their name or address.
    pub fn with(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        if self.record.traits.len() < PROPS_MAX {
            self.record.traits.push((key.into(), value.into()));
        }
        self
    }

    /// Captures it. In a client of [one person](crate::Config::one_person), what follows is theirs.
    pub fn send(mut self) {
        self.record.place = self.client.place(clock::now_micros());
        self.client.note_identity(self.record.kind, &mut self.record.own);
        self.client.capture(IdentityItem::Built(self.record));
    }
}
