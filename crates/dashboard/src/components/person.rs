//! One person as a filter.

use protocol::filter::{Field, Filter, Test};
use protocol::id::ActorKind;
use protocol::identity_link::ActorName;

use crate::shell::Entry;
use crate::{Frame, url};

/// The Metrics page of everything that was done under these ids; `None` where some id has no test of its own, or where there
/// are more than a filter holds.
pub(crate) fn figures_href(frame: &Frame, range: &str, ids: &[ActorName]) -> Option<String> {
    let test = |ActorName { kind, id }: &ActorName| match kind {
        ActorKind::User => Some(Filter::term(Field::User, Test::is(id))),
        ActorKind::Anonymous => Some(Filter::term(Field::Anonymous, Test::is(id))),
        ActorKind::Session | ActorKind::Install => None,
    };
    let mut tests: Vec<Filter> = ids.iter().map(test).collect::<Option<_>>()?;
    let filter = if tests.len() == 1 { tests.remove(0) } else { Filter::Or(tests) }.to_string();
    let words = [("range", range), ("filter", filter.as_str())];
    Filter::parse(&filter).is_ok().then(|| url::with_query(&frame.path(Entry::Metrics.page()), words))
}
