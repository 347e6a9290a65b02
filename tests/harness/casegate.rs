//! One world: Orgs, a connector, their people, and the end where the referee looks.

use std::time::Duration;

use connector::randomness::Randomness;
use connector::store;
use serde_json::{Value, json};
use simulated_org::{Offence, SimulatedOrg};

use crate::agent::Agent;
use crate::answer::Answer;
use crate::clock::StoryClock;
use crate::configuration::{self, Places};
use crate::connector_in_process::Connector;
use crate::customer::Customer;
use crate::database::Database;
use crate::keys::{self, OwnKeys};
use crate::mailbox::Mailbox;
use crate::options::{Objects, Options};
use crate::s3::S3Server;
use crate::sample::Sample;
use crate::{logs, port, referee};

const ORG_IDS: [&str; 2] = ["00D5g00000AbCdE", "00D5g00000ZyXwV"];
/// How often due work is looked for before a story that does not settle fails.
const MOST_ROUNDS: usize = 400;

pub struct Casegate {
    pub orgs: Vec<SimulatedOrg>,
    pub connector: Connector,
    /// What everybody calls the connector: links, tickets, the audience of agent tokens.
    pub base_url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) clock: StoryClock,
    pub(crate) marker: String,
    pub(crate) folder: tempfile::TempDir,
    database: Option<Database>,
    configuration: String,
    others: Vec<Connector>,
    is_finished: bool,
}

impl Casegate {
    pub async fn start(options: Options) -> Self {
        Box::pin(Self::begin(options)).await
    }

    async fn begin(options: Options) -> Self {
        logs::capture();
        let folder = tempfile::tempdir().expect("a folder can be made");
        let clock = StoryClock::new();
        let marker = format!("planted-{}-marker", hex::encode(Randomness::system().bytes::<12>()));
        let port = port::free_port();
        let base_url = format!("http://127.0.0.1:{port}");
        let mut orgs = Vec::new();
        for index in 0..options.orgs {
            orgs.push(start_org(index, &options, &clock, &base_url, &marker).await);
        }
        let own = OwnKeys::make(folder.path());
        forbid_own_keys(&orgs, folder.path());
        let database = Database::create(options.engine, folder.path()).await;
        let objects = match options.objects {
            Objects::Disk => format!("url = \"file://{}\"", folder.path().join("objects").display()),
            Objects::S3 => S3Server::new_bucket().await,
        };
        let places =
            Places { folder: folder.path(), base_url: &base_url, database_url: &database.url, objects: &objects };
        let configuration = configuration::text(&options, &places, &own, &orgs);
        let connector = Connector::start(&configuration, folder.path(), port, &clock).await;
        for scanner in connector.app.scanners.all() {
            scanner.test_itself().await.expect("a scanner of the story answers when it begins");
        }
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_mins(2))
            .build()
            .expect("a client can be built");
        Self {
            orgs,
            connector,
            base_url,
            http,
            clock,
            marker,
            folder,
            database: Some(database),
            configuration,
            others: Vec::new(),
            is_finished: false,
        }
    }

    /// The usual world: one Org, SQLite, local disk.
    pub async fn usual() -> Self {
        Self::start(Options::default()).await
    }

    /// One more connector on the same database and bucket; gives its number for [`Self::other`].
    pub async fn start_other(&mut self) -> usize {
        let other = Connector::start(&self.configuration, self.folder.path(), port::free_port(), &self.clock).await;
        self.others.push(other);
        self.others.len() - 1
    }

    pub fn other(&self, number: usize) -> &Connector {
        &self.others[number]
    }

    /// A new connector on the same database and objects takes over; the old one ends in good order.
    pub async fn restart(&mut self) {
        let port = port::free_port();
        let next = Connector::start(&self.configuration, self.folder.path(), port, &self.clock).await;
        std::mem::replace(&mut self.connector, next).stop().await;
    }

    pub fn agent(&self, user: &str) -> Agent<'_> {
        self.agent_of(0, user)
    }

    pub fn agent_of(&self, org: usize, user: &str) -> Agent<'_> {
        Agent { world: self, org, user: user.to_owned(), connector_url: self.connector.url.clone() }
    }

    pub fn mailbox(&self) -> Mailbox<'_> {
        Mailbox(&self.orgs[0])
    }

    pub async fn customer_opens(&self, link: &str) -> Customer {
        match self.try_open(link).await {
            Ok(customer) => customer,
            Err(answer) => {
                panic!("the link does not open: {} {}", answer.status, String::from_utf8_lossy(&answer.body))
            }
        }
    }

    pub async fn try_open(&self, link: &str) -> Result<Customer, Answer> {
        if let Some((_, secret)) = link.split_once('#') {
            self.orgs.iter().for_each(|org| org.referee().forbid("the secret of a link", secret));
        }
        Customer::try_open(&self.http, &self.connector.url, link).await
    }

    /// A file of that many bytes with this world's marker in it.
    pub fn sample(&self, name: &str, size: usize) -> Sample {
        Sample::with_marker(name, size, &self.marker)
    }

    /// What every sample of this world carries and nothing else may hold.
    pub fn marker(&self) -> &str {
        &self.marker
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub fn org(&self) -> &SimulatedOrg {
        &self.orgs[0]
    }

    /// A seeded Case's record id, by nickname; ids pass through.
    pub fn case_in(&self, org: usize, case: &str) -> String {
        self.orgs[org].seeded("cases", case).unwrap_or_else(|| case.to_owned())
    }

    /// Somebody reassigns the Case: the user no longer sees it.
    pub async fn take_away(&self, case: &str, user: &str) {
        let url = format!("{}/__sim/cases/{}/take-away", self.org().admin_url(), self.case_in(0, case));
        Answer::of(self.http.post(url).json(&json!({ "user": user }))).await.expect(200);
    }

    /// Two Cases become one: the first is deleted in favour of the second.
    pub async fn merge_case(&self, lost: &str, into: &str) {
        let url = format!("{}/__sim/cases/{}/merge", self.org().admin_url(), self.case_in(0, lost));
        Answer::of(self.http.post(url).json(&json!({ "into": self.case_in(0, into) }))).await.expect(200);
    }

    pub async fn delete_case(&self, case: &str) {
        let url = format!("{}/__sim/cases/{}/delete", self.org().admin_url(), self.case_in(0, case));
        Answer::of(self.http.post(url).json(&json!({}))).await.expect(200);
    }

    /// Somebody takes the Case out of the recycle bin.
    pub async fn restore_case(&self, case: &str) {
        self.change_row("Case", &self.case_in(0, case), &json!({ "IsDeleted": false })).await;
    }

    /// Somebody inside the Org changes a row.
    pub async fn change_row(&self, object: &str, id: &str, fields: &Value) {
        let url = format!("{}/__sim/records/{object}/{id}", self.org().admin_url());
        Answer::of(self.http.post(url).json(fields)).await.expect(200);
    }

    /// A flow inserts a row; gives its id.
    pub async fn flow_inserts(&self, object: &str, fields: Value) -> String {
        let url = format!("{}/__sim/records/{object}", self.org().admin_url());
        let made =
            Answer::of(self.http.post(url).json(&json!({ "user": "admin", "fields": fields }))).await.expect(200);
        made.json()["id"].as_str().expect("a row has an id").to_owned()
    }

    /// Every fault ends.
    pub fn heal_salesforce(&self) {
        for org in &self.orgs {
            for report in org.faults().unused() {
                let sentence = format!("a fault was planted but never struck: {:?}", report.fault);
                org.referee().note(Offence::UnusedFault, sentence);
            }
            org.faults().clear();
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Does what is due now.
    pub async fn work(&self) -> usize {
        self.connector.work().await
    }

    /// Does everything, moving the clock to whatever is put off.
    pub async fn settle(&self) {
        for _ in 0..MOST_ROUNDS {
            self.work().await;
            let jobs = self.jobs().await;
            let Some(next) = jobs.iter().map(|job| job.run_at.max(job.leased_until)).min() else { return };
            self.clock.advance_to(next);
        }
        panic!("work remains: {:?}", self.jobs().await);
    }

    /// As [`Self::settle`], with so many workers at once: for answers that are waited for in real time.
    pub async fn settle_at_once(&self, workers: usize) {
        for _ in 0..MOST_ROUNDS {
            futures_util::future::join_all((0..workers).map(|_| Box::pin(self.work()))).await;
            let jobs = self.jobs().await;
            let Some(next) = jobs.iter().map(|job| job.run_at.max(job.leased_until)).min() else { return };
            self.clock.advance_to(next);
        }
        panic!("work remains: {:?}", self.jobs().await);
    }

    pub async fn jobs(&self) -> Vec<store::jobs::JobRow> {
        let mut reader = self.connector.app.store.read().await.expect("the database answers");
        store::jobs::list(&mut reader, 1_000).await.expect("jobs can be listed")
    }

    /// What was recorded about a Case, oldest first.
    pub async fn audit(&self, case: &str) -> Vec<store::audit_events::AuditEventRow> {
        let mut reader = self.connector.app.store.read().await.expect("the database answers");
        let (org, case) = (self.org().org_id(), self.case_in(0, case));
        store::audit_events::list_of_case(&mut reader, &org, &case, 10_000).await.expect("events can be listed")
    }

    pub fn records(&self, object: &str) -> Vec<Value> {
        self.org().records(object)
    }

    /// The end of every story.
    pub async fn finish(mut self) {
        self.is_finished = true;
        let findings = Box::pin(self.end()).await;
        assert!(findings.is_empty(), "the referee found:\n  {}", findings.join("\n  "));
    }
}

impl Casegate {
    async fn end(&mut self) -> Vec<String> {
        self.work().await;
        let findings = referee::look(self).await;
        for other in std::mem::take(&mut self.others) {
            other.stop().await;
        }
        if let Some(database) = self.database.take() {
            self.connector.app.store.close().await;
            database.remove().await;
        }
        findings
    }
}

impl Drop for Casegate {
    fn drop(&mut self) {
        assert!(
            self.is_finished || std::thread::panicking(),
            "every story ends with `finish`, where the referee looks for leftovers"
        );
    }
}

async fn start_org(index: usize, options: &Options, clock: &StoryClock, base_url: &str, marker: &str) -> SimulatedOrg {
    let keys = keys::of_org(index);
    let repository = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository");
    let org = SimulatedOrg::start(simulated_org::Options {
        metadata: Some(repository.to_owned()),
        connector_url: base_url.to_owned(),
        org_id: ORG_IDS[index].to_owned(),
        namespace: options.namespace.to_owned(),
        strict: true,
        clock: clock.orgs(),
        agent_key_and_certificate: Some((keys.agent.key.clone(), keys.agent.certificate.clone())),
        ..simulated_org::Options::default()
    })
    .await
    .expect("the simulated Org starts");
    org.register_client_certificate(&keys.client.certificate).expect("the Org takes our certificate");
    let referee = org.referee();
    referee.budget(options.api_budget);
    referee.forbid("bytes of a customer's file", marker);
    // Any line of a key gives it away.
    for line in keys.client.key.lines().chain(keys.agent.key.lines()).filter(|line| !line.starts_with("-----")) {
        referee.forbid("a private key", line);
    }
    org
}

/// Neither in clear nor in disguise may any of these reach Salesforce.
fn forbid_own_keys(orgs: &[SimulatedOrg], folder: &std::path::Path) {
    for org in orgs {
        for name in ["current.key", "link-hash.key"] {
            let secret = std::fs::read_to_string(folder.join(name)).expect("the keys were made");
            org.referee().forbid("a key of the connector", secret.trim());
        }
    }
}
