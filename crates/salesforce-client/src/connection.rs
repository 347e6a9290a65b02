//! One Org we are connected to: cheap to clone, shared by every task.

use std::{
    fmt,
    sync::{Arc, Mutex},
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
};

/// A connection to one Org. Clones share one session.
#[derive(Clone)]
pub struct OrgConnection {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) instance: Url,
    /// `/services/data/v67.0`
    pub(crate) data_path: String,
    pub(crate) namespace: Namespace,
    pub(crate) clock: Clock,
    pub(crate) applicant: Applicant,
    /// Held across the token request, which is what makes re-authentication single-flight.
    pub(crate) session: AsyncMutex<SessionSlot>,
    pub(crate) usage: Mutex<Option<Usage>>,
}

impl OrgConnection {
    /// Checks the settings; nothing is sent until the first call.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, SettingsError> {
        let instance = instance::parse(&settings.instance_url, settings.allow_loopback)?;
        let login = instance::parse(&settings.login_url, settings.allow_loopback)?;
        let namespace = Namespace::new(settings.namespace_prefix.as_deref())?;
        let mut client = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout)
            .redirect(redirect::Policy::none())
            .referer(false)
            .user_agent(concat!("casegate/", env!("CARGO_PKG_VERSION")));
        if instance::is_loopback(&instance) {
            client = client.no_proxy();
        } else {
            client = client.https_only(true);
        }
        let connection = Shared {
            http: client.build().map_err(SettingsError::Client)?,
            data_path: data_path(&settings.api_version)?,
            applicant: Applicant::new(settings.client_id, settings.grant, &instance, &login)?,
            instance,
            namespace,
            clock,
            session: AsyncMutex::new(SessionSlot::default()),
            usage: Mutex::new(None),
        };
        Ok(Self { shared: Arc::new(connection) })
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

fn data_path(api_version: &str) -> Result<String, SettingsError> {
    let digits = |text: &str| !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    match api_version.split_once('.') {
        Some((major, minor)) if digits(major) && digits(minor) => Ok(format!("/services/data/v{api_version}")),
        _ => Err(SettingsError::ApiVersion(api_version.to_owned())),
    }
}
