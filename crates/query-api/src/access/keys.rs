//! New keys.

use storage::api_keys::Presented;

use crate::Random;

/// A new public key: `pk_` and 32 hex digits. It is kept as it is, since it can only write.
pub fn new_public_key(random: Random) -> String {
    let mut bytes = [0; 16];
    random(&mut bytes);
    format!("pk_{}", hex::encode(bytes))
}

/// A new secret key, `sk_` and 64 hex digits, to be shown once, and how it is kept: as its SHA-256. With 256 random bits
/// nothing slower is needed.
pub fn new_secret_key(random: Random) -> (String, Presented) {
    let mut bytes = [0; 32];
    random(&mut bytes);
    let key = format!("sk_{}", hex::encode(bytes));
    let presented = Presented::of(&key).expect("it was made well-formed in the line above");
    (key, presented)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_keys_are_well_formed_and_the_secret_is_kept_as_its_hash() {
        let random: Random = |bytes| bytes.fill(0xa5);
        assert_eq!(Presented::of(&new_public_key(random)), Some(Presented::Public(format!("pk_{}", "a5".repeat(16)))));
        let (key, presented) = new_secret_key(random);
        assert_eq!(Presented::of(&key), Some(presented.clone()));
        assert!(matches!(presented, Presented::SecretSha256(_)));
    }
}
