//! What the OpenAPI document says beside its routes.

use protocol::problem::Problem;
use utoipa::openapi::OpenApi as Openapi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The document without its routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Throughline query API",
        description = "Everything the dashboard shows. A project is named by its number or its word. Errors are problem+json (RFC 9457).",
        version = "1",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem)),
    security(("secret_key" = []), ("key_header" = []), ("session" = [])),
    modifiers(&Security)
)]
pub(super) struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Openapi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("secret_key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        components.add_security_scheme("key_header", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("x-throughline-key"))));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-tl"))));
    }
}
