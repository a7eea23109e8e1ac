//! Where the country of a request may be read.

use std::path::PathBuf;

use anyhow::anyhow;
use axum::http::HeaderName;
use clap::Args;
use ingest::{CountryFile, Places};

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct PlacesOptions {
    /// The header in which a proxy in front names the sender's country, such as cf-ipcountry. Only for a server that
    /// nobody reaches past that proxy: anyone can write the header
    #[arg(long, env = "THROUGHLINE_COUNTRY_HEADER", value_name = "NAME")]
    pub(crate) country_header: Option<HeaderName>,
    /// A MaxMind file (.mmdb) with the countries of addresses. Addresses are looked up and forgotten
    #[arg(long, env = "THROUGHLINE_GEOIP", value_name = "FILE")]
    pub(crate) geoip: Option<PathBuf>,
    /// Look up the last address of x-forwarded-for instead of the connection's: a proxy in front appends what it saw
    #[arg(long, env = "THROUGHLINE_TRUSTED_PROXY")]
    pub(crate) trusted_proxy: bool,
}

impl PlacesOptions {
    /// Reads the file, once for the process.
    pub(crate) fn open(&self) -> anyhow::Result<Places> {
        let open = |path: &PathBuf| CountryFile::open(path).map_err(|error| anyhow!("--geoip {}: {error}", path.display()));
        Ok(Places {
            country_header: self.country_header.clone(),
            countries: self.geoip.as_ref().map(open).transpose()?,
            behind_proxy: self.trusted_proxy,
        })
    }
}
