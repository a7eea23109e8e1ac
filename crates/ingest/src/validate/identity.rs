//! Identities.

use protocol::identity::{Identity, IdentityKind};
use protocol::verdict::ItemCode;
use serde_json::value::RawValue;

use super::bounds::{self, Bounds};
use super::{Refusal, Valid};
use crate::item;

/// An identity within every limit, with the ids that its kind needs.
pub(crate) fn identity(raw: &RawValue) -> Result<Valid<Identity>, Refusal> {
    let valid: Valid<Identity> = item::read(raw)?;
    let identity = &valid.item;
    bounds::attributes([("user_id", &identity.user_id), ("anonymous_id", &identity.anonymous_id), ("session_id", &identity.session_id)])?;
    Bounds::default().object(&identity.traits, 2)?;
    let (user, anonymous) = (identity.user_id.is_some(), identity.anonymous_id.is_some());
    let is_complete = match identity.kind {
        IdentityKind::Identify => user,
        IdentityKind::Alias => user && anonymous,
        IdentityKind::Reset => user || anonymous,
    };
    if is_complete { Ok(valid) } else { Err(Refusal::new(ItemCode::IdMissing, format!("an id is missing for `{}`", identity.kind.word()))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_needs_its_ids() {
        for (json, want) in [
            (r#"{"user_id":"u1","traits":{"plan":"pro"}}"#, None),
            (r#"{"anonymous_id":"a9"}"#, Some(ItemCode::IdMissing)),
            (r#"{"kind":"alias","userId":"u1","previousId":"a9"}"#, None),
            (r#"{"kind":"alias","user_id":"u1"}"#, Some(ItemCode::IdMissing)),
            (r#"{"type":"reset","anonymousId":"a9"}"#, None),
            (r#"{"kind":"reset"}"#, Some(ItemCode::IdMissing)),
            (r#"{"kind":"merge","user_id":"u1"}"#, Some(ItemCode::Malformed)),
        ] {
            let code = identity(&RawValue::from_string(json.to_owned()).expect("json")).err().map(|refusal| refusal.code);
            assert_eq!(code, want, "{json}");
        }
    }
}
