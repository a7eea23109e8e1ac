//! The shop's pages, and what each costs its servers.

/// A page, by its template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Home,
    Category,
    Product,
    Search,
    Cart,
    Checkout,
    Order,
}

impl Page {
    pub(super) const fn route(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Category => "/categories/:slug",
            Self::Product => "/products/:id",
            Self::Search => "/search",
            Self::Cart => "/cart",
            Self::Checkout => "/checkout",
            Self::Order => "/orders/:id",
        }
    }

    /// The median time that its server needs, in milliseconds.
    pub(super) const fn millis(self) -> f64 {
        match self {
            Self::Home => 38.0,
            Self::Category => 64.0,
            Self::Product => 52.0,
            Self::Search => 118.0,
            Self::Cart => 44.0,
            Self::Checkout => 81.0,
            Self::Order => 70.0,
        }
    }

    /// The table that it reads.
    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Home | Self::Category | Self::Product | Self::Search => "products",
            Self::Cart | Self::Checkout => "carts",
            Self::Order => "orders",
        }
    }

    /// Pages that are the same for everybody are cached.
    pub(super) const fn is_cached(self) -> bool {
        matches!(self, Self::Home | Self::Category | Self::Product)
    }

    /// How long people stay, in seconds.
    pub(super) const fn attention(self) -> f64 {
        match self {
            Self::Home | Self::Search => 9.0,
            Self::Category | Self::Cart | Self::Order => 13.0,
            Self::Product => 21.0,
            Self::Checkout => 34.0,
        }
    }
}
