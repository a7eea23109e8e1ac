//! What the server adds to an event: device, robot, country, campaign, route. Nothing that was sent is overwritten, except
//! that a route's varying parts become placeholders. Neither an address nor a user agent is stored.

mod agent;
mod bot;
mod country;
pub mod route;
mod surroundings;
pub(crate) mod utm;

use std::sync::Arc;

use protocol::id::ProjectId;
use storage::{Db, route_rules};

pub(crate) use country::Country;
pub use country::address::CountryFile;
pub(crate) use route::Rules;
pub(crate) use surroundings::{Enricher, Shown, Surroundings, forget_sender};

/// The project's rules for routes, as the database has them now.
///
/// # Errors
/// When it does not answer.
pub(crate) async fn rules_of(db: &Db, project: ProjectId) -> storage::Result<Arc<Rules>> {
    Ok(Arc::new(Rules::read(&route_rules::of_project(db, project).await?)))
}

/// Where the country of a request may be read; nowhere, unless the operator says so.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The header in which a proxy names the country, such as `cf-ipcountry`. Whoever reaches this server past that proxy
    /// can write anything there.
    pub country_header: Option<axum::http::HeaderName>,
    /// The countries of addresses.
    pub countries: Option<CountryFile>,
    /// Every request comes by a proxy that appends to `x-forwarded-for` the address that it saw.
    pub behind_proxy: bool,
}
