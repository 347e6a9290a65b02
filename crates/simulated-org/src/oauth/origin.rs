//! The scheme and authority that a call came in on, and from where: what an Org's answers call their own address.
//!
//! A client that came over https, or by another name of this machine, must not be sent elsewhere by `instance_url`.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::org::Org;
use crate::server::Arrival;

pub struct Origin {
    /// `https://localhost:8443`, without a slash at the end.
    pub url: String,
    pub host: String,
    pub peer: Option<IpAddr>,
}

impl Origin {
    /// The identity URL of a user.
    pub fn identity(&self, org: &Org, user: impl std::fmt::Display) -> String {
        format!("{}/id/{}/{user}", self.url, org.id)
    }
}

impl FromRequestParts<Arc<Org>> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, org: &Arc<Org>) -> Result<Self, Infallible> {
        let arrival = parts.extensions.get::<Arrival>().copied();
        let peer = arrival.map(|arrival| arrival.peer.ip());
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        Ok(match host {
            Some(host) => {
                let scheme = if arrival.is_some_and(|arrival| arrival.secure) { "https" } else { "http" };
                Self { url: format!("{scheme}://{host}"), host: host.to_owned(), peer }
            }
            None => Self { url: org.url.clone(), host: String::new(), peer },
        })
    }
}
