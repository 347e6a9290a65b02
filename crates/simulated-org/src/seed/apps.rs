//! The External Client Apps of the seeded Org, by nickname.
//!
//! `casegate`: the connector as its installation guide has it registered. `sign_in`: people who log in at the connector.
//! `scripts`: any client under test, all flows on. `platform_cli`: what `sf org login web` uses in every real Org.

use std::collections::{BTreeMap, BTreeSet};

use super::people;
use crate::oauth::app::{App, PermittedUsers};

pub const CASEGATE: &str = "casegate";
pub const SIGN_IN: &str = "sign_in";
pub const SCRIPTS: &str = "scripts";
pub const PLATFORM_CLI: &str = "platform_cli";

pub const CLIENT_ID: &str = "3MVG9.SimulatedOrg.CasegateConnector.ConsumerKey0001";
pub const CLIENT_SECRET: &str = "5D1F8E3A6B7C49D0SIMULATED0ORG0CONSUMER0SECRET0001";

pub fn seeded(connector_url: &str) -> BTreeMap<String, App> {
    let callback = format!("{connector_url}/oauth/callback");
    let casegate = App {
        permitted_users: approved(&[], &["Casegate_Integration"]),
        run_as: Some(people::user_id(people::INTEGRATION)),
        ..app("Casegate Connector", CLIENT_ID, Some(CLIENT_SECRET), &[&callback], &["api", "refresh_token"])
    };
    let sign_in = App {
        rotates_refresh_tokens: true,
        ..app(
            "Casegate Sign-in",
            "3MVG9.SimulatedOrg.CasegateSignIn.ConsumerKey0002",
            Some("7A90C2E4F6B81D35SIMULATED0ORG0CONSUMER0SECRET0002"),
            &[&callback],
            &["openid", "id", "api", "refresh_token"],
        )
    };
    let everybody = ["System Administrator", "Support Agent", "Minimum Access - API Only Integrations"];
    let scripts = App {
        permitted_users: approved(&everybody, &[]),
        run_as: Some(people::user_id(people::ADMIN)),
        requires_pkce: false,
        ..app(
            "Support Scripts",
            "3MVG9.SimulatedOrg.SupportScripts.ConsumerKey0003",
            Some("C4D2B0A19E8F7635SIMULATED0ORG0CONSUMER0SECRET0003"),
            &["http://localhost:1718/callback", "http://127.0.0.1:1718/callback"],
            &["openid", "id", "profile", "email", "api", "web", "full", "refresh_token", "offline_access"],
        )
    };
    let platform_cli = app(
        "Salesforce CLI",
        "PlatformCLI",
        None,
        &["http://localhost:1717/OauthRedirect"],
        &["refresh_token", "api", "web"],
    );
    let apps = [(CASEGATE, casegate), (SIGN_IN, sign_in), (SCRIPTS, scripts), (PLATFORM_CLI, platform_cli)];
    apps.into_iter().map(|(nickname, app)| (nickname.to_owned(), app)).collect()
}

/// What a new External Client App is like: users authorise it themselves, and PKCE is required.
fn app(label: &str, key: &str, secret: Option<&str>, callback_urls: &[&str], scopes: &[&str]) -> App {
    App {
        label: label.to_owned(),
        consumer_key: key.to_owned(),
        consumer_secret: secret.map(str::to_owned),
        certificates: Vec::new(),
        callback_urls: owned(callback_urls),
        scopes: owned(scopes),
        permitted_users: PermittedUsers::SelfAuthorised,
        withdrawn_users: BTreeSet::new(),
        run_as: None,
        rotates_refresh_tokens: false,
        requires_pkce: true,
        ip_ranges: Vec::new(),
        blocked: false,
    }
}

fn approved(profiles: &[&str], permission_sets: &[&str]) -> PermittedUsers {
    PermittedUsers::AdminApproved {
        profiles: owned(profiles),
        permission_sets: owned(permission_sets),
        users: BTreeSet::new(),
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
