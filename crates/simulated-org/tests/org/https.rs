//! The same Org over TLS, and answers that keep a client where it came from.

use reqwest::{Certificate, Client};
use simulated_org::Options;

use crate::caller::{Caller, options, reply};
use crate::logins::denied;

async fn over_tls() -> (Caller, Client) {
    let listen = Some("127.0.0.1:0".parse().unwrap());
    let caller = Caller::start_with(Options { https_listen: listen, ..options() }).await;
    let ca = Certificate::from_pem(caller.org.ca_certificate_pem().unwrap().as_bytes()).unwrap();
    let client = Client::builder().tls_certs_only([ca]).build().unwrap();
    (caller, client)
}

fn form(caller: &Caller) -> [(&'static str, &'static str); 3] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", caller.org.client_id()),
        ("client_secret", caller.org.client_secret()),
    ]
}

#[tokio::test]
async fn a_client_that_came_over_https_stays_there() {
    let (caller, client) = over_tls().await;
    let url = caller.org.https_url().unwrap();
    let by_name = url.replace("127.0.0.1", "localhost");
    for base in [url, &by_name] {
        let answer = reply(client.post(format!("{base}/services/oauth2/token")).form(&form(&caller))).await;
        assert_eq!(answer.body["instance_url"], base);
        assert!(answer.body["id"].as_str().unwrap().starts_with(&format!("{base}/id/")));
        let token = answer.body["access_token"].as_str().unwrap();
        let limits = reply(client.get(format!("{base}/services/data/v67.0/limits")).bearer_auth(token)).await;
        assert_eq!(limits.status, 200);
        let document = reply(client.get(format!("{base}/.well-known/openid-configuration"))).await;
        assert_eq!(document.body["issuer"], base);
        // One Org, two doors: the session is good at the other as well.
        let plain = format!("{}/services/data/v67.0/limits", caller.org.url());
        assert_eq!(reply(caller.http.get(plain).bearer_auth(token)).await.status, 200);
    }
}

#[tokio::test]
async fn nobody_trusts_the_throw_away_authority_unasked() {
    let (caller, client) = over_tls().await;
    let url = format!("{}/services/data", caller.org.https_url().unwrap());
    assert!(caller.http.get(&url).send().await.is_err());
    assert_eq!(reply(client.get(&url)).await.status, 200);
    let served = reply(caller.http.get(format!("{}/__sim/ca.pem", caller.org.admin_url()))).await;
    assert_eq!(served.body.as_str(), caller.org.ca_certificate_pem());
}

#[tokio::test]
async fn the_login_hosts_offer_no_client_credentials() {
    let (caller, _) = over_tls().await;
    let ca = Certificate::from_pem(caller.org.ca_certificate_pem().unwrap().as_bytes()).unwrap();
    let address = caller.org.https_url().unwrap().strip_prefix("https://").unwrap().parse().unwrap();
    let client = Client::builder().tls_certs_only([ca]).resolve("login.salesforce.com", address).build().unwrap();
    let url = format!("https://login.salesforce.com:{}/services/oauth2/token", address.port());
    let refused = reply(client.post(url).form(&form(&caller))).await;
    assert_eq!(refused.body, denied("invalid_grant", "request not supported on this domain"));
}

#[tokio::test]
async fn a_reset_strikes_through_tls_too() {
    let (caller, client) = over_tls().await;
    caller.org.faults().add(simulated_org::Fault::reset()).unwrap();
    let url = format!("{}/services/data", caller.org.https_url().unwrap());
    assert!(client.get(&url).send().await.is_err());
    assert_eq!(reply(client.get(&url)).await.status, 200);
}
