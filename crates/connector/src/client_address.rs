//! Who is at the other end: the socket's address, or what a trusted proxy says it is.
//!
//! Invariants: a forwarded header is read only when the peer is in `http.trusted_proxies`, only the one header that
//! those proxies set, and from the right: the first address that is not a trusted proxy is the client's. Whatever
//! stands further left was written by the client.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, request::Parts};
use ipnet::IpNet;

use crate::config::{ForwardedHeader, HttpConfig};

/// The client's address, as an extractor. Behind [`record_client_address`] it is always the right one; without it,
/// in a router that serves no socket, it is `0.0.0.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

#[derive(Clone)]
pub struct TrustedProxies {
    networks: Arc<[IpNet]>,
    header: ForwardedHeader,
}

impl TrustedProxies {
    pub fn new(config: &HttpConfig) -> Self {
        Self { networks: config.trusted_proxies.clone().into(), header: config.forwarded_header }
    }

    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        for hop in self.hops(headers).into_iter().rev() {
            // A hop without an address (`unknown`, garbage) hides everything before it: its proxy is all we know.
            let Some(address) = hop else { break };
            client = address.to_canonical();
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// In the order of the header, so the nearest hop is last. Several header lines are one list (RFC 9110, 5.3).
    fn hops(&self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match self.header {
            ForwardedHeader::XForwardedFor => ("x-forwarded-for", read_node),
            ForwardedHeader::Forwarded => ("forwarded", read_forwarded_element),
        };
        headers
            .get_all(name)
            .iter()
            .flat_map(|line| match line.to_str() {
                Ok(line) => line.split(',').map(|element| read(element.trim())).collect(),
                Err(_) => vec![None],
            })
            .collect()
    }
}

/// RFC 7239, section 4: `for="[2001:db8::1]:4711";proto=https`.
fn read_forwarded_element(element: &str) -> Option<IpAddr> {
    let node = element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value.trim())
    })?;
    read_node(node.strip_prefix('"').and_then(|node| node.strip_suffix('"')).unwrap_or(node))
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn read_node(node: &str) -> Option<IpAddr> {
    if let Ok(address) = node.parse::<IpAddr>() {
        return Some(address);
    }
    if let Ok(address) = node.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    node.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Middleware, outside everything that asks for [`ClientAddress`].
pub async fn record_client_address(
    State(proxies): State<TrustedProxies>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let address = proxies.client_address(peer.ip(), request.headers());
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(header: ForwardedHeader) -> TrustedProxies {
        let networks: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].iter().map(|net| net.parse().unwrap()).collect();
        TrustedProxies { networks: networks.into(), header }
    }

    fn seen(header: ForwardedHeader, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        behind(header).client_address(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn forwarded_headers_of_strangers_are_ignored() {
        let lines = [("x-forwarded-for", "198.51.100.9"), ("forwarded", "for=198.51.100.9")];
        assert_eq!(seen(ForwardedHeader::XForwardedFor, "203.0.113.5", &lines), "203.0.113.5");
        assert_eq!(seen(ForwardedHeader::Forwarded, "203.0.113.5", &lines), "203.0.113.5");
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_is_the_client() {
        let x = ForwardedHeader::XForwardedFor;
        for (value, client) in [
            ("198.51.100.9", "198.51.100.9"),
            ("1.1.1.1, 198.51.100.9", "198.51.100.9"),
            ("198.51.100.9, 10.2.3.4", "198.51.100.9"),
            ("1.1.1.1,198.51.100.9 , 10.2.3.4", "198.51.100.9"),
            ("10.9.9.9, 10.2.3.4", "10.9.9.9"),
            ("198.51.100.9:4711", "198.51.100.9"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("2001:db8::1, fd00::7", "2001:db8::1"),
            ("::ffff:198.51.100.9", "198.51.100.9"),
            ("198.51.100.9, garbage", "10.0.0.1"),
            ("198.51.100.9, garbage, 10.2.3.4", "10.2.3.4"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(seen(x, "10.0.0.1", &[("x-forwarded-for", value)]), client, "{value}");
        }
        assert_eq!(
            seen(x, "::ffff:10.0.0.1", &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.9")]),
            "198.51.100.9"
        );
    }

    #[test]
    fn only_the_configured_header_is_read() {
        let lines = [("x-forwarded-for", "1.1.1.1"), ("forwarded", "for=198.51.100.9;proto=https")];
        assert_eq!(seen(ForwardedHeader::XForwardedFor, "10.0.0.1", &lines), "1.1.1.1");
        assert_eq!(seen(ForwardedHeader::Forwarded, "10.0.0.1", &lines), "198.51.100.9");
    }

    #[test]
    fn forwarded_elements_are_read_as_rfc_7239_writes_them() {
        for (value, client) in [
            ("for=198.51.100.9", "198.51.100.9"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=1.1.1.1, proto=https;FOR=198.51.100.9;by=203.0.113.43", "198.51.100.9"),
            ("for=198.51.100.9, for=10.2.3.4", "198.51.100.9"),
            ("for=198.51.100.9, for=unknown", "10.0.0.1"),
            ("for=198.51.100.9, for=_hidden", "10.0.0.1"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(seen(ForwardedHeader::Forwarded, "10.0.0.1", &[("forwarded", value)]), client, "{value}");
        }
    }
}
