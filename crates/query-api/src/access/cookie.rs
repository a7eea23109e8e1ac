//! The session cookie.
//!
//! Over TLS it is `__Host-tl`: the prefix makes browsers refuse it from another host, another path or plain HTTP. On plain
//! HTTP that name is not possible, and it is `tl`.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::CookieJar;

use super::session::SESSION_LASTS;
use super::token::Token;
use super::{Access, AccessConfig};

impl AccessConfig {
    const fn cookie_name(&self) -> &'static str {
        if self.https { "__Host-tl" } else { "tl" }
    }

    /// Out of reach of scripts, and not sent with forms and frames of other sites.
    fn cookie(&self, value: &str, seconds: i64) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", self.cookie_name())
    }
}

impl Access {
    /// The token in the request's cookie.
    pub(super) fn cookie_token(&self, headers: &HeaderMap) -> Option<Token> {
        CookieJar::from_headers(headers).get(self.0.config.cookie_name()).and_then(|cookie| Token::read(cookie.value()))
    }

    /// The `Set-Cookie` value that gives the browser this token.
    pub(super) fn set_cookie(&self, token: &Token) -> String {
        self.0.config.cookie(token.text(), SESSION_LASTS.num_seconds())
    }

    /// The `Set-Cookie` value that takes the cookie away.
    pub fn clear_cookie(&self) -> String {
        self.0.config.cookie("", 0)
    }
}
