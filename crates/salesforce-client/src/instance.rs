//! Which hosts may receive a token.
//!
//! Invariants: https on a Salesforce domain, default port, nothing but the origin; loopback only when the settings say so.

use url::{Host, Url};

use crate::settings::SettingsError;

/// Domains that only Salesforce can give host names under; suffixes match after a dot.
const DOMAINS: [&str; 5] = ["salesforce.com", "force.com", "cloudforce.com", "sfcrmproducts.cn", "crmforce.mil"];

/// Reads an address and keeps its origin: it must be nothing more.
pub(crate) fn parse(text: &str, allow_loopback: bool) -> Result<Url, SettingsError> {
    let url = endpoint(text, allow_loopback)?;
    if url.path() != "/" {
        return Err(SettingsError::UnsafeUrl { url: text.to_owned(), why: "it has a path" });
    }
    Ok(url)
}

/// Reads an address that somebody else gave us, for example a discovery document. It may have a path.
pub(crate) fn endpoint(text: &str, allow_loopback: bool) -> Result<Url, SettingsError> {
    let refuse = |why| SettingsError::UnsafeUrl { url: text.to_owned(), why };
    let url = Url::parse(text).map_err(|_| refuse("it is not a URL"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("it carries a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("it has a query or fragment"));
    }
    if is_loopback(&url) {
        return if allow_loopback { Ok(url) } else { Err(refuse("it is this machine")) };
    }
    if url.scheme() != "https" {
        return Err(refuse("it is not https"));
    }
    if url.port().is_some() {
        return Err(refuse("it names a port"));
    }
    let Some(Host::Domain(host)) = url.host() else { return Err(refuse("it is an address, not a name")) };
    let host = host.to_ascii_lowercase();
    let ours = DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(|label| label.ends_with('.')));
    if ours { Ok(url) } else { Err(refuse("the host is not under a Salesforce domain")) }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_on_salesforce_domains_is_accepted() {
        for good in [
            "https://example.my.salesforce.com",
            "https://example--full.sandbox.my.salesforce.com/",
            "https://login.salesforce.com",
            "https://Example.My.Salesforce.COM",
            "https://example.my.salesforce.com:443",
        ] {
            assert!(parse(good, false).is_ok(), "{good}");
        }
        for bad in [
            "http://example.my.salesforce.com",
            "https://salesforce.com.evil.example",
            "https://evilsalesforce.com",
            "https://salesforce.com",
            "https://example.my.salesforce.com:8443",
            "https://user@example.my.salesforce.com",
            "https://example.my.salesforce.com/path",
            "https://example.my.salesforce.com?x=1",
            "https://169.254.169.254",
            "https://[::1]",
            "http://127.0.0.1:9",
            "https://localhost",
            "ftp://example.my.salesforce.com",
            "example.my.salesforce.com",
            "",
        ] {
            assert!(parse(bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_endpoint_may_have_a_path_and_nothing_more() {
        assert!(endpoint("https://example.my.salesforce.com/services/oauth2/token", false).is_ok());
        for bad in [
            "https://evil.example/services/oauth2/token",
            "http://example.my.salesforce.com/services/oauth2/token",
            "https://example.my.salesforce.com/services/oauth2/token?next=x",
            "http://127.0.0.1/services/oauth2/token",
        ] {
            assert!(endpoint(bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn loopback_is_accepted_only_when_the_settings_allow_it() {
        for url in ["http://127.0.0.1:4000", "http://localhost:1", "http://[::1]:80"] {
            assert!(parse(url, true).is_ok(), "{url}");
        }
        assert!(parse("http://127.0.0.1.evil.example", true).is_err());
        assert!(parse("http://10.0.0.1", true).is_err());
    }
}
