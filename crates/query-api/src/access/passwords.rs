//! Passwords: argon2id with 19 MiB, two passes, one lane, as OWASP advises at least.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ApiError;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at the same time. Each takes a core for tens of milliseconds: more would make sign-in a lever to stop the server.
const AT_ONCE: usize = 2;
/// The longest that a sign-in waits for its turn.
const TURN_MAX: Duration = Duration::from_secs(3);

/// What is checked when the account does not exist, so that both take the same time. The hash of a password that nobody
/// knows, with the parameters above.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$tIGcs1Qm2kRPbHGBjGZqdw$0mLx5aE0XQ6LIYw4ZxNeXnEEPuJwUzT8z1c0b8x2E1s";

/// Hashes and checks passwords, a few at a time.
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

fn argon2() -> Result<Argon2<'static>, ApiError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| ApiError::Fault(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

impl Passwords {
    /// The password is the one whose hash is kept; `None` is never.
    pub(super) async fn check(&self, password: &str, kept: Option<&str>) -> Result<bool, ApiError> {
        let somebody = kept.is_some();
        let kept = kept.unwrap_or(NOBODY).to_owned();
        let password = password.to_owned();
        let same = self
            .in_turn(move || {
                let kept = PasswordHash::new(&kept).map_err(|error| ApiError::Fault(error.to_string()))?;
                Ok(argon2()?.verify_password(password.as_bytes(), &kept).is_ok())
            })
            .await?;
        Ok(same && somebody)
    }

    /// The PHC form that is kept.
    pub(super) async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String, ApiError> {
        let password = password.to_owned();
        self.in_turn(move || {
            let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| ApiError::Fault(error.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, ApiError> + Send + 'static) -> Result<T, ApiError> {
        let turn = tokio::time::timeout(TURN_MAX, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(ApiError::Busy("too many people are signing in at this moment"));
        };
        // The turn goes along: the work runs to its end even when nobody waits for it any more.
        let with_turn = move |turn: OwnedSemaphorePermit| {
            let done = work();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(move || with_turn(turn)).await.map_err(|error| ApiError::Fault(error.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_nobody_has_one() {
        let passwords = Passwords::default();
        let kept = passwords.hash("correct horse", [7; 16]).await.expect("a hash");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.check("correct horse", Some(&kept)).await.expect("a check"));
        assert!(!passwords.check("correct horsf", Some(&kept)).await.expect("a check"));
        assert!(!passwords.check("correct horse", None).await.expect("a check"));
    }

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let nobody = PasswordHash::new(NOBODY).expect("PHC");
        let real = argon2().expect("parameters").hash_password_with_salt(b"x", &[7; 16]).expect("a hash");
        assert_eq!((nobody.algorithm, nobody.version, &nobody.params), (real.algorithm, real.version, &real.params));
        assert_eq!(nobody.hash.map(|hash| hash.len()), real.hash.map(|hash| hash.len()));
    }
}
