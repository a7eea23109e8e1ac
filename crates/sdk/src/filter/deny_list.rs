//! Names whose values never leave the process.

use std::collections::HashSet;

/// Names of credentials, payment data and what reaches a person, wherever they occur. The browser client has the same list.
const ALWAYS: [&str; 33] = [
    "accesstoken",
    "apikey",
    "auth",
    "authorization",
    "authtoken",
    "bearertoken",
    "cardnumber",
    "clientsecret",
    "cookie",
    "creditcard",
    "creditcardnumber",
    "csrftoken",
    "cvc",
    "cvv",
    "email",
    "emailaddress",
    "iban",
    "passphrase",
    "passwd",
    "password",
    "phone",
    "phonenumber",
    "privatekey",
    "proxyauthorization",
    "pwd",
    "refreshtoken",
    "secret",
    "setcookie",
    "socialsecurity",
    "socialsecuritynumber",
    "ssn",
    "telephone",
    "token",
];

/// A name is split into words where its case changes and where there is no letter; case does not matter. It is denied when one
/// of its words, two neighbours joined, or all of them joined are in this list, in the singular or with an `s`; `tokens` alone,
/// which are counted more often than kept, are not.
#[derive(Clone, Debug)]
pub(crate) struct DenyList {
    denied: HashSet<String>,
    /// Whole names that may stay whatever words they have.
    allowed: HashSet<String>,
}

impl Default for DenyList {
    fn default() -> Self {
        Self { denied: ALWAYS.into_iter().map(str::to_owned).collect(), allowed: HashSet::new() }
    }
}

impl DenyList {
    pub(crate) fn deny(&mut self, name: &str) {
        let name = words(name).concat();
        self.allowed.remove(&name);
        self.denied.insert(name);
    }

    pub(crate) fn allow(&mut self, name: &str) {
        let name = words(name).concat();
        self.denied.remove(&name);
        self.allowed.insert(name);
    }

    pub(crate) fn denies(&self, name: &str) -> bool {
        let words = words(name);
        let whole = words.concat();
        if words.is_empty() || self.allowed.contains(&whole) {
            return false;
        }
        self.lists(&whole)
            || words.iter().any(|word| self.lists(word))
            || words.windows(2).any(|neighbours| self.lists(&neighbours.concat()))
    }

    fn lists(&self, word: &str) -> bool {
        let singular = word.strip_suffix('s').filter(|_| word != "tokens");
        self.denied.contains(word) || singular.is_some_and(|word| self.denied.contains(word))
    }
}

/// The words of a name in lower case: `APIKey` is `api` and `key`, `user_email2` is `user` and `email`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins = if letter.is_uppercase() {
            // The last capital of several belongs to the word that it begins.
            !before.is_uppercase() || letters.peek().is_some_and(|next| next.is_lowercase())
        } else {
            // Letters without case go on with a lower-case word, not with capitals.
            before.is_uppercase() && !letter.is_lowercase()
        };
        if begins || !letter.is_alphabetic() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphabetic() {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The browser client's source, in which the same list and the same examples stand.
    fn browser(path: &str) -> String {
        let path = format!("{}/../../web/sdk/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The quoted texts between two marks.
    fn quoted(source: &str, from: &str, to: &str) -> Vec<String> {
        let (_, rest) = source.split_once(from).expect(from);
        let (part, _) = rest.split_once(to).expect(to);
        part.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn the_list_is_the_browser_client_s() {
        assert_eq!(quoted(&browser("src/privacy.ts"), "export const DENIED = [", "];"), ALWAYS);
    }

    #[test]
    fn what_the_browser_client_denies_is_denied_and_what_it_keeps_is_kept() {
        let tests = browser("test/privacy.test.ts");
        let list = DenyList::default();
        let denied = quoted(&tests, "test.each([", "]");
        let (_, rest) = tests.split_once("is denied").expect("the first table");
        let kept = quoted(rest, "test.each([", "]");
        assert!(denied.len() > 20 && kept.len() > 15, "{denied:?} {kept:?}");
        for name in denied {
            assert!(list.denies(&name), "{name}");
        }
        for name in kept {
            assert!(!list.denies(&name), "{name}");
        }
    }

    #[test]
    fn a_name_has_the_words_that_people_see_in_it() {
        for (name, want) in [
            ("userEmailAddress", "user email address"),
            ("X-API-Key", "x api key"),
            ("APIKey2token", "api key token"),
            ("customer.e_mail", "customer e mail"),
            ("ÄrzteTelefon", "ärzte telefon"),
            ("語Key", "語 key"),
            ("", ""),
            ("42", ""),
        ] {
            assert_eq!(words(name).join(" "), want, "{name}");
        }
    }

    #[test]
    fn the_list_is_the_host_applications() {
        let mut list = DenyList::default();
        list.deny("full_name");
        list.allow("E-Mail");
        list.allow("cookieConsent");
        let denied = ["fullName", "the_full_name", "password", "cookie"].map(|name| list.denies(name));
        let kept = ["email", "user_email", "cookie_consent", "name"].map(|name| list.denies(name));
        assert_eq!((denied, kept), ([true; 4], [false; 4]));
        list.deny("e_mail");
        assert!(list.denies("userEmail"));
    }
}
