//! Looks at every step, in the order in which they are done, and stops where the next would say nothing new.

use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc, time::Duration};

use salesforce_client::{Grant, Identity, OrgConnection, Settings};
use zeroize::Zeroizing;

use super::{Particulars, access, agent_token, key_pair, login, package, rights, trusted_url};
use crate::check_config::{Outcome, Report};
use crate::clock::Clock;
use crate::config::Origin;

/// Changes nothing, here or in the Org.
pub async fn verify(particulars: &Particulars, clock: &Clock) -> Report {
    let mut report = Report::default();
    let key = key(particulars);
    report.add("key", key.as_ref().map(|_| "readable by its owner only".to_owned()).map_err(Clone::clone));
    let addresses = addresses(particulars);
    let Ok(key) = key else { return report };
    if addresses.is_err() {
        report.add("addresses", addresses);
        return report;
    }
    let certificate = agent_token::certificate(particulars, clock.now());
    report.add("agent certificate", certificate.as_ref().map(|(said, _)| said.clone()).map_err(Clone::clone));
    let connection = match connection(particulars, key, clock) {
        Ok(connection) => connection,
        Err(sentence) => {
            report.add("login", Err(sentence));
            return report;
        }
    };
    match connection.identity().await {
        Ok(identity) => {
            report.add("login", Ok(format!("as {} in {}", identity.user_id, identity.organization_id)));
            let proof = certificate.and_then(|(_, key)| agent_token::token(particulars, &key, &identity, clock.now()));
            look_inside(&mut report, &connection, &identity, particulars, &proof).await;
        }
        Err(error) => report.add("login", Err(login::sentence(&error, particulars))),
    }
    // A session that cannot be ended ends by itself.
    let _ = connection.end_session().await;
    report
}

async fn look_inside(
    report: &mut Report,
    connection: &OrgConnection,
    identity: &Identity,
    particulars: &Particulars,
    proof: &Result<agent_token::Proof, String>,
) {
    report.add("Org", organisation(connection, particulars).await);
    report.add("scopes", access::scopes(connection).await);
    report.add("user", access::user(connection, identity, particulars).await);
    report.add("rights", rights::rights(connection, identity, particulars).await);
    report.add("package", package::objects(connection, particulars).await);
    report.add("settings", package::settings(connection, particulars).await);
    report.add("Trusted URL", trusted_url::trusted_url(connection, particulars).await);
    report.add("agent token", agent_token::outcome(proof));
    report.add("Cases", access::cases(connection, identity, proof.as_ref().ok()).await);
}

async fn organisation(connection: &OrgConnection, particulars: &Particulars) -> Outcome {
    let rows = connection.query("SELECT Name, IsSandbox FROM Organization").await.map_err(|error| error.to_string())?;
    let row = rows.first().ok_or("the Org does not say what it is")?;
    let name = row.get("Name").and_then(|name| name.as_str()).unwrap_or_default();
    match (row.get("IsSandbox").and_then(serde_json::Value::as_bool), particulars.sandbox) {
        (Some(true), false) => Err(format!("{name} is a sandbox: say so with --sandbox")),
        (Some(false), true) => Err(format!("{name} is no sandbox: leave out --sandbox")),
        _ => Ok(name.to_owned()),
    }
}

fn key(particulars: &Particulars) -> Result<Zeroizing<String>, String> {
    let file = key_pair::key_file(&particulars.folder);
    let read = fs::read_to_string(&file).map_err(|error| {
        format!("{} cannot be read ({error}); run the command without --verify-only to make it", file.display())
    })?;
    let mode = fs::metadata(&file).map_err(|error| error.to_string())?.permissions().mode();
    // Neither the group's three bits nor everybody's.
    if mode.trailing_zeros() >= 6 {
        Ok(Zeroizing::new(read))
    } else {
        Err(format!("{0} can be read by others on this machine: chmod 600 {0}", file.display()))
    }
}

fn addresses(particulars: &Particulars) -> Outcome {
    for (name, address) in [("--instance-url", &particulars.instance_url), ("--base-url", &particulars.base_url)] {
        Origin::parse(address).map_err(|sentence| format!("{name} `{address}`: {sentence}"))?;
    }
    Ok(String::new())
}

fn connection(particulars: &Particulars, key: Zeroizing<String>, clock: &Clock) -> Result<OrgConnection, String> {
    for (name, value) in [("--client-id", particulars.client_id()), ("--username", particulars.username())] {
        if value.is_empty() {
            return Err(format!("{name} is missing"));
        }
    }
    let clock = clock.clone();
    let settings = Settings {
        instance_url: particulars.instance_url.clone(),
        login_url: particulars.instance_url.clone(),
        client_id: particulars.client_id().to_owned(),
        grant: Grant::JwtBearer {
            username: particulars.username().to_owned(),
            audience: particulars.audience().to_owned(),
            private_key_pem: key,
        },
        api_version: "67.0".to_owned(),
        namespace_prefix: Some(particulars.namespace_prefix.clone()).filter(|prefix| !prefix.is_empty()),
        timeout: Duration::from_secs(30),
        // Plain http was accepted for this machine itself only.
        allow_loopback: particulars.instance_url.starts_with("http://"),
    };
    OrgConnection::new(settings, Arc::new(move || clock.now().as_millis())).map_err(|error| error.to_string())
}
