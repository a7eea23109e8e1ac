//! Who asks, and for which project.
//!
//! Two ways in: a browser's session cookie, which may do what the account's role in the project says, and a secret key,
//! which may do what its scopes say. A link that shows one page opens that page and nothing else. A public key can only send signals. A project that the caller may not see and one
//! that does not exist give the same answer.

mod context;
mod cookie;
mod credentials;
mod keys;
mod links;
mod login;
mod passwords;
mod redirect;
mod session;
mod shared;
mod shown;
mod site;
mod throttle;
mod token;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use protocol::time::Clock;
use storage::Db;
use storage::key_cache::KeyCache;

use crate::Random;
use passwords::Passwords;
use throttle::Throttle;

pub use context::{Caller, ProjectContext};
pub use keys::{new_public_key, new_secret_key};
pub use links::{LOCAL_ACCOUNT, SetupOutcome};
pub use login::LoginOutcome;
pub use redirect::same_site_path;
pub use session::{NewSession, SignedIn};
pub use shared::{MadeLink, OpenLink};
pub use site::{require_known_host, require_same_site};

/// Who may ask, and how.
#[derive(Clone, Debug, Default)]
pub struct AccessConfig {
    /// Names that this server answers to, beside the loopback ones; without ports.
    pub hosts: Vec<String>,
    /// Browsers reach this server over TLS, its own or a proxy's: the cookie is then `Secure`.
    pub https: bool,
}

/// Sign-in, sessions, keys and one-time links. Cheap to clone.
#[derive(Clone)]
pub struct Access(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Clock,
    random: Random,
    config: AccessConfig,
    keys: KeyCache,
    passwords: Passwords,
    throttle: Throttle,
}

impl Access {
    /// Access over this database, for this site.
    pub fn new(db: Db, clock: Clock, random: Random, config: AccessConfig) -> Self {
        Self(Arc::new(Shared {
            db,
            clock,
            random,
            config,
            keys: KeyCache::default(),
            passwords: Passwords::default(),
            throttle: Throttle::default(),
        }))
    }

    fn db(&self) -> &Db {
        &self.0.db
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Browsers reach this server over TLS.
    pub fn is_https(&self) -> bool {
        self.0.config.https
    }

    /// Bytes that nobody can guess.
    pub(crate) fn fill_random(&self, bytes: &mut [u8]) {
        (self.0.random)(bytes);
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Access")
    }
}
