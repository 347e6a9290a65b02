//! A customer at the upload page: redeems a link, sends files by tus, finishes.
//!
//! Format: tus 1.0.0, <https://tus.io/protocols/resumable-upload>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::answer::Answer;
use crate::sample::Sample;

/// With a session. Its calls go to `connector_url`, whatever the link says.
#[derive(Clone)]
pub struct Customer {
    http: reqwest::Client,
    connector_url: String,
    session: String,
}

impl Customer {
    pub(crate) async fn try_open(http: &reqwest::Client, connector_url: &str, link: &str) -> Result<Self, Answer> {
        let (page, secret) = link.split_once('#').expect("a link has a secret");
        let request = page.rsplit('/').next().expect("a link has a path");
        let redemption = json!({ "request_id": request, "secret": secret, "device": "phone" });
        let url = format!("{connector_url}/api/v1/customer/sessions");
        let answer = Answer::of(http.post(url).json(&redemption)).await;
        if answer.status != 201 {
            return Err(answer);
        }
        let session = answer.json()["session_token"].as_str().expect("a session has a token").to_owned();
        Ok(Self { http: http.clone(), connector_url: connector_url.to_owned(), session })
    }

    /// The same session at another connector of the same database.
    #[must_use]
    pub fn at(&self, connector_url: &str) -> Self {
        Self { connector_url: connector_url.to_owned(), ..self.clone() }
    }

    pub async fn request(&self) -> Value {
        self.try_request().await.expect(200).json()
    }

    pub async fn try_request(&self) -> Answer {
        Answer::of(self.authorised(self.http.get(self.url("request")))).await
    }

    pub async fn try_consent(&self, wording_version: &str) -> Answer {
        let given = json!({ "wording_version": wording_version });
        Answer::of(self.authorised(self.http.post(self.url("consents"))).json(&given)).await
    }

    /// Sends a whole file in one go; gives the upload's path.
    pub async fn upload(&self, file: &Sample) -> String {
        let upload = self.begin(file).await;
        if !file.is_empty() {
            self.append(&upload, 0, file.bytes.clone()).await.expect(204);
        }
        upload
    }

    /// A new upload without bytes; gives its path.
    pub async fn begin(&self, file: &Sample) -> String {
        // As the page does it: the same file continues, whatever its name is made of.
        let client_id = hex::encode(Sha256::digest(&file.name));
        let made = self.try_begin(file, &[("client_id", &client_id)]).await.expect(201);
        upload_path(&made)
    }

    /// `more` metadata; a `relative_path` keeps folders.
    pub async fn try_begin(&self, file: &Sample, more: &[(&str, &str)]) -> Answer {
        let mut metadata = vec![("filename", file.name.as_str()), ("filetype", "application/octet-stream")];
        metadata.extend_from_slice(more);
        let pairs: Vec<_> = metadata.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
        let request = self.tus(self.http.post(self.url("uploads"))).header("Upload-Length", file.len());
        Answer::of(request.header("Upload-Metadata", pairs.join(","))).await
    }

    pub async fn append(&self, upload: &str, offset: usize, bytes: Bytes) -> Answer {
        Answer::of(self.patch(upload, offset).body(bytes)).await
    }

    /// A request that is not sent yet, for stories in which it breaks.
    pub fn patch(&self, upload: &str, offset: usize) -> reqwest::RequestBuilder {
        self.tus(self.http.patch(format!("{}{upload}", self.connector_url)))
            .header("Upload-Offset", offset)
            .header("Content-Type", "application/offset+octet-stream")
    }

    /// How much the connector vouches for.
    pub async fn offset(&self, upload: &str) -> usize {
        let answer = self.try_offset(upload).await.expect(200);
        answer.header("upload-offset").parse().expect("an offset is a number")
    }

    pub async fn try_offset(&self, upload: &str) -> Answer {
        Answer::of(self.tus(self.http.head(format!("{}{upload}", self.connector_url)))).await
    }

    pub async fn cancel(&self, upload: &str) -> Answer {
        Answer::of(self.tus(self.http.delete(format!("{}{upload}", self.connector_url)))).await
    }

    /// *I'm finished*: gives the receipt.
    pub async fn finish(&self) -> Value {
        self.try_finish().await.expect(200).json()
    }

    pub async fn try_finish(&self) -> Answer {
        Answer::of(self.authorised(self.http.post(self.url("finish")))).await
    }

    fn tus(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        self.authorised(request).header("Tus-Resumable", "1.0.0")
    }

    fn authorised(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.bearer_auth(&self.session)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/customer/{path}", self.connector_url)
    }
}

/// From the `Location` of a creation.
pub fn upload_path(made: &Answer) -> String {
    let location = made.header("location");
    let at = location.find("/api/").expect("a location is an upload's url");
    location[at..].to_owned()
}
