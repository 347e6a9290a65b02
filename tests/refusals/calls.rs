//! Calls as somebody makes them who does not keep to the rules: any method, path, header and body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Answer, AtCase, Casegate, a_request};
use reqwest::Method;
use serde_json::{Value, json};

pub const UPLOADS: &str = "/api/v1/customer/uploads";

pub async fn call(world: &Casegate, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut request = world.http().request(method, format!("{}{path}", world.connector.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.body(body.to_vec())).await
}

pub async fn get(world: &Casegate, path: &str, headers: &[(&str, &str)]) -> Answer {
    call(world, Method::GET, path, headers, b"").await
}

pub async fn post_json(world: &Casegate, path: &str, bearer: &str, body: &str) -> Answer {
    let headers = [("Authorization", bearer), ("Content-Type", "application/json")];
    call(world, Method::POST, path, &headers, body.as_bytes()).await
}

/// Redeems with whatever is given.
pub async fn redeem(world: &Casegate, request: &str, secret: &str) -> Answer {
    let body = json!({ "request_id": request, "secret": secret }).to_string();
    let headers = [("Content-Type", "application/json")];
    call(world, Method::POST, "/api/v1/customer/sessions", &headers, body.as_bytes()).await
}

/// A request, by an agent at the Case.
pub async fn request(anna: &AtCase<'_>, client_id: &str) -> Value {
    anna.request_file(&a_request(client_id)).await
}

/// Request id and secret of a link.
pub fn parts(link: &str) -> (String, String) {
    let (page, secret) = link.split_once('#').expect("a link has a secret");
    (page.rsplit('/').next().expect("a link has a path").to_owned(), secret.to_owned())
}

/// A customer's session, with its secret in hand.
pub struct Session<'a> {
    pub world: &'a Casegate,
    pub bearer: String,
}

impl<'a> Session<'a> {
    /// By a link copied for this session alone.
    pub async fn of(world: &'a Casegate, anna: &AtCase<'_>, request: &Value) -> Self {
        let (id, secret) = parts(&anna.copy_link(request).await);
        let redeemed = redeem(world, &id, &secret).await.expect(201).json();
        Self { world, bearer: format!("Bearer {}", redeemed["session_token"].as_str().expect("a token")) }
    }

    /// tus with these headers; one without value is left out.
    pub async fn tus(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = vec![("Authorization", self.bearer.as_str()), ("Tus-Resumable", "1.0.0")];
        all.retain(|(name, _)| !headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)));
        all.extend(headers.iter().filter(|(_, value)| !value.is_empty()));
        call(self.world, method, path, &all, body).await
    }

    pub async fn create(&self, headers: &[(&str, &str)]) -> Answer {
        self.tus(Method::POST, UPLOADS, headers, b"").await
    }

    /// A new upload of a name and length.
    pub async fn begin(&self, name: &[u8], length: usize) -> Answer {
        let metadata = format!("filename {}", STANDARD.encode(name));
        self.create(&[("Upload-Length", &length.to_string()), ("Upload-Metadata", &metadata)]).await
    }

    /// Its path.
    pub async fn begun(&self, name: &str, length: usize) -> String {
        upload_path(&self.begin(name.as_bytes(), length).await.expect(201))
    }

    pub async fn patch(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = vec![("Upload-Offset", "0"), ("Content-Type", "application/offset+octet-stream")];
        all.retain(|(name, _)| !headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)));
        all.extend_from_slice(headers);
        self.tus(Method::PATCH, path, &all, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        get(self.world, path, &[("Authorization", &self.bearer)]).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        post_json(self.world, path, &self.bearer, body).await
    }
}

/// From the `Location` of a creation.
pub fn upload_path(made: &Answer) -> String {
    let location = made.header("location");
    location[location.find("/api/").expect("a location is an upload's url")..].to_owned()
}
