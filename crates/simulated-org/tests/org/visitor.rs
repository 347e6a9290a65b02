//! An app of the web server flow and the person it sends to the Org, without a browser.

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};

use crate::caller::{Caller, Reply, reply};

/// RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const PASSWORD: &str = "Simulated-1";

pub struct Visitor {
    pub client_id: String,
    pub client_secret: Option<String>,
    pub redirect_uri: String,
    authorize: String,
    http: Client,
}

impl Visitor {
    pub fn of(caller: &Caller, app: &str) -> Self {
        let app = caller.org.app(app).unwrap();
        Self {
            client_id: app.consumer_key,
            client_secret: app.consumer_secret,
            redirect_uri: app.callback_urls[0].clone(),
            authorize: format!("{}/services/oauth2/authorize", caller.org.url()),
            http: Client::builder().redirect(Policy::none()).build().unwrap(),
        }
    }

    /// A correct request, with what the test adds or replaces; an empty value leaves a parameter out.
    pub fn address(&self, changes: &[(&str, &str)]) -> Url {
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("code_challenge", CHALLENGE),
            ("state", "st/ä te"),
        ];
        let mut url = Url::parse(&self.authorize).unwrap();
        let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        url.query_pairs_mut().extend_pairs(kept.chain(changes).filter(|(_, value)| !value.is_empty()));
        url
    }

    pub async fn open(&self, changes: &[(&str, &str)]) -> Reply {
        reply(self.http.get(self.address(changes))).await
    }

    pub fn get(&self, changes: &[(&str, &str)]) -> RequestBuilder {
        self.http.get(self.address(changes))
    }

    pub async fn post(&self, changes: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
        reply(self.http.post(self.address(changes)).form(form)).await
    }

    /// Logs in and agrees in one step.
    pub async fn agree(&self, changes: &[(&str, &str)], username: &str) -> Reply {
        let form = [("username", username), ("password", PASSWORD), ("decision", "allow")];
        self.post(changes, &form).await
    }

    pub async fn code(&self, changes: &[(&str, &str)], username: &str) -> String {
        let reply = self.agree(changes, username).await;
        parameter(&reply, "code").unwrap_or_else(|| panic!("{reply:?}"))
    }

    pub async fn redeem(&self, caller: &Caller, code: &str, changes: &[(&str, &str)]) -> Reply {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.as_deref().unwrap_or_default()),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let form: Vec<_> = kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect();
        caller.token_call(&form).await
    }

    /// The whole flow.
    pub async fn log_in(&self, caller: &Caller, username: &str) -> Reply {
        let code = self.code(&[], username).await;
        let answer = self.redeem(caller, &code, &[]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    pub async fn refresh(&self, caller: &Caller, token: &str) -> Reply {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.as_deref().unwrap_or_default()),
        ];
        let form: Vec<_> = form.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        caller.token_call(&form).await
    }
}

/// A parameter of the address that an answer redirects to.
pub fn parameter(reply: &Reply, name: &str) -> Option<String> {
    if reply.status != 302 {
        return None;
    }
    let to = Url::parse(reply.headers["location"].to_str().unwrap()).unwrap();
    to.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
