//! A web origin as browsers compare it: scheme, host and port, nothing else.

use std::fmt;

use url::{Host, Url};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// Accepts exactly what a browser sends in `Origin`, so that comparing strings is comparing origins.
    /// Plain http is for a machine talking to itself.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "it is no URL; write it like https://files.example.com")?;
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return Err("it must begin with https:// (http:// only for this machine itself)");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it must not contain a user name or a password");
        }
        let ascii = url.origin().ascii_serialization();
        if ascii == text {
            Ok(Self(ascii))
        } else {
            Err("write only scheme, lower-case host and, unless it is the default, port: \
                 no slash at the end, no path, no query")
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Without the port; IPv6 addresses without brackets.
    pub fn host(&self) -> String {
        let url = Url::parse(&self.0).expect("an origin was made from a URL");
        match url.host().expect("http and https URLs have a host") {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_loopback_name(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// RFC 6761: `localhost` and everything below it is this machine.
pub(crate) fn is_loopback_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_browser_would_send_is_an_origin() {
        for good in ["https://a.example", "https://a.example:8443", "http://127.0.0.1:8443", "http://[::1]:1"] {
            assert_eq!(Origin::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "https://a.example/",
            "https://a.example/path",
            "https://A.example",
            "https://a.example:443",
            "http://a.example",
            "http://127.0.0.1.example",
            "ftp://a.example",
            "null",
            "*",
            "",
            "https://user@a.example",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Origin::parse("http://[::1]:1").unwrap().host(), "::1");
    }
}
