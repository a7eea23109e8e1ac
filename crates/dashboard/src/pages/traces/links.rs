//! Links to and from traces.

use protocol::id::ActorKind;
use protocol::identity_link::ActorName;
use protocol::trace::{SpanId, TraceId};

use crate::pages::person::PersonQuery;
use crate::{Frame, url};

/// The page of a trace, at one of its spans where one is named.
pub(crate) fn trace_href(frame: &Frame, trace: TraceId, span: Option<SpanId>) -> String {
    let span = span.map(|span| span.to_string()).unwrap_or_default();
    url::with_query(&frame.path(&format!("traces/{trace}")), [("span", span.as_str())])
}

/// The page of a signed-in user.
pub(crate) fn person_href(frame: &Frame, user: &str) -> String {
    actor_href(frame, &ActorName { kind: ActorKind::User, id: user.to_owned() })
}

/// The page of the person that an id belongs to.
pub(super) fn actor_href(frame: &Frame, actor: &ActorName) -> String {
    PersonQuery::of(actor).href(frame)
}
