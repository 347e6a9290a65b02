//! The stage: the Org, the connector, and the network between them and the people.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::json;
use tokio::{net::TcpListener, sync::Mutex, task::JoinSet, time};

use super::{
    admin::Org,
    configuration::{self, Places},
    keys::Keys,
    process::Process,
    relay::{Relay, Uplink},
};
use xtask::{port::free_port, workspace};

pub struct Stage {
    pub data: PathBuf,
    pub org: Org,
    /// The connector's public address.
    pub base_url: String,
    pub relay: Relay,
    /// Reserved for the page that shows it all.
    pub page: Mutex<Option<TcpListener>>,
    /// Locked while it is down on purpose.
    pub connector: Mutex<Process>,
    connector_address: SocketAddr,
    simulated_org: Mutex<Process>,
    /// Our own servers; they end with the stage.
    pub tasks: Mutex<JoinSet<()>>,
}

impl Stage {
    pub async fn set(data: &Path, page_port: u16, uplink: Uplink) -> Result<Arc<Self>> {
        let logs = data.join("logs");
        let page =
            listen(page_port).await.with_context(|| format!("port {page_port} is taken; name another --port"))?;
        let network = listen(0).await?;
        let base_url = format!("http://{}", network.local_addr()?);

        let mut simulated_org =
            Process::new("simulated-org", workspace::program("simulated-org"), org_arguments(&base_url), &logs);
        let org = Org::meet(&simulated_org.start_and_read_line().await?).await?;
        let keys = Keys::make(&data.join("keys"))?;
        org.register_client_certificate(&keys.client_certificate_pem).await?;

        let connector_address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let places = Places {
            connector: connector_address,
            base_url: &base_url,
            demo_page: &format!("http://{}", page.local_addr()?),
            metrics: SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)),
        };
        let config = data.join("casegate.toml");
        configuration::write(&config, data, &keys, &org, &places)?;

        let mut tasks = JoinSet::new();
        let relay = Relay::start(network, connector_address, uplink, &mut tasks)?;
        let arguments = vec!["serve".to_owned(), "--config".to_owned(), config.display().to_string()];
        let connector = Process::new("casegate", workspace::program("casegate"), arguments, &logs);
        let stage = Arc::new(Self {
            data: data.to_owned(),
            org,
            base_url,
            relay,
            page: Mutex::new(Some(page)),
            connector: Mutex::new(connector),
            connector_address,
            simulated_org: Mutex::new(simulated_org),
            tasks: Mutex::new(tasks),
        });
        stage.start(&mut *stage.connector.lock().await).await?;
        Ok(stage)
    }

    /// SIGKILL, and back after `pause`.
    pub async fn kill_connector(&self, pause: Duration) -> Result<()> {
        let mut connector = self.connector.lock().await;
        connector.kill().await;
        time::sleep(pause).await;
        self.start(&mut connector).await
    }

    async fn start(&self, connector: &mut Process) -> Result<()> {
        connector.start()?;
        let ready = format!("http://{}/readyz", self.connector_address);
        for _ in 0..600 {
            if self.org.http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if !connector.is_running() {
                break;
            }
            time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the connector did not become ready; see {}", self.data.join("logs/casegate.log").display())
    }

    /// Tells a waiting parent where everything is; complete from the first moment it can be seen.
    pub fn announce(&self, page_url: &str) -> Result<()> {
        let urls = json!({
            "case_url": self.org.case_page(),
            "mailbox_url": format!("{}/mailbox", self.org.admin_url),
            "admin_url": self.org.admin_url,
            "connector_url": self.base_url,
            "demo_url": page_url,
            "case_id": self.org.case_id,
            "data": self.data,
        });
        let unfinished = self.data.join("stage.json.part");
        fs::write(&unfinished, urls.to_string())?;
        Ok(fs::rename(unfinished, self.data.join("stage.json"))?)
    }

    pub async fn strike(&self) {
        // The tasks first: one of them may be about to start the connector again.
        self.tasks.lock().await.shutdown().await;
        self.connector.lock().await.end().await;
        self.simulated_org.lock().await.end().await;
    }
}

fn org_arguments(base_url: &str) -> Vec<String> {
    let root = workspace::root();
    let mut arguments: Vec<String> = vec!["--metadata".into(), root.display().to_string()];
    for listen in ["--listen", "--admin-listen", "--smtp-listen"] {
        arguments.extend([listen.into(), "127.0.0.1:0".into()]);
    }
    let assets = root.join("tests/org/dist");
    if assets.is_dir() {
        arguments.extend(["--assets".into(), assets.display().to_string()]);
    }
    arguments.extend(["--connector-url".into(), base_url.into(), "--print-ready".into()]);
    arguments
}

async fn listen(port: u16) -> Result<TcpListener> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?)
}
