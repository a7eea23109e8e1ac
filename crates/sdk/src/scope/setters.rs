//! The setters by which builders say what the scope would say otherwise, written once.

/// Setters of a builder that has `fn own(&mut self) -> &mut Own`.
macro_rules! own_setters {
    (user) => {
        /// The signed-in user, if not the scope's.
        #[inline]
        pub fn user(mut self, id: impl Into<$crate::value::Text>) -> Self {
            self.own().user = Some(id.into());
            self
        }
    };
    (anonymous) => {
        /// The device or browser before sign-in, if not the scope's; of an alias, the other id.
        #[inline]
        pub fn anonymous(mut self, id: impl Into<$crate::value::Text>) -> Self {
            self.own().anonymous = Some(id.into());
            self
        }
    };
    (session) => {
        /// The session, if not the scope's.
        #[inline]
        pub fn session(mut self, id: impl Into<$crate::value::Text>) -> Self {
            self.own().session = Some(id.into());
            self
        }
    };
    (route) => {
        /// The templated path, such as `/orders/:id`, if not the scope's.
        #[inline]
        pub fn route(mut self, route: impl Into<$crate::value::Text>) -> Self {
            self.own().route = Some(route.into());
            self
        }
    };
    (parent) => {
        /// The span during which it happened, if not the current one.
        #[inline]
        pub fn parent(mut self, span: impl Into<$crate::span_context::SpanContext>) -> Self {
            self.own().set_span(span.into());
            self
        }
    };
    ($($setter:ident),+) => {
        $($crate::scope::own_setters!($setter);)+
    };
}

pub(crate) use own_setters;
