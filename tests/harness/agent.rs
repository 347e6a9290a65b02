//! A support agent at the Case panel: each call carries a token that the Org has just minted.

use serde_json::{Value, json};
use simulated_org::TokenOverrides;

use crate::answer::Answer;
use crate::casegate::Casegate;

/// A user of one Org, by nickname.
pub struct Agent<'a> {
    pub(crate) world: &'a Casegate,
    pub(crate) org: usize,
    pub(crate) user: String,
    pub(crate) connector_url: String,
}

impl<'a> Agent<'a> {
    /// At work on a Case, by nickname or record id.
    pub fn on(&self, case: &str) -> AtCase<'a> {
        let case = self.world.case_in(self.org, case);
        AtCase {
            world: self.world,
            org: self.org,
            user: self.user.clone(),
            connector_url: self.connector_url.clone(),
            case,
            overrides: TokenOverrides::default(),
        }
    }
}

/// An agent on one Case.
pub struct AtCase<'a> {
    world: &'a Casegate,
    org: usize,
    user: String,
    connector_url: String,
    pub case: String,
    overrides: TokenOverrides,
}

/// What the modal sends when the agent changes nothing.
pub fn a_request(client_id: &str) -> Value {
    json!({
        "client_id": client_id,
        "recipient_email": "grace.hopper@customer.example",
        "recipient_name": "Grace Hopper",
        "language": "en",
        "message": "Please send us the core dump of last night.",
        "needed": "Core dump, packet capture",
        "due_on": null,
        "case_number": "00001001",
        "contact_id": null,
        "lifetime_hours": null,
    })
}

impl AtCase<'_> {
    /// Tokens from now on differ from correct ones.
    #[must_use]
    pub fn with_token(mut self, overrides: TokenOverrides) -> Self {
        self.overrides = overrides;
        self
    }

    pub fn token(&self) -> String {
        let org = &self.world.orgs[self.org];
        org.mint_agent_token(&self.user, Some(&self.case), &self.overrides).expect("the Org mints a token")
    }

    pub async fn call(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}/api/v1/cases/{}{path}", self.connector_url, self.case);
        let mut request = self.world.http.request(method, url).bearer_auth(self.token());
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::of(request).await
    }

    async fn post(&self, path: &str, body: Option<&Value>) -> Answer {
        self.call(reqwest::Method::POST, path, body).await
    }

    /// Asks for a file; the mail goes out with the next work of the connector.
    pub async fn request_file(&self, request: &Value) -> Value {
        self.try_request_file(request).await.expect(201).json()
    }

    pub async fn try_request_file(&self, request: &Value) -> Answer {
        self.post("/file-requests", Some(request)).await
    }

    /// What the panel shows.
    pub async fn panel(&self) -> Value {
        self.try_panel("").await.expect(200).json()
    }

    pub async fn try_panel(&self, query: &str) -> Answer {
        self.call(reqwest::Method::GET, query, None).await
    }

    pub async fn copy_link(&self, request: &Value) -> String {
        let copied = self.try_on_request(request, "links").await.expect(201).json();
        copied["url"].as_str().expect("a copied link has a url").to_owned()
    }

    pub async fn revoke(&self, request: &Value) -> Value {
        self.try_on_request(request, "revoke").await.expect(200).json()
    }

    pub async fn resend(&self, request: &Value) -> Value {
        self.try_on_request(request, "resend").await.expect(200).json()
    }

    /// `links`, `revoke` or `resend`.
    pub async fn try_on_request(&self, request: &Value, verb: &str) -> Answer {
        let id = request["id"].as_str().expect("a request has an id");
        self.post(&format!("/file-requests/{id}/{verb}"), None).await
    }

    /// A url that downloads the file, for a minute.
    pub async fn ticket(&self, file: &Value) -> String {
        let ticket = self.try_ticket(file).await.expect(201).json();
        let url = ticket["url"].as_str().expect("a ticket has a url");
        // Whatever the connector is called outside, this story speaks to its own.
        url.replacen(&self.world.base_url, &self.connector_url, 1)
    }

    pub async fn try_ticket(&self, file: &Value) -> Answer {
        let id = file["id"].as_str().expect("a file has an id");
        self.post(&format!("/secure-files/{id}/tickets"), None).await
    }

    /// As the panel asks when the agent said why.
    pub async fn try_ticket_because(&self, file: &Value, reason: &str) -> Answer {
        let path = format!("/secure-files/{}/tickets", file["id"].as_str().expect("a file has an id"));
        self.call(reqwest::Method::POST, &path, Some(&json!({ "reason": reason }))).await
    }

    /// The whole file, as the browser saves it.
    pub async fn open(&self, file: &Value) -> Answer {
        let url = self.ticket(file).await;
        self.download(&url, &[]).await.expect(200)
    }

    pub async fn download(&self, url: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.world.http.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request).await
    }
}
