//! Connections to a stand-in, and the clock that tests move.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use salesforce_client::{Clock, Grant, OrgConnection, Settings};

use crate::stand_in::StandIn;

/// 2026-11-21T16:18:12Z.
pub const START: i64 = 1_795_277_892_000;

/// One key for the whole run: making one takes a while.
pub static PRIVATE_KEY: LazyLock<String> =
    LazyLock::new(|| rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap().serialize_pem());

#[derive(Clone)]
pub struct MovableClock(Arc<AtomicI64>);

impl MovableClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    pub fn advance_millis(&self, by: i64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    pub fn reader(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Arc::new(move || now.load(Ordering::SeqCst))
    }
}

pub fn settings(url: &str) -> Settings {
    Settings {
        instance_url: url.to_owned(),
        login_url: url.to_owned(),
        client_id: "consumer-key".to_owned(),
        grant: Grant::JwtBearer {
            username: "integration@example.test".to_owned(),
            audience: "https://login.salesforce.com".to_owned(),
            private_key_pem: PRIVATE_KEY.clone().into(),
        },
        api_version: "67.0".to_owned(),
        namespace_prefix: None,
        timeout: Duration::from_secs(5),
        allow_loopback: true,
    }
}

pub fn connect(org: &StandIn) -> OrgConnection {
    OrgConnection::new(settings(&org.url), MovableClock::new().reader()).unwrap()
}
