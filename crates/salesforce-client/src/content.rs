//! Files in Salesforce itself, both ways, as streams: memory stays the same whatever their size.
//!
//! Format: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_insert_update_blob.htm>;
//! `multipart/form-data`, JSON first, at most 2 GB for a ContentVersion.
//! Invariants: an upload that was not sent to its end has left nothing in the Org; one that was, and has no answer, is
//! [`OrgError::OutcomeUnknown`] and is never sent again here.

use std::{fmt::Write as _, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use reqwest::{Body, Method, header};
use serde_json::json;
use thiserror::Error;

use crate::{
    Record,
    answer::{self, Answer, Repeating},
    call::{Attempt, Call},
    connection::OrgConnection,
    error::{Obstacle, OrgError},
    record,
    record_id::RecordId,
};

mod measured;

use measured::Measured;

/// A file to be kept as a ContentVersion.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// What people see.
    pub title: String,
    /// Its file name; Salesforce takes the type from its ending.
    pub path_on_client: String,
    /// How many bytes will come.
    pub size_bytes: u64,
    /// The Case, or another record, that it is linked to at once.
    pub first_publish_location: Option<RecordId>,
}

/// Why a file is not there, or may not be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum UploadError<E: std::error::Error + 'static> {
    /// What was to be sent could not be read. Nothing is in the Org.
    #[error("the file could not be read")]
    Source(#[source] E),
    /// Another number of bytes came than was announced. Nothing is in the Org.
    #[error("the file has not the {announced} bytes that were announced")]
    WrongSize {
        /// [`NewFile::size_bytes`].
        announced: u64,
    },
    /// As for every call.
    #[error(transparent)]
    Org(#[from] OrgError),
}

/// A file on its way out of the Org.
pub struct Download {
    response: reqwest::Response,
    connection: OrgConnection,
}

impl OrgConnection {
    /// Makes a ContentVersion, and with it a ContentDocument, of a stream. `boundary` is random.
    ///
    /// A session that has expired is renewed but the file is not sent again, as its stream is used up: the answer is then
    /// [`OrgError::RetryLater`] with no pause, and the next call will do.
    pub async fn upload_file<E>(
        &self,
        file: &NewFile,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
        boundary: [u8; 16],
    ) -> Result<RecordId, UploadError<E>>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let boundary = boundary.iter().fold("casegate".to_owned(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a String takes everything");
            text
        });
        let (head, tail) = envelope(file, &boundary);
        let (measured, bytes) = Measured::new(file.size_bytes, bytes);
        let length = (head.len() + tail.len()) as u64 + file.size_bytes;
        let first = |part: String| stream::once(async move { Ok(Bytes::from(part)) });
        let whole = first(head).chain(bytes).chain(measured.last(tail));
        let sent = self.in_turn(self.send_file(&boundary, length, Body::wrap_stream(whole), &measured)).await;
        match measured.take_fault() {
            Some(fault) => Err(fault),
            None => Ok(sent?),
        }
    }

    async fn send_file<E>(
        &self,
        boundary: &str,
        length: u64,
        body: Body,
        measured: &Arc<Measured<E>>,
    ) -> Result<RecordId, OrgError> {
        let session = self.session(None).await?;
        let request = self
            .request(Method::POST, &self.object_path("ContentVersion"), &self.shared.transfers, &session.bearer)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .header(header::CONTENT_LENGTH, length)
            .body(body);
        // Only what was sent to its end can have taken effect.
        let repeating = || if measured.is_at_end() { Repeating::Harmful } else { Repeating::Harmless };
        let response = measured.watch(request.send(), self.shared.timeout).await;
        let response = match response {
            Some(response) => response.map_err(|error| answer::transport_failure(error, repeating()))?,
            None => return Err(silent(repeating())),
        };
        let response = match self.judge(response, Repeating::Harmful).await? {
            Attempt::Answered(response) => response,
            Attempt::SessionExpired(_) => {
                self.session(Some(session.number)).await?;
                let again = Some(std::time::Duration::ZERO);
                return Err(answer::later(Obstacle::HeldBack, "the session had expired; it is renewed", again));
            }
        };
        let read = tokio::time::timeout(self.shared.timeout, Answer::read(response)).await;
        let answer = read.map_err(|_| silent(Repeating::Harmful))?;
        let answer = answer.map_err(|error| answer::transport_failure(error, Repeating::Harmful))?;
        Ok(record::saved(&answer, Repeating::Harmful)?.id)
    }

    /// The bytes of a file: `("ContentVersion", …, "VersionData")`, `("Attachment", …, "Body")` or
    /// `("Document", …, "Body")`.
    pub async fn download(&self, object: &str, id: &RecordId, field: &str) -> Result<Download, OrgError> {
        let call = Call::get(format!("{}/{id}/{field}", self.object_path(object)));
        let asked = tokio::time::timeout(self.shared.timeout, self.respond(&call, &self.shared.transfers));
        let response = self.in_turn(async { asked.await.unwrap_or_else(|_| Err(silent(Repeating::Harmless))) }).await?;
        Ok(Download { response, connection: self.clone() })
    }
}

impl Download {
    /// How many bytes will come, if the Org says so.
    pub fn size_bytes(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The bytes. A stream that ends without an error is complete.
    pub fn bytes(self) -> impl Stream<Item = Result<Bytes, OrgError>> + Send {
        let Self { response, connection } = self;
        let bytes = Box::pin(response.bytes_stream().map_err(answer::retry_later));
        stream::try_unfold(bytes, move |mut bytes| {
            let patience = connection.shared.timeout;
            async move {
                match tokio::time::timeout(patience, bytes.next()).await {
                    Ok(Some(chunk)) => Ok(Some((chunk?, bytes))),
                    Ok(None) => Ok(None),
                    Err(_) => Err(silent(Repeating::Harmless)),
                }
            }
        })
    }
}

/// What comes before and after the bytes.
fn envelope(file: &NewFile, boundary: &str) -> (String, String) {
    let mut fields = Record::new();
    fields.insert("Title".to_owned(), json!(file.title));
    fields.insert("PathOnClient".to_owned(), json!(file.path_on_client));
    if let Some(record) = &file.first_publish_location {
        fields.insert("FirstPublishLocationId".to_owned(), json!(record));
    }
    let fields = serde_json::Value::Object(fields);
    // The file's name stands in the JSON only: no name that a person chose becomes a header.
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"entity_content\"\r\n\
         Content-Type: application/json\r\n\r\n{fields}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"VersionData\"; filename=\"content\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    (head, format!("\r\n--{boundary}--\r\n"))
}

fn silent(repeating: Repeating) -> OrgError {
    let reason = "no answer in time";
    match repeating {
        Repeating::Harmless => answer::later(Obstacle::Unreachable, reason, None),
        Repeating::Harmful => OrgError::OutcomeUnknown { reason: reason.to_owned(), source: None },
    }
}
