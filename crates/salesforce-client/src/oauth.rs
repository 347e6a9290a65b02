//! Requests to an OAuth 2.0 server: sent by us, and their refusals read the way every other failure is.
//!
//! Format: RFC 6749, RFC 7009, RFC 7662. Refusals are an object `{error, error_description}` with status 400, unlike those
//! of the REST API; in front of the server stands the same edge, which answers HTML or nothing.

use std::time::Duration;

use oauth2::{
    Client, EmptyExtraTokenFields, EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse,
    RequestTokenError, StandardRevocableToken, StandardTokenIntrospectionResponse, StandardTokenResponse,
    TokenResponse as _,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenType},
};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    answer::{self, Answer},
    error::{Obstacle, OrgError},
};

pub(crate) const TOKEN_PATH: &str = "/services/oauth2/token";
pub(crate) const REVOCATION_PATH: &str = "/services/oauth2/revoke";

/// What a token answer of Salesforce has beside RFC 6749's members.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SalesforceFields {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    instance_url: Option<String>,
    #[serde(default)]
    id_token: Option<String>,
}

impl ExtraTokenFields for SalesforceFields {}

pub(crate) type TokenAnswer = StandardTokenResponse<SalesforceFields, BasicTokenType>;

/// The builder of token requests; `A` and `T` say whether it knows the authorisation and the token endpoint.
pub(crate) type Builder<A = EndpointNotSet, T = EndpointSet> = Client<
    BasicErrorResponse,
    TokenAnswer,
    StandardTokenIntrospectionResponse<EmptyExtraTokenFields, BasicTokenType>,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    A,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    T,
>;

/// A token answer. Without `Debug`.
pub(crate) struct Granted {
    pub(crate) access_token: Zeroizing<String>,
    pub(crate) refresh_token: Option<Zeroizing<String>>,
    pub(crate) id_token: Option<Zeroizing<String>>,
    pub(crate) id: Option<String>,
    pub(crate) instance_url: Option<String>,
    pub(crate) scope: String,
}

impl From<TokenAnswer> for Granted {
    fn from(answer: TokenAnswer) -> Self {
        let scopes = answer.scopes().into_iter().flatten().map(|scope| scope.as_str()).collect::<Vec<_>>();
        let extra = answer.extra_fields();
        Self {
            access_token: Zeroizing::new(answer.access_token().secret().clone()),
            refresh_token: answer.refresh_token().map(|token| Zeroizing::new(token.secret().clone())),
            id_token: extra.id_token.clone().map(Zeroizing::new),
            id: extra.id.clone(),
            instance_url: extra.instance_url.clone(),
            scope: scopes.join(" "),
        }
    }
}

#[derive(Deserialize)]
struct Plain {
    access_token: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    instance_url: Option<String>,
    #[serde(default)]
    scope: String,
}

/// A grant that is one form. Asking again is harmless: at worst an unused token exists.
pub(crate) async fn ask(http: &reqwest::Client, endpoint: Url, form: &[(&str, &str)]) -> Result<Granted, OrgError> {
    let answer = post(http, endpoint, form).await?;
    let plain: Plain = serde_json::from_slice(&answer.body).map_err(|_| no_token())?;
    Ok(Granted {
        access_token: Zeroizing::new(plain.access_token),
        refresh_token: None,
        id_token: None,
        id: plain.id,
        instance_url: plain.instance_url,
        scope: plain.scope,
    })
}

/// RFC 7009: the token, and what came of it, is dead afterwards. One that is dead already is fine.
pub(crate) async fn revoke(http: &reqwest::Client, endpoint: Url, token: &str) -> Result<(), OrgError> {
    match post(http, endpoint, &[("token", token)]).await {
        Err(OrgError::Reauthorise { code, .. })
            if matches!(code.as_str(), "invalid_token" | "unsupported_token_type") =>
        {
            Ok(())
        }
        other => other.map(drop),
    }
}

/// Sends a form; anything but 200 is a failure.
pub(crate) async fn post(http: &reqwest::Client, endpoint: Url, form: &[(&str, &str)]) -> Result<Answer, OrgError> {
    let request = http.post(endpoint).header(http::header::ACCEPT, "application/json").form(form);
    read(request.send().await).await
}

/// Sends what [`Builder`] built.
pub(crate) async fn send(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, OrgError> {
    let request = reqwest::Request::try_from(request).map_err(answer::retry_later)?;
    let answer = read(http.execute(request).await).await?;
    // Without its headers: what is not the JSON of a token fails to be read as one.
    Ok(HttpResponse::new(answer.body))
}

/// Why a token request that [`send`] sent has no token.
pub(crate) fn failure(error: RequestTokenError<OrgError, BasicErrorResponse>) -> OrgError {
    match error {
        RequestTokenError::Request(failure) => failure,
        _ => no_token(),
    }
}

async fn read(sent: Result<reqwest::Response, reqwest::Error>) -> Result<Answer, OrgError> {
    let answer = match sent {
        Ok(response) => Answer::read(response).await,
        Err(error) => Err(error),
    };
    let answer = answer.map_err(answer::retry_later)?;
    if answer.status == StatusCode::OK { Ok(answer) } else { Err(refusal(&answer)) }
}

fn refusal(answer: &Answer) -> OrgError {
    let body = answer.json().unwrap_or(Value::Null);
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (code, message) = (text("error"), text("error_description"));
    if code.is_empty() {
        let reason = format!("the token endpoint answered {}", answer.status.as_u16());
        return answer::later(Obstacle::Unreachable, &reason, answer.retry_after);
    }
    let momentary = answer.status.is_server_error()
        || matches!(answer.status.as_u16(), 420 | 429)
        || matches!(code.as_str(), "rate_limit_exceeded" | "server_error" | "temporarily_unavailable");
    if momentary {
        let after = answer.retry_after.unwrap_or(Duration::from_secs(30));
        answer::later(Obstacle::Unreachable, &format!("{code}: {message}"), Some(after))
    } else {
        OrgError::Reauthorise { code, message }
    }
}

fn no_token() -> OrgError {
    answer::later(Obstacle::Unreachable, "the token endpoint did not answer with a token", None)
}
