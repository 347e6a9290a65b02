//! Starts one Org: ports, schema, people, seed; and stops it.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::agent_token::{AgentSigner, TokenOverrides, TokenSubject};
use crate::clock::OrgClock;
use crate::faults::Faults;
use crate::mail_sink::{self, Mail};
use crate::oauth::app::App;
use crate::options::Options;
use crate::org::{Https, Org, Parts};
use crate::record_id::RecordId;
use crate::referee::{Referee, verdict};
use crate::request_log::LoggedRequest;
use crate::rest::http::split_target;
use crate::rest::{self, Call, Method, NEWEST};
use crate::rights::{Rights, write_rows};
use crate::rows::load_rows::load_rows;
use crate::schema::labels::Labels;
use crate::schema::{Schema, load_metadata};
use crate::seed::apps::{CASEGATE, CLIENT_ID, CLIENT_SECRET};
use crate::seed::{self, Seeded, people};
use crate::server::throw_away_ca::ThrowAwayCa;
use crate::streaming::event_faults::EventFault;
use crate::{routes, sandbox, server};

/// A running Org. Dropping it stops it too, without waiting.
pub struct SimulatedOrg {
    org: Arc<Org>,
    admin_url: String,
    smtp_address: String,
    integration_username: String,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl SimulatedOrg {
    pub async fn start(options: Options) -> Result<Self> {
        Self::start_with(options, |org| {
            let mut seeded = org.work(people::user_id(people::ADMIN), seed::plant)?;
            if org.options.sandbox {
                org.work(people::user_id(people::ADMIN), |work| sandbox::rename_people(work, &mut seeded))?;
            }
            Ok(seeded)
        })
        .await
    }

    /// A full sandbox: another Org with a copy of everything that `production` holds now, under the same record ids.
    pub async fn start_copy(options: Options, production: &Self) -> Result<Self> {
        Self::start_copy_of(options, &production.org).await
    }

    /// The same for who holds the Org itself.
    pub async fn start_copy_of(options: Options, production: &Org) -> Result<Self> {
        let options = Options { sandbox: true, ..options };
        Self::start_with(options, |org| sandbox::copy(production, org)).await
    }

    async fn start_with(options: Options, fill: impl FnOnce(&Org) -> Result<Seeded>) -> Result<Self> {
        let listener = TcpListener::bind(options.listen).await.context("the Org's port")?;
        let secured = match options.https_listen {
            Some(address) => {
                let listener = TcpListener::bind(address).await.context("the Org's https port")?;
                Some((listener, ThrowAwayCa::make(&options.instance_prefix)?))
            }
            None => None,
        };
        let admin_listener = TcpListener::bind(options.admin_listen).await.context("the admin port")?;
        let smtp_listener = TcpListener::bind(options.smtp_listen).await.context("the mail port")?;
        let url = format!("http://{}", listener.local_addr()?);
        let admin_url = format!("http://{}", admin_listener.local_addr()?);
        let smtp_address = smtp_listener.local_addr()?.to_string();

        let https = match &secured {
            Some((listener, ca)) => Some(Https {
                url: format!("https://{}", listener.local_addr()?),
                ca_certificate_pem: ca.certificate_pem.clone(),
            }),
            None => None,
        };
        let org = Arc::new(found(options, url, https)?);
        let seeded = fill(&org)?;
        let integration = &seeded["users"]["integration"]["username"];
        let integration_username = integration.as_str().unwrap_or(people::INTEGRATION_USERNAME).to_owned();
        org.remember_seed(seeded);

        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let main = routes::org_routes(&org);
        let admin = routes::admin_routes(&org);
        if let Some((listener, ca)) = secured {
            let main = main.clone();
            tasks.spawn(server::serve(listener, Some(ca.acceptor), main, tasks.clone(), stop.clone()));
        }
        tasks.spawn(server::serve(listener, None, main, tasks.clone(), stop.clone()));
        tasks.spawn(server::serve(admin_listener, None, admin, tasks.clone(), stop.clone()));
        tasks.spawn(mail_sink::session::serve(smtp_listener, org.clone(), tasks.clone(), stop.clone()));
        Ok(Self { org, admin_url, smtp_address, integration_username, tasks, stop })
    }

    /// Ends every connection and waits until nothing runs any more, in its sandboxes too.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        let sandboxes = std::mem::take(&mut *self.org.sandboxes());
        for sandbox in sandboxes {
            Box::pin(sandbox.stop()).await;
        }
    }

    /// Where it listens, as the program prints it when it is ready.
    pub fn addresses(&self) -> Value {
        let mut told = json!({ "url": self.url(), "admin_url": self.admin_url, "smtp": self.smtp_address });
        if let Some(https) = &self.org.https {
            told["https_url"] = json!(https.url);
            told["ca_certificate_pem"] = json!(https.ca_certificate_pem);
        }
        told
    }

    pub fn url(&self) -> &str {
        &self.org.url
    }

    /// The same origin over TLS, when `https_listen` asked for it.
    pub fn https_url(&self) -> Option<&str> {
        self.org.https.as_ref().map(|https| https.url.as_str())
    }

    /// PEM of the CA that certified the https port.
    pub fn ca_certificate_pem(&self) -> Option<&str> {
        self.org.https.as_ref().map(|https| https.ca_certificate_pem.as_str())
    }

    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    pub fn smtp_address(&self) -> &str {
        &self.smtp_address
    }

    pub fn org_id(&self) -> String {
        self.org.id.to_string()
    }

    pub fn client_id(&self) -> &'static str {
        CLIENT_ID
    }

    pub fn client_secret(&self) -> &'static str {
        CLIENT_SECRET
    }

    pub fn integration_username(&self) -> &str {
        &self.integration_username
    }

    /// The certificate whose key signs this Org's agent tokens.
    pub fn agent_certificate_pem(&self) -> &str {
        &self.org.signer.certificate_pem
    }

    /// Its key: written to a file, it lets a later Org sign alike.
    pub fn agent_key_pem(&self) -> String {
        self.org.signer.key_pem()
    }

    /// Lets the holder of that certificate's key log in by JWT bearer.
    pub fn register_client_certificate(&self, pem: &str) -> Result<()> {
        self.alter_app(CASEGATE, |app| app.register(pem))?.context("this certificate holds no RSA key")
    }

    /// A registered External Client App by its nickname, see `seed::apps`.
    pub fn app(&self, nickname: &str) -> Option<App> {
        self.org.apps.named(nickname)
    }

    /// Changes an app's registration, as an admin would in Setup.
    pub fn alter_app<T>(&self, nickname: &str, change: impl FnOnce(&mut App) -> T) -> Result<T> {
        self.org.apps.alter(nickname, change).with_context(|| format!("no app {nickname}"))
    }

    /// Lets a user, by id, nickname or username, use an app that wants an admin's approval.
    pub fn pre_authorise(&self, nickname: &str, user: &str) -> Result<()> {
        let user = user_named(self.org.seeded(), user).with_context(|| format!("no user {user}"))?;
        self.alter_app(nickname, |app| app.pre_authorise(user))
    }

    /// Changes what permission sets give and who has which, as an admin would in Setup. Users by id, nickname or
    /// username, see [`Self::user`].
    pub fn alter_rights(&self, change: impl FnOnce(&mut Rights)) {
        self.org.work(people::user_id(people::ADMIN), |work| {
            self.org.rights.replace(self.org.rights.altered(change));
            write_rows(work);
        });
    }

    /// A user by id, nickname or username.
    pub fn user(&self, user: &str) -> Option<RecordId> {
        user_named(self.org.seeded(), user)
    }

    /// A seeded record's id: `seeded("users", "anna")`, `seeded("cases", "gateway_reboots")`.
    pub fn seeded(&self, kind: &str, nickname: &str) -> Option<String> {
        self.org.seeded().get(kind)?.get(nickname)?["id"].as_str().map(str::to_owned)
    }

    /// An agent token, correct unless the overrides say otherwise. `user` is an id or a nickname.
    pub fn mint_agent_token(&self, user: &str, case: Option<&str>, overrides: &TokenOverrides) -> Result<String> {
        mint(&self.org, user, case, overrides)
    }

    /// Every row of an object, deleted ones too, as the API would show them to an administrator.
    pub fn records(&self, object: &str) -> Vec<Value> {
        records(&self.org, object)
    }

    /// Plants a rule on the next platform events.
    pub fn break_events(&self, fault: EventFault) {
        self.org.streaming.state().faults.add(fault);
    }

    /// Every event rule with how often it struck.
    pub fn event_faults(&self) -> Vec<(EventFault, u64)> {
        self.org.streaming.state().faults.list().to_vec()
    }

    /// How many long polls for events have begun, over all clients.
    pub fn event_polls(&self) -> u64 {
        self.org.streaming.state().clients.values().map(|client| client.polls).sum()
    }

    /// Fills the Org with `count` rows made by `user`, an id or a nickname: `{n}` in a text becomes the row's number,
    /// a list gives its values in turn. Returns the first row's id.
    pub fn load(&self, user: &str, object: &str, count: u64, fields: &Map<String, Value>) -> Result<String> {
        let user = user_named(self.org.seeded(), user).with_context(|| format!("no user {user}"))?;
        let loaded = self.org.work(user, |work| {
            let object = work.object(object)?;
            load_rows(work, object, count, fields)
        });
        match loaded {
            Ok(first) => Ok(first.to_string()),
            Err(refused) => bail!("{}: {}", refused.code, refused.message),
        }
    }

    /// One REST call without HTTP, as `user`: `call("anna", "GET", "query?q=…", None)`. Returns status and body.
    pub fn call(&self, user: &str, method: &str, target: &str, body: Option<Value>) -> Result<(u16, Value)> {
        let user = user_named(self.org.seeded(), user).with_context(|| format!("no user {user}"))?;
        let method = Method::named(method).with_context(|| format!("no method {method}"))?;
        let target = format!("/services/data/v{NEWEST}.0/{target}");
        let (version, path, query) = split_target(&target).context("no such path")?;
        let call = Call { method, version, path, query, batch_size: None, if_modified_since: None, body };
        Ok(match self.org.work(user, |work| rest::answer(work, &call)) {
            Ok(answer) => (answer.status, answer.body.map_or(Value::Null, |body| body.to_value())),
            Err(refused) => (refused.status, refused.body()),
        })
    }

    /// How many rows all queries so far have looked at, matching or not.
    pub fn rows_looked_at(&self) -> u64 {
        self.org.world().rows_looked_at.load(Relaxed)
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.org.mails.all()
    }

    pub fn faults(&self) -> &Faults {
        &self.org.faults
    }

    /// Who is told what must not be sent, how many calls are enough, and what is provoked on purpose.
    pub fn referee(&self) -> &Referee {
        &self.org.referee
    }

    /// What is wrong by now, a sentence each. When the options say `strict`, dropping the Org asks too.
    pub fn verdict(&self) -> Vec<String> {
        verdict(&self.org)
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.org.requests.all()
    }

    /// Ends every session; says how many there were.
    pub fn expire_sessions(&self) -> usize {
        self.org.world().sessions.expire(None)
    }

    pub fn advance_clock(&self, by_ms: i64) {
        self.org.clock.advance(by_ms);
    }
}

impl Drop for SimulatedOrg {
    fn drop(&mut self) {
        self.stop.cancel();
        if self.org.options.strict && !std::thread::panicking() {
            let findings = self.verdict();
            assert!(findings.is_empty(), "the Org's referee found:\n  {}", findings.join("\n  "));
        }
    }
}

fn found(options: Options, url: String, https: Option<Https>) -> Result<Org> {
    let id = RecordId::parse(&options.org_id).filter(|id| id.prefix() == "00D").context("--org-id is no 00D id")?;
    let mut schema = Schema::new(&options.namespace);
    let metadata = options.metadata.as_deref().filter(|_| !options.fresh);
    if let Some(metadata) = metadata {
        load_metadata::load(&mut schema, metadata)?;
    }
    let rights = people::rights(&schema, metadata, options.fresh)?;
    let clock = OrgClock::new(options.clock.clone());
    let signer = match &options.agent_key_and_certificate {
        Some((key, certificate)) => AgentSigner::from_pem(key, certificate)?,
        None => AgentSigner::generate(&options.instance_prefix, clock.now())?,
    };
    let labels = metadata.map(Labels::load).transpose()?.unwrap_or_default();
    Ok(Org::new(Parts { options, id, url, https, schema, clock, signer, labels, rights }))
}

/// A user by record id or by seeded nickname.
pub fn user_named(seeded: &Seeded, user: &str) -> Option<RecordId> {
    let known = seeded.get("users")?;
    let by_name = known.get(user).or_else(|| known.values().find(|about| about["username"] == user));
    by_name.and_then(|about| about["id"].as_str()).map_or_else(|| RecordId::parse(user), RecordId::parse)
}

pub fn mint(org: &Org, user: &str, case: Option<&str>, overrides: &TokenOverrides) -> Result<String> {
    let user = user_named(org.seeded(), user).with_context(|| format!("no user {user}"))?;
    let case = case.map(|case| RecordId::parse(case).with_context(|| format!("{case} is no record id"))).transpose()?;
    let permissions = org.grants(user).custom_permissions.iter().cloned().collect();
    let audience = &org.options.connector_url;
    org.signer.mint(&TokenSubject { org: org.id, user, case, audience, permissions }, org.clock.now(), overrides)
}

pub fn records(org: &Org, object: &str) -> Vec<Value> {
    let Some(object) = org.schema.object(object) else { return Vec::new() };
    let world = org.world();
    let rows = world.rows.all(&object.name).map(|row| {
        let cells = object.fields.iter().map(|field| (field.name.clone(), row.cell(&field.name).to_json(&field.kind)));
        cells.collect()
    });
    rows.collect()
}
