//! The country of an address, from a file that the operator supplies. An address is looked up and forgotten.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use axum::http::HeaderMap;
use maxminddb::{PathElement, Reader};

use super::Country;

/// A file in MaxMind's format (`.mmdb`) that knows countries, held in memory.
#[derive(Clone)]
pub struct CountryFile(Arc<Reader<Vec<u8>>>);

impl CountryFile {
    /// Reads the file once.
    ///
    /// # Errors
    /// When it cannot be read or is not of that format.
    pub fn open(path: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(Arc::new(Reader::open_readfile(path)?)))
    }

    /// The country in which `address` is used, as far as the file knows.
    pub(crate) fn country(&self, address: IpAddr) -> Option<Country> {
        let found = self.0.lookup(address.to_canonical()).ok()?;
        let path = [PathElement::Key("country"), PathElement::Key("iso_code")];
        let code: &str = found.decode_path(&path).ok()??;
        Country::parse(code)
    }
}

impl fmt::Debug for CountryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountryFile({})", self.0.metadata().database_type)
    }
}

/// The address of whoever sent the request: the peer's, or behind a trusted proxy what that proxy saw. Entries before the
/// last one come from the client, who may write anything.
pub(crate) fn of_sender(headers: &HeaderMap, peer: Option<IpAddr>, behind_proxy: bool) -> Option<IpAddr> {
    if !behind_proxy {
        return peer;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    read(last.rsplit(',').next()?)
}

/// Reads an address as text, with or without a port.
pub(crate) fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| Some(text.parse::<std::net::SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_has_the_country_of_its_network() {
        let bytes = testkit::country_file::bytes(&[
            (Ipv4Addr::new(81, 2, 69, 0), 24, "GB"),
            (Ipv4Addr::new(89, 160, 0, 0), 16, "SE"),
            (Ipv4Addr::new(9, 0, 0, 0), 8, "ZZ"),
        ]);
        let file = CountryFile(Arc::new(Reader::from_source(bytes).expect("a file")));
        let code = |address| file.country(ip(address)).map(|country| country.to_string());
        for (address, want) in
            [("81.2.69.160", Some("GB")), ("::ffff:89.160.20.1", Some("SE")), ("81.2.70.1", None), ("9.9.9.9", None), ("2001:db8::1", None)]
        {
            assert_eq!(code(address).as_deref(), want, "{address}");
        }
    }

    #[test]
    fn only_a_trusted_proxys_own_entry_is_believed() {
        let mut headers = HeaderMap::new();
        let peer = Some(ip("10.0.0.7"));
        assert_eq!(of_sender(&headers, peer, false), peer);
        assert_eq!(of_sender(&headers, peer, true), None, "a proxy's address is nobody's");
        headers.append("x-forwarded-for", "1.1.1.1, 2.2.2.2".parse().expect("value"));
        headers.append("x-forwarded-for", "3.3.3.3 , [2001:db8::5]:443".parse().expect("value"));
        assert_eq!(of_sender(&headers, peer, false), peer);
        assert_eq!(of_sender(&headers, peer, true), Some(ip("2001:db8::5")));
    }

    #[test]
    fn an_address_is_read_with_or_without_its_port() {
        for text in ["81.2.69.160", "81.2.69.160:5123"] {
            assert_eq!(read(text), Some(ip("81.2.69.160")));
        }
        assert_eq!(read("[2001:db8::5]"), Some(ip("2001:db8::5")));
        assert_eq!(read("unknown"), None);
    }
}
