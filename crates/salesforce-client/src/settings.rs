//! What must be known to speak to one Org, checked before the first byte leaves.

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use thiserror::Error;
use zeroize::Zeroizing;

/// Reads the time: epoch milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// One Org, and who we are in it.
#[derive(Clone)]
pub struct Settings {
    /// The Org's My Domain, for example `https://example.my.salesforce.com`.
    pub instance_url: String,
    /// Where a JWT bearer assertion is exchanged: the My Domain again, or the login host of production or sandboxes.
    pub login_url: String,
    /// Consumer key of the External Client App.
    pub client_id: String,
    /// How we prove who we are.
    pub grant: Grant,
    /// REST API version, for example `67.0`.
    pub api_version: String,
    /// Namespace of the installed package; `None` when its metadata was deployed without one.
    pub namespace_prefix: Option<String>,
    /// For one call, from connecting to the last byte of the answer.
    pub timeout: Duration,
    /// Accepts plain HTTP on a loopback address: a simulated Org in development and tests, nothing else.
    pub allow_loopback: bool,
}

/// The OAuth 2.0 grant. Deliberately without `Debug`: each carries a secret.
#[derive(Clone)]
pub enum Grant {
    /// RFC 7523: an assertion signed with the key whose certificate the External Client App holds.
    JwtBearer {
        /// User name of the integration user.
        username: String,
        /// `https://login.salesforce.com`, `https://test.salesforce.com` or the site URL.
        audience: String,
        /// RSA private key, PKCS #8 or PKCS #1 PEM.
        private_key_pem: Zeroizing<String>,
    },
    /// RFC 6749 section 4.4; the External Client App names the user we run as.
    ClientCredentials {
        /// Consumer secret.
        secret: Zeroizing<String>,
    },
    /// RFC 6749 section 6, with a token that a person's login gave ([`crate::WebLogin`]) and that each use replaces.
    RefreshToken {
        /// Consumer secret, where the app demands one.
        secret: Option<Zeroizing<String>>,
        /// Where the token lives.
        home: RefreshTokenHome,
    },
}

/// Where a refresh token lives. Two uses of one token end all that came of it, so it has one user at a time, in this
/// process and in all others, and its successor is stored before anything else happens.
#[derive(Clone)]
pub struct RefreshTokenHome {
    /// Locks the token against everybody else and hands it out.
    pub take: Arc<dyn Fn() -> BoxFuture<'static, Result<TakenRefreshToken, RefreshTokenHomeError>> + Send + Sync>,
}

/// A refresh token whose lock we hold. Dropping it lets go without a change.
pub struct TakenRefreshToken {
    /// The token.
    pub token: Zeroizing<String>,
    /// Replaces it and lets go. Durable when it returns.
    pub keep: KeepRefreshToken,
}

/// Replaces a taken refresh token.
pub type KeepRefreshToken =
    Box<dyn FnOnce(Zeroizing<String>) -> BoxFuture<'static, Result<(), RefreshTokenHomeError>> + Send>;

/// The home cannot be reached now; the sentence is for the log.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct RefreshTokenHomeError(pub String);

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("instance_url", &self.instance_url)
            .field("login_url", &self.login_url)
            .field("api_version", &self.api_version)
            .field("namespace_prefix", &self.namespace_prefix)
            .field("timeout", &self.timeout)
            .field("allow_loopback", &self.allow_loopback)
            .finish_non_exhaustive()
    }
}

/// These settings cannot be used; each sentence is for the operator.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The address could leak a token to a stranger.
    #[error("`{url}` is not the https address of a Salesforce host: {why}")]
    UnsafeUrl {
        /// As configured.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The private key cannot sign RS256.
    #[error("the private key is not an RSA key in PEM form")]
    UnusableKey(#[source] jsonwebtoken::errors::Error),
    /// Not a Salesforce namespace.
    #[error("`{0}` is not a namespace prefix: 1 to 15 letters, digits or single underscores, beginning with a letter")]
    NamespacePrefix(String),
    /// Not an API version.
    #[error("`{0}` is not an API version such as 67.0")]
    ApiVersion(String),
    /// Where people come back to after logging in.
    #[error("`{0}` is not an address that a login can return to")]
    RedirectUri(String),
    /// The TLS stack could not be set up.
    #[error("the HTTPS client could not be set up")]
    Client(#[source] reqwest::Error),
}
