//! The id by which a person who saw an error, an answer and the log's lines find each other.
//!
//! Always ours: an id that came with the request would let a client write into the log and collide on purpose.

use std::{convert::Infallible, fmt};

use axum::extract::FromRequestParts;
use http::{HeaderValue, request::Parts};

use crate::randomness::Randomness;

/// 26 characters of lower-case Crockford base32.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    pub fn new(randomness: &Randomness) -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let bits = u128::from_be_bytes(randomness.bytes());
        let digit = |place: u32| char::from(ALPHABET[((bits >> (5 * place)) & 31) as usize]);
        Self((0..26).rev().map(digit).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("base32 characters are allowed in a header")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

tokio::task_local! {
    pub(super) static CURRENT: RequestId;
}

/// For turning a Problem into an answer, where no request is at hand. `None` outside a request.
pub fn current_request_id() -> Option<RequestId> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Without the request line's middleware there is no id: the extractor then gives an empty one.
impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_else(|| Self(String::new())))
    }
}
