//! Raw identities. Written by ingest alone, in its flush's transaction.

use chrono::{DateTime, Utc};
use protocol::identity::IdentityKind;

use crate::Rows;
use crate::place::Place;

/// An identity that passed every check, as its row. Built by ingest's normalise stage and nowhere else.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0031_identity.sql")]
pub struct NewIdentity {
    pub ts: DateTime<Utc>,
    pub client_ts: Option<DateTime<Utc>>,
    pub seq: Option<i64>,
    pub kind: IdentityKind,
    pub user_id: Option<String>,
    pub anonymous_id: Option<String>,
    pub session_id: Option<String>,
    /// JSON text of an object.
    pub traits: String,
    pub flags: i32,
}

pub(crate) const COPY: &str = "copy identity (project_id, received_at, flush_id, n, batch_id, ts, client_ts, seq, kind, user_id, anonymous_id, \
     session_id, install_id, traits, flags) from stdin (format binary)";

pub(crate) fn encode(rows: &mut Rows, place: Place<'_>, identity: &NewIdentity) {
    place
        .begin(rows, 15)
        .timestamptz(identity.ts)
        .optional(identity.client_ts, Rows::timestamptz)
        .optional(identity.seq, Rows::int8)
        .int2(identity.kind.code())
        .optional(identity.user_id.as_deref(), Rows::text)
        .optional(identity.anonymous_id.as_deref(), Rows::text)
        .optional(identity.session_id.as_deref(), Rows::text)
        .optional(place.install_id, Rows::text)
        .jsonb(&identity.traits)
        .int4(identity.flags);
}
