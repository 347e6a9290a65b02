//! Every collaborator, concrete, in one cloneable struct.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::Audit;
use crate::clock::Clock;
use crate::config::{Config, ScannerConfig};
use crate::free_space::FreeSpace;
use crate::mail::{Composer, MailTransport};
use crate::org::Orgs;
use crate::randomness::Randomness;
use crate::rates::{Pace, Rates};
use crate::scanners::Scanners;
use crate::sealing::Sealing;
use crate::secrets::Secrets;
use crate::staging::Staging;
use crate::store::Store;
use crate::vault::{Vault, open_objects};

#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub clock: Clock,
    pub randomness: Randomness,
    pub store: Store,
    pub vault: Vault,
    pub staging: Staging,
    pub sealing: Sealing,
    pub audit: Audit,
    pub scanners: Scanners,
    pub orgs: Orgs,
    pub secrets: Secrets,
    pub rates: Arc<Rates>,
    pub pace: Pace,
    pub free_space: Arc<FreeSpace>,
    pub composer: Arc<Composer>,
    pub mail: MailTransport,
    /// Work that outlives the request that began it; awaited at shutdown.
    pub tasks: TaskTracker,
    /// Cancelled when the connector is asked to stop.
    pub stop: CancellationToken,
    /// Rung when a job was enqueued here, so that it need not wait for the next look at the table.
    pub job_bell: Arc<Notify>,
}

/// Connections to the database: enough for every core to wait on a commit while others read.
const DATABASE_CONNECTIONS: u32 = 12;

impl App {
    /// Opens everything that has to be open before the first request; fails with a sentence for the operator.
    pub async fn open(
        config: Config,
        clock: Clock,
        randomness: Randomness,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let store = Store::open(config.database.url.reveal(), DATABASE_CONNECTIONS).await?;
        let at = open_objects(&config.objects.url, &config.objects.options())?;
        let vault = Vault::new(
            at,
            Arc::new(config.keys.keyring()),
            config.keys.recovery_recipients.clone(),
            randomness.clone(),
        );
        let node = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let audit = Audit::new(node, randomness.clone());
        let staging = Staging::new(store.clone(), vault.clone(), audit.clone(), randomness.clone());
        let scanners = ScannerConfig::open_all(&config.scanners);
        let sealing = Sealing {
            store: store.clone(),
            vault: vault.clone(),
            staging: staging.clone(),
            audit: audit.clone(),
            scanners: scanners.clone(),
            randomness: randomness.clone(),
        };
        Ok(Self {
            orgs: Orgs::open(&config.orgs, &clock)?,
            secrets: Secrets::new(config.keys.link_hash_key.clone(), randomness.clone()),
            rates: Arc::new(Rates::new(&config.limits)),
            pace: Pace::new(&config.limits),
            free_space: Arc::new(FreeSpace::new(&config.objects, &config.limits)),
            composer: Arc::new(Composer::new(&config.mail, &config.operator, &config.http.base_url)),
            mail: MailTransport::new(&config.mail),
            tasks: TaskTracker::new(),
            job_bell: Arc::new(Notify::new()),
            config: Arc::new(config),
            clock,
            randomness,
            store,
            vault,
            staging,
            sealing,
            audit,
            scanners,
            stop,
        })
    }

    /// A new random id for rows that nobody outside names.
    pub fn row_id(&self) -> String {
        hex::encode(self.randomness.bytes::<16>())
    }
}
