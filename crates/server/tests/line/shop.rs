//! A project with keys, made as an operator makes it.

use sqlx::{ConnectOptions as _, PgPool};

use crate::terminal::succeed;

/// A project's word and keys.
pub struct Shop {
    pub word: &'static str,
    pub public_key: String,
    /// Reads.
    pub secret_key: String,
}

/// Where the test's database is.
pub fn database(pool: &PgPool) -> String {
    pool.connect_options().to_url_lossy().to_string()
}

impl Shop {
    /// Brings the schema and makes a project in the zone Europe/Berlin.
    pub fn create(database: &str, word: &'static str) -> Self {
        succeed(database, &["migrate"]);
        let printed = succeed(database, &["projects", "create", word, "--zone", "Europe/Berlin"]);
        let public_key = printed.split_whitespace().last().expect("a key").to_owned();
        let shop = Self { word, public_key, secret_key: String::new() };
        Self { secret_key: shop.create_key(database, "read"), ..shop }
    }

    /// A new secret key that may do what the scopes say.
    pub fn create_key(&self, database: &str, scopes: &str) -> String {
        succeed(database, &["keys", "--project", self.word, "create", "--scope", scopes]).trim().to_owned()
    }

    /// A path of the project in the query API.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/projects/{}{rest}", self.word)
    }
}
