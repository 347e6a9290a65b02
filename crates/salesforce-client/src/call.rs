//! One authenticated call: send, renew the session once if it has expired, read the failure if there is one.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode, header};
use serde_json::Value;

use crate::{
    answer::{self, Answer, Repeating},
    connection::OrgConnection,
    error::OrgError,
    limits,
    token::Session,
};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) struct Call {
    pub(crate) method: Method,
    /// Absolute path with its query, already encoded.
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) repeating: Repeating,
}

impl Call {
    pub(crate) fn get(path: String) -> Self {
        Self { method: Method::GET, path, body: None, repeating: Repeating::Harmless }
    }
}

enum Attempt {
    Answered(Answer),
    SessionExpired(OrgError),
}

/// One path segment or query value.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

impl OrgConnection {
    /// Sends the call and hands back a successful answer.
    pub(crate) async fn send(&self, call: &Call) -> Result<Answer, OrgError> {
        let session = self.session(None).await?;
        let expired = match self.attempt(call, &session).await? {
            Attempt::Answered(answer) => return Ok(answer),
            Attempt::SessionExpired(_) => session.number,
        };
        // A 401 was refused at the door, so even a create may be sent again.
        let session = self.session(Some(expired)).await?;
        match self.attempt(call, &session).await? {
            Attempt::Answered(answer) => Ok(answer),
            Attempt::SessionExpired(refusal) => Err(refusal),
        }
    }

    async fn attempt(&self, call: &Call, session: &Session) -> Result<Attempt, OrgError> {
        let url = self.shared.instance.join(&call.path).expect("an encoded absolute path joins any origin");
        let mut request = self
            .shared
            .http
            .request(call.method.clone(), url)
            .header(header::AUTHORIZATION, session.bearer.clone())
            .header(header::ACCEPT, "application/json");
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let failed = |error| answer::transport_failure(error, call.repeating);
        let response = request.send().await.map_err(failed)?;
        let status = response.status();
        // A failure whose body breaks off is still that failure; only a success needs its body.
        let answer = match Answer::read(response).await {
            Ok(answer) => answer,
            Err(error) if status.is_success() => return Err(failed(error)),
            Err(_) => Answer { status, retry_after: None, usage: None, location: None, body: Vec::new() },
        };
        if let Some(usage) = answer.usage.as_deref().and_then(limits::parse_usage) {
            *self.shared.usage.lock().expect("nothing panics while holding the usage lock") = Some(usage);
        }
        if status.is_success() {
            return Ok(Attempt::Answered(answer));
        }
        if status.is_redirection() && status != StatusCode::MULTIPLE_CHOICES {
            return Err(redirected(&answer));
        }
        let body = answer.json().unwrap_or(Value::Null);
        let failure = answer::failure(status, &body, answer.retry_after, call.repeating, &self.shared.namespace);
        if status == StatusCode::UNAUTHORIZED { Ok(Attempt::SessionExpired(failure)) } else { Err(failure) }
    }
}

/// Never followed: the token must not travel to a host nobody configured.
fn redirected(answer: &Answer) -> OrgError {
    let host = answer.location.as_deref().and_then(|location| url::Url::parse(location).ok());
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or("an unnamed place");
    OrgError::FixRequest {
        code: "REDIRECTED".to_owned(),
        message: format!("the Org points to {host}; check the configured instance URL"),
        fields: Vec::new(),
    }
}
