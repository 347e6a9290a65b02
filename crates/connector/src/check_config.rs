//! `casegate check-config`: tries every dependency and says in a sentence what is wrong and what to do.
//!
//! Opening the database, the object store and an Org is `serve`'s business too, so those steps are handed in; what is
//! tried with them is decided here.
//!
//! Invariants: nothing is changed that is not undone: one probe object, no mail, no record (an SQLite file that is
//! missing is created empty, as the first start would). No line shows a secret.

use std::{fmt, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use bytes::Bytes;
use envelope::FileIdentity;
use object_store::{ObjectStore, ObjectStoreExt, path::Path as ObjectPath};
use salesforce_client::{OrgConnection, OrgError};
use secure_files::Timestamp;

use crate::{
    config::{Config, DatabaseConfig, KeysConfig, ObjectsConfig, OrgConfig, ScannerConfig},
    free_space::FreeSpace,
    mail::{MailFailure, MailTransport},
    randomness::Randomness,
};

pub mod certificate;
pub mod scanner;

/// The ways in that `serve` uses. Errors are sentences for the operator.
pub struct Openers<D, O, S> {
    /// Connects and asserts that what is committed is durable; gives what it connected to.
    pub database: D,
    pub objects: O,
    pub org: S,
}

#[derive(Default)]
pub struct Report {
    checks: Vec<Check>,
}

struct Check {
    what: String,
    outcome: Outcome,
}

/// What was found, or what is wrong.
pub(crate) type Outcome = Result<String, String>;

impl Report {
    pub fn is_good(&self) -> bool {
        self.checks.iter().all(|check| check.outcome.is_ok())
    }

    pub(crate) fn add(&mut self, what: impl Into<String>, outcome: Outcome) {
        self.checks.push(Check { what: what.into(), outcome });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Check { what, outcome } in &self.checks {
            match outcome {
                Ok(found) => writeln!(formatter, "ok    {what}: {found}")?,
                Err(sentence) => writeln!(formatter, "fail  {what}: {sentence}")?,
            }
        }
        Ok(())
    }
}

pub async fn check_config<D, O, S>(
    config: &Config,
    openers: Openers<D, O, S>,
    now: Timestamp,
    randomness: &Randomness,
) -> Report
where
    D: AsyncFnOnce(&DatabaseConfig) -> Outcome,
    O: FnOnce(&ObjectsConfig) -> Result<Arc<dyn ObjectStore>, String>,
    S: Fn(&OrgConfig) -> Result<OrgConnection, String>,
{
    let mut report = Report::default();
    report.add("secret files", private_files(config));
    report.add("keys", round_trip(&config.keys, randomness));
    if let Some(files) = &config.http.tls {
        report.add("http", certificate::check_tls(files, &config.http.base_url, now));
    } else {
        report.add(
            "http",
            Ok(if config.http.base_url.is_https() {
                format!("{}, TLS is the proxy's", config.http.base_url)
            } else {
                format!("{}, for this machine only", config.http.base_url)
            }),
        );
    }
    report.add("database", (openers.database)(&config.database).await);
    report.add(
        "objects",
        match (openers.objects)(&config.objects) {
            Ok(store) => put_get_delete(store.as_ref(), randomness).await,
            Err(sentence) => Err(sentence),
        },
    );
    if config.objects.disk_root().is_some() {
        report.add("free space", room(&FreeSpace::new(&config.objects, &config.limits)));
    }
    report.add("mail", mail(config).await);
    for scanner in ScannerConfig::open_all(&config.scanners).all() {
        report.add(format!("scanner {}", scanner.name), scanner::check_scanner(scanner).await);
    }
    if config.orgs.is_empty() {
        report.add("org", Err("there is no [[org]] section, so nobody can use this connector; add one".to_owned()));
    }
    for (index, org) in config.orgs.iter().enumerate() {
        let name = format!("org {} ({})", index + 1, org.org_id);
        for agent_certificate in &org.agent_certificates {
            report.add(&name, certificate::check_agent(agent_certificate, now));
        }
        report.add(
            &name,
            match (openers.org)(org) {
                Ok(connection) => ask(&connection, org).await,
                Err(sentence) => Err(sentence),
            },
        );
    }
    report
}

/// Every file that holds a secret, if anybody on the machine may read it.
fn private_files(config: &Config) -> Outcome {
    let keys = &config.keys;
    let secrets = [config.database.url.file(), config.mail.server.file.as_deref(), keys.link_hash_key.file()]
        .into_iter()
        .flatten()
        .chain(config.http.tls.iter().map(|tls| tls.key.as_path()))
        .chain([&keys.current_identity].into_iter().chain(&keys.retired_identities).filter_map(|secret| secret.file()))
        .chain(config.orgs.iter().filter_map(|org| org.private_key.file()))
        .chain(config.objects.secret_files());
    let mut count = 0;
    for path in secrets {
        count += 1;
        if readable_by_everybody(path) {
            return Err(format!("{0} can be read by everybody on this machine: chmod 600 {0}", path.display()));
        }
    }
    Ok(format!("{count}, none readable by everybody"))
}

fn readable_by_everybody(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

/// Seals a key object as every stored file gets one, and opens it again.
fn round_trip(keys: &KeysConfig, randomness: &Randomness) -> Outcome {
    let keyring = keys.keyring();
    let mut fill = |out: &mut [u8]| randomness.fill(out);
    let identity = FileIdentity::generate(&mut fill).map_err(|error| error.to_string())?;
    let object = identity
        .key_object(&keyring.current_recipient(), &keys.recovery_recipients, &mut fill)
        .map_err(|error| error.to_string())?;
    keyring.open_key_object(&object).map_err(|error| error.to_string())?;
    Ok(format!(
        "current {}, {} retired, {} for recovery",
        keyring.current_recipient(),
        keys.retired_identities.len(),
        keys.recovery_recipients.len()
    ))
}

async fn put_get_delete(store: &dyn ObjectStore, randomness: &Randomness) -> Outcome {
    let name = ObjectPath::from(format!("probe/{}", hex::encode(randomness.bytes::<16>())));
    let content = Bytes::copy_from_slice(&randomness.bytes::<64>());
    store
        .put(&name, content.clone().into())
        .await
        .map_err(|error| format!("{name} cannot be written; allow writing or correct [objects]. {error}"))?;
    let read = async { store.get_range(&name, 16..48).await }.await;
    let deleted = store.delete(&name).await;
    let read = read.map_err(|error| format!("{name} was written but cannot be read; allow reading. {error}"))?;
    if read != content[16..48] {
        return Err(format!("{name} came back altered; this store cannot be used"));
    }
    deleted.map_err(|error| {
        format!("{name} cannot be deleted, so files could never be erased; allow deleting, lift object lock. {error}")
    })?;
    Ok(format!("{store}: written, read and deleted"))
}

fn room(space: &FreeSpace) -> Outcome {
    let bytes =
        space.available_bytes().map_err(|error| format!("the folder's file system cannot be asked: {error}"))?;
    let bytes = bytes.unwrap_or_default();
    if space.has_room_for(0).map_err(|error| error.to_string())? {
        Ok(format!("{bytes} bytes"))
    } else {
        Err(format!(
            "{bytes} bytes are less than limits.free_space_reserve_bytes: every upload would be refused; \
             make room or lower the reserve"
        ))
    }
}

async fn mail(config: &Config) -> Outcome {
    let server = &config.mail.server;
    match MailTransport::new(&config.mail).probe().await {
        Ok(()) => Ok(format!("{server} answers{}", if server.credentials.is_some() { " and lets us in" } else { "" })),
        Err(MailFailure::Refused { reason, .. } | MailFailure::Unknown { reason }) => {
            Err(format!("{server} cannot be used; check host, port, TLS and password in mail.smtp_url. {reason}"))
        }
    }
}

/// Logs in, and reads with the rights of the integration user what the connector reads every day.
async fn ask(connection: &OrgConnection, org: &OrgConfig) -> Outcome {
    let identity = connection.identity().await.map_err(|error| advice(&error, org))?;
    if identity.organization_id.to_string() != org.org_id.as_str() {
        return Err(format!(
            "{} belongs to {}; correct org_id or instance_url",
            org.instance_url, identity.organization_id
        ));
    }
    let organisations =
        connection.query("SELECT Id, IsSandbox FROM Organization").await.map_err(|error| advice(&error, org))?;
    let is_sandbox = organisations.first().and_then(|record| record.get("IsSandbox")?.as_bool());
    if let Some(is_sandbox) = is_sandbox
        && is_sandbox != org.sandbox
    {
        return Err(format!(
            "the Org says that it is {} sandbox; correct `sandbox`",
            if is_sandbox { "a" } else { "no" }
        ));
    }
    connection.query("SELECT Id FROM FileRequest__c LIMIT 1").await.map_err(|error| {
        format!(
            "FileRequest__c cannot be read: install the package, check namespace_prefix and \
                                  assign Casegate_Integration to {}. {error}",
            org.username
        )
    })?;
    Ok(format!("logged in as {}", org.username))
}

fn advice(error: &OrgError, org: &OrgConfig) -> String {
    match error {
        OrgError::Reauthorise { .. } => format!(
            "the Org refuses our login: check client_id, username, audience and that the External Client App knows the \
             certificate of private_key and pre-authorises the user. {error}"
        ),
        OrgError::NoAccess { .. } => {
            format!("a permission is missing: assign Casegate_Integration to {}. {error}", org.username)
        }
        OrgError::RetryLater { .. } => format!("{} cannot be reached now. {error}", org.instance_url),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
