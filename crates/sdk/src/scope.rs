//! What everything that happens in one place has in common: whose request it is, its session, route and span.

mod ambient;
mod setters;

use std::future::Future;
use std::sync::Arc;

use protocol::limits::ATTRIBUTE_BYTES_MAX;
use protocol::trace::{SpanId, TraceId};

use crate::breadcrumbs::Trail;
use crate::repair;
use crate::span_context::SpanContext;
use crate::value::Text;
#[cfg(feature = "tracing")]
pub(crate) use ambient::replace;
pub use ambient::{Bound, Entered};
pub(crate) use ambient::{current, place};
pub(crate) use setters::own_setters;

/// Who and where: fills in what an item that is captured inside does not name itself.
///
/// Enter it for a piece of code ([`enter`](Scope::enter)), or bind it to a future ([`bind`](Scope::bind)), which then
/// carries it across threads. A scope inside another inherits what it does not say.
///
/// ```
/// # let tl = throughline::init(throughline::Config::new("http://127.0.0.1:9", "pk_0123456789abcdef0123456789abcdef").drop_wait(std::time::Duration::ZERO))?;
/// use throughline::Scope;
///
/// let _request = Scope::inherit().user("u1").route("/checkout").enter();
/// tl.track("checkout.completed").prop("revenue", 99.99).send(); // by u1, on /checkout
/// # Ok::<(), throughline::InitError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing happens until it is entered or bound"]
pub struct Scope {
    pub(crate) place: Arc<Place>,
    pub(crate) trail: Option<Arc<Trail>>,
}

/// What a scope says; items keep it until their batch, without the breadcrumbs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) user: Option<Text>,
    pub(crate) anonymous: Option<Text>,
    pub(crate) session: Option<Text>,
    pub(crate) route: Option<Text>,
    pub(crate) span: Option<SpanContext>,
}

impl Scope {
    /// A scope that says nothing yet, whatever is around it.
    pub fn empty() -> Self {
        Self::default()
    }

    /// A scope that says what the current one says.
    pub fn inherit() -> Self {
        current().map_or_else(Self::default, |scope| (*scope).clone())
    }

    /// The signed-in user.
    pub fn user(mut self, id: impl Into<Text>) -> Self {
        self.say().user = Some(cut(id.into()));
        self
    }

    /// The device or browser before sign-in.
    pub fn anonymous(mut self, id: impl Into<Text>) -> Self {
        self.say().anonymous = Some(cut(id.into()));
        self
    }

    /// The session.
    pub fn session(mut self, id: impl Into<Text>) -> Self {
        self.say().session = Some(cut(id.into()));
        self
    }

    /// The templated path, such as `/orders/:id`.
    pub fn route(mut self, route: impl Into<Text>) -> Self {
        self.say().route = Some(cut(route.into()));
        self
    }

    /// The span that everything inside belongs to: a [`Span`](crate::Span), or what a caller sent as `traceparent`.
    pub fn span(mut self, span: impl Into<SpanContext>) -> Self {
        self.say().span = Some(span.into());
        self
    }

    /// Keeps breadcrumbs of its own: what led to an error in this request, not what others did meanwhile.
    pub fn own_breadcrumbs(mut self) -> Self {
        self.trail = Some(Arc::default());
        self
    }

    pub(crate) fn say(&mut self) -> &mut Place {
        Arc::make_mut(&mut self.place)
    }

    /// Makes it the current thread's scope until the guard is dropped.
    pub fn enter(self) -> Entered {
        Entered::new(Arc::new(self))
    }

    /// Makes it the scope of a future, whichever thread polls it.
    pub fn bind<F: Future>(self, future: F) -> Bound<F> {
        Bound::new(Arc::new(self), future)
    }
}

/// Within the limit of an attribute, as items keep it.
fn cut(text: Text) -> Text {
    match text {
        Text::Borrowed(text) => Text::Borrowed(repair::head(text, ATTRIBUTE_BYTES_MAX)),
        Text::Owned(text) => Text::Owned(repair::shortened(text, ATTRIBUTE_BYTES_MAX)),
    }
}

/// The ids that an item ends up with: its own, else its scope's.
#[derive(Debug, Default)]
pub(crate) struct Whereabouts {
    pub(crate) user: Option<String>,
    pub(crate) anonymous: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) trace: Option<TraceId>,
    pub(crate) span: Option<SpanId>,
}

/// What an item itself says.
#[derive(Debug, Default)]
pub(crate) struct Own {
    pub(crate) user: Option<Text>,
    pub(crate) anonymous: Option<Text>,
    pub(crate) session: Option<Text>,
    pub(crate) route: Option<Text>,
    pub(crate) trace: Option<TraceId>,
    pub(crate) span: Option<SpanId>,
}

impl Own {
    pub(crate) fn weight(&self) -> usize {
        [&self.user, &self.anonymous, &self.session, &self.route].into_iter().flatten().map(|text| text.len()).sum()
    }

    pub(crate) fn set_span(&mut self, context: SpanContext) {
        self.trace = Some(context.trace);
        self.span = Some(context.span);
    }

    /// With what the scope fills in. Somebody else's ids are never mixed: a scope's anonymous id does not join an item that
    /// names its own user, nor the scope's span an item that names its own trace.
    pub(crate) fn within(self, scope: Option<&Place>) -> Whereabouts {
        let nothing = Place::default();
        let scope = scope.unwrap_or(&nothing);
        let names_person = self.user.is_some() || self.anonymous.is_some();
        let person = |own: Option<Text>, around: &Option<Text>| own.or_else(|| around.clone().filter(|_| !names_person));
        let span = if self.trace.is_some() { None } else { scope.span };
        Whereabouts {
            user: repair::attribute(person(self.user, &scope.user)),
            anonymous: repair::attribute(person(self.anonymous, &scope.anonymous)),
            session: repair::attribute(self.session.or_else(|| scope.session.clone())),
            route: repair::attribute(self.route.or_else(|| scope.route.clone())),
            trace: self.trace.or(span.map(|span| span.trace)),
            span: self.span.or(span.map(|span| span.span)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_keeps_what_it_names_and_gets_the_rest() {
        let span = SpanContext { trace: TraceId([1; 16]), span: SpanId([2; 8]), sampled: true };
        let scope = Scope::empty().user("u1").anonymous("a1").session("s1").route("/cart").span(span);
        let all = Own::default().within(Some(&scope.place));
        assert_eq!((all.user.as_deref(), all.anonymous.as_deref(), all.route.as_deref()), (Some("u1"), Some("a1"), Some("/cart")));
        assert_eq!((all.trace, all.span), (Some(span.trace), Some(span.span)));
        let other = Own { user: Some("u2".into()), trace: Some(TraceId([9; 16])), ..Own::default() }.within(Some(&scope.place));
        assert_eq!((other.user.as_deref(), other.anonymous, other.session.as_deref()), (Some("u2"), None, Some("s1")));
        assert_eq!((other.trace, other.span), (Some(TraceId([9; 16])), None));
    }
}
