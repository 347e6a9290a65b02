//! Starts Orgs and calls them the way any HTTP client would.

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use simulated_org::{Options, SimulatedOrg};

pub const NOW_MS: i64 = 1_795_277_892_345; // 2026-11-21T16:18:12.345Z

/// The repository: the Org under test has the schema that ships.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn options() -> Options {
    Options { metadata: Some(repository()), clock: std::sync::Arc::new(|| NOW_MS), ..Options::default() }
}

/// An Org, and a session of its integration user.
pub struct Caller {
    pub org: SimulatedOrg,
    pub http: Client,
    pub token: String,
}

/// What came back, whole.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Caller {
    pub async fn start() -> Self {
        Self::start_with(options()).await
    }

    pub async fn start_with(options: Options) -> Self {
        let org = SimulatedOrg::start(options).await.unwrap();
        let http = Client::builder().build().unwrap();
        let mut caller = Self { org, http, token: String::new() };
        caller.token = caller.client_credentials().await;
        caller
    }

    pub async fn client_credentials(&self) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", self.org.client_id()),
            ("client_secret", self.org.client_secret()),
        ];
        let reply = self.token_call(&form).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn token_call(&self, form: &[(&str, &str)]) -> Reply {
        let url = format!("{}/services/oauth2/token", self.org.url());
        reply(self.http.post(url).form(form)).await
    }

    /// A session of a person, by JWT bearer with a certificate registered on the spot.
    pub async fn log_in(&self, username: &str) -> String {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap().pem();
        self.org.alter_app("scripts", |app| app.register(&certificate)).unwrap().unwrap();
        let mut claims = self.claims(username);
        claims["iss"] = json!(self.org.app("scripts").unwrap().consumer_key);
        let assertion = assertion(&key, &claims);
        let reply = self.token_call(&jwt_form(&assertion)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body["access_token"].as_str().unwrap().to_owned()
    }

    pub fn claims(&self, username: &str) -> Value {
        json!({
            "iss": self.org.client_id(),
            "sub": username,
            "aud": "https://login.salesforce.com",
            "exp": NOW_MS / 1_000 + 180,
        })
    }

    pub async fn get(&self, path: &str) -> Reply {
        reply(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        reply(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        reply(self.request(Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        reply(self.request(Method::PATCH, path).json(body)).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/services/data/v67.0/{path}", self.org.url());
        self.http.request(method, url).bearer_auth(&self.token)
    }

    pub async fn query(&self, soql: &str) -> Reply {
        reply(self.request(Method::GET, "query").query(&[("q", soql)])).await
    }

    /// The rows of a query that must succeed.
    pub async fn rows(&self, soql: &str) -> Vec<Value> {
        let reply = self.query(soql).await;
        assert_eq!(reply.status, 200, "{soql}: {reply:?}");
        reply.body["records"].as_array().unwrap().clone()
    }

    pub async fn admin(&self, path: &str, body: &Value) -> Reply {
        let url = format!("{}/__sim/{path}", self.org.admin_url());
        reply(self.http.post(url).json(body)).await
    }

    pub fn case(&self, nickname: &str) -> String {
        self.org.seeded("cases", nickname).unwrap()
    }

    pub fn user(&self, nickname: &str) -> String {
        self.org.seeded("users", nickname).unwrap()
    }
}

pub async fn reply(request: RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    Reply { status, headers, body }
}

impl Reply {
    /// The code of the one error of a REST answer.
    pub fn code(&self) -> &str {
        self.body[0]["errorCode"].as_str().unwrap_or_default()
    }

    pub fn message(&self) -> &str {
        self.body[0]["message"].as_str().unwrap_or_default()
    }
}

pub fn assertion(key: &KeyPair, claims: &Value) -> String {
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).unwrap();
    jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256), claims, &key).unwrap()
}

pub fn jwt_form(assertion: &str) -> [(&str, &str); 2] {
    [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)]
}

/// A Case-bound request of ours, ready to upsert.
pub fn file_request(case: &str) -> Value {
    json!({
        "Case__c": case,
        "State__c": "Sending",
        "RecipientEmail__c": "grace.whitfield@harbour-finch.example",
        "RecipientName__c": "Grace Whitfield",
        "Language__c": "en",
        "Message__c": "Please send the core dumps.",
        "ExpiresAt__c": "2026-12-05T16:18:12.345Z",
    })
}
