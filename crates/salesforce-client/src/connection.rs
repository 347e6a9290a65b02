//! One Org we are connected to: cheap to clone, shared by every task.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::redirect;
use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use crate::{
    instance,
    limits::Usage,
    namespace::Namespace,
    settings::{Clock, Settings, SettingsError},
    token::{Applicant, SessionSlot},
    turn::{Priority, Turns},
};

/// A connection to one Org. Clones share one session and one circuit breaker.
#[derive(Clone)]
pub struct OrgConnection {
    pub(crate) shared: Arc<Shared>,
    pub(crate) priority: Priority,
}

pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) instance: Url,
    /// `/services/data/v67.0`
    pub(crate) data_path: String,
    pub(crate) api_major: u32,
    pub(crate) namespace: Namespace,
    pub(crate) clock: Clock,
    pub(crate) applicant: Applicant,
    /// Held across the token request, which is what makes re-authentication single-flight.
    pub(crate) session: AsyncMutex<SessionSlot>,
    pub(crate) usage: Mutex<Option<Usage>>,
    pub(crate) turns: Turns,
    /// As `http`, but a call may last as long as its bytes keep moving.
    pub(crate) transfers: reqwest::Client,
    /// The longest silence of a call.
    pub(crate) timeout: Duration,
    pub(crate) allow_loopback: bool,
}

impl OrgConnection {
    /// Checks the settings; nothing is sent until the first call.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, SettingsError> {
        let instance = instance::parse(&settings.instance_url, settings.allow_loopback)?;
        let login = instance::parse(&settings.login_url, settings.allow_loopback)?;
        let namespace = Namespace::new(settings.namespace_prefix.as_deref())?;
        let client = || http_client(&instance, settings.timeout);
        let connection = Shared {
            http: client().timeout(settings.timeout).build().map_err(SettingsError::Client)?,
            transfers: client().build().map_err(SettingsError::Client)?,
            timeout: settings.timeout,
            allow_loopback: settings.allow_loopback,
            turns: Turns::default(),
            data_path: format!("/services/data/v{}", settings.api_version),
            api_major: major_version(&settings.api_version)?,
            applicant: Applicant::new(settings.client_id, settings.grant, &instance, &login)?,
            instance,
            namespace,
            clock,
            session: AsyncMutex::new(SessionSlot::default()),
            usage: Mutex::new(None),
        };
        Ok(Self { shared: Arc::new(connection), priority: Priority::People })
    }

    /// The same connection for work that nobody waits for: it stays away from an Org in trouble and slows down once 80 %
    /// of the day's calls are used. Its calls then fail with [`crate::Obstacle::HeldBack`], and say for how long.
    #[must_use]
    pub fn background(&self) -> Self {
        Self { priority: Priority::Background, ..self.clone() }
    }

    /// API calls of the last 24 hours, as the latest answer stated them; `None` before the first one.
    pub fn usage(&self) -> Option<Usage> {
        *self.shared.usage.lock().expect("nothing panics while holding the usage lock")
    }
}

impl fmt::Debug for OrgConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrgConnection").field("instance", &self.shared.instance.as_str()).finish_non_exhaustive()
    }
}

/// Never through redirects, never in clear but to this machine.
pub(crate) fn http_client(host: &Url, timeout: Duration) -> reqwest::ClientBuilder {
    let client = reqwest::Client::builder()
        .connect_timeout(timeout)
        .redirect(redirect::Policy::none())
        .referer(false)
        .user_agent(concat!("casegate/", env!("CARGO_PKG_VERSION")));
    if instance::is_loopback(host) { client.no_proxy() } else { client.https_only(true) }
}

fn major_version(api_version: &str) -> Result<u32, SettingsError> {
    let digits = |text: &str| !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let major = api_version.split_once('.').filter(|(major, minor)| digits(major) && digits(minor));
    let major = major.and_then(|(major, _)| major.parse().ok());
    major.ok_or_else(|| SettingsError::ApiVersion(api_version.to_owned()))
}
