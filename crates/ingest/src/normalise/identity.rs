//! Identities as rows.

use protocol::identity::Identity;
use storage::identities::NewIdentity;

use super::time::Reading;
use super::{json, repaired_flag};
use crate::validate::{Refusal, Valid};

/// The row of an identity.
pub(crate) fn identity(valid: Valid<Identity>, reading: &Reading) -> Result<NewIdentity, Refusal> {
    let Valid { item: identity, repaired } = valid;
    let placed = reading.place(identity.ts.as_ref())?;
    Ok(NewIdentity {
        ts: placed.ts,
        client_ts: placed.client_ts,
        seq: identity.seq,
        kind: identity.kind,
        user_id: identity.user_id,
        anonymous_id: identity.anonymous_id,
        session_id: identity.session_id,
        traits: json(identity.traits),
        flags: placed.flags | repaired_flag(repaired),
    })
}
