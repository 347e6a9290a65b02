//! One authenticated call: send, renew the session once if it has expired, read the failure if there is one.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, Response, StatusCode, header, header::HeaderValue};
use serde_json::Value;

use crate::{
    answer::{self, Answer, Repeating},
    connection::OrgConnection,
    error::OrgError,
    limits,
    token::Session,
};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Salesforce takes 16,384 bytes of URL and headers together; a token may have 2,000 of them.
const LONGEST_PATH: usize = 14_000;

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

pub(crate) enum Attempt {
    Answered(Response),
    SessionExpired(OrgError),
}

/// One path segment or query value.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

impl OrgConnection {
    /// Sends the call and hands back a successful answer.
    pub(crate) async fn send(&self, call: &Call) -> Result<Answer, OrgError> {
        self.in_turn(async {
            let response = self.respond(call, &self.shared.http).await?;
            Answer::read(response).await.map_err(|error| answer::transport_failure(error, call.repeating))
        })
        .await
    }

    /// Keeps a call from an Org in trouble, and tells what became of it to those that follow.
    pub(crate) async fn in_turn<T>(&self, call: impl Future<Output = Result<T, OrgError>>) -> Result<T, OrgError> {
        let turn = self.shared.turns.take(self.priority, self.usage(), (self.shared.clock)())?;
        let outcome = call.await;
        turn.end(outcome.as_ref().err(), (self.shared.clock)());
        outcome
    }

    /// A successful response whose body is still to come. Tries with the current session, and once more with a new one:
    /// a 401 was refused at the door, so even a create may be sent again.
    pub(crate) async fn respond(&self, call: &Call, http: &reqwest::Client) -> Result<Response, OrgError> {
        let session = self.session(None).await?;
        let expired = match self.attempt(call, http, &session).await? {
            Attempt::Answered(response) => return Ok(response),
            Attempt::SessionExpired(_) => session.number,
        };
        let session = self.session(Some(expired)).await?;
        match self.attempt(call, http, &session).await? {
            Attempt::Answered(response) => Ok(response),
            Attempt::SessionExpired(refusal) => Err(refusal),
        }
    }

    async fn attempt(&self, call: &Call, http: &reqwest::Client, session: &Session) -> Result<Attempt, OrgError> {
        if call.path.len() > LONGEST_PATH {
            return Err(OrgError::fix("URI_TOO_LONG", format!("the call's address has {} bytes", call.path.len())));
        }
        let mut request = self.request(call.method.clone(), &call.path, http, &session.bearer);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| answer::transport_failure(error, call.repeating))?;
        self.judge(response, call.repeating).await
    }

    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        http: &reqwest::Client,
        bearer: &HeaderValue,
    ) -> reqwest::RequestBuilder {
        let url = self.shared.instance.join(path).expect("an encoded absolute path joins any origin");
        http.request(method, url)
            .header(header::AUTHORIZATION, bearer.clone())
            .header(header::ACCEPT, "application/json")
    }

    /// Notes the usage, and reads the failure if it is one.
    pub(crate) async fn judge(&self, response: Response, repeating: Repeating) -> Result<Attempt, OrgError> {
        let status = response.status();
        let usage = response.headers().get("sforce-limit-info").and_then(|value| value.to_str().ok());
        if let Some(usage) = usage.and_then(limits::parse_usage) {
            *self.shared.usage.lock().expect("nothing panics while holding the usage lock") = Some(usage);
        }
        if status.is_success() {
            return Ok(Attempt::Answered(response));
        }
        // A failure whose body breaks off is still that failure.
        let answer = Answer::read(response).await.unwrap_or_else(|_| Answer::bare(status));
        if status.is_redirection() && status != StatusCode::MULTIPLE_CHOICES {
            return Err(redirected(&answer));
        }
        let body = answer.json().unwrap_or(Value::Null);
        let failure = answer::failure(status, &body, answer.retry_after, repeating, &self.shared.namespace);
        if status == StatusCode::UNAUTHORIZED { Ok(Attempt::SessionExpired(failure)) } else { Err(failure) }
    }
}

/// Never followed: the token must not travel to a host nobody configured.
fn redirected(answer: &Answer) -> OrgError {
    let host = answer.location.as_deref().and_then(|location| url::Url::parse(location).ok());
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or("an unnamed place");
    OrgError::fix("REDIRECTED", format!("the Org points to {host}; check the configured instance URL"))
}
