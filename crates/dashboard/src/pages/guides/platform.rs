//! The platforms that have a guide.

use protocol::outcome::UNNAMED;

/// What somebody sends from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Platform {
    #[default]
    Rust,
    /// A page without a bundler.
    Script,
    /// A page with one.
    Browser,
    React,
    Node,
    /// Anything that speaks HTTP.
    Http,
}

impl Platform {
    pub(super) const ALL: [Self; 6] = [Self::Rust, Self::Script, Self::Browser, Self::React, Self::Node, Self::Http];

    /// The word in the page's address.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Script => "script",
            Self::Browser => "browser",
            Self::React => "react",
            Self::Node => "node",
            Self::Http => "http",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Script => "Script tag",
            Self::Browser => "Browser module",
            Self::React => "React",
            Self::Node => "Node",
            Self::Http => "curl, HTTP",
        }
    }

    /// Whose signals count as heard from this platform.
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::Rust => "Green with the first signal of the Rust client.",
            Self::Script | Self::Browser | Self::React | Self::Node => {
                "Script tag, module, React and Node are one client, @throughline/browser: all are green with its first signal."
            }
            Self::Http => "Green with the first signal of a sender that names no client.",
        }
    }

    /// The page of the documentation.
    pub(super) const fn docs(self) -> &'static str {
        match self {
            Self::Rust => "/docs/rust",
            Self::Script | Self::Browser | Self::React | Self::Node => "/docs/browser",
            Self::Http => "/docs/sending",
        }
    }

    /// `sdk` is the sender of some items, as the books name it: `name/version`, or nobody.
    pub(super) fn is_sent_by(self, sdk: &str) -> bool {
        let name = sdk.split('/').next().unwrap_or_default();
        match self {
            Self::Rust => name == "throughline-rust",
            Self::Script | Self::Browser | Self::React | Self::Node => name == "throughline-browser",
            Self::Http => name.is_empty() || name == UNNAMED,
        }
    }
}
