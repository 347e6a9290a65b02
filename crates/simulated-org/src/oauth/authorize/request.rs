//! What an app asks for when it sends a browser to `authorize`, read strictly.

use url::form_urlencoded::Serializer;

use crate::oauth::app::App;
use crate::oauth::form::Form;
use crate::oauth::{Denied, scope};
use crate::org::Org;

const PARAMETERS: [&str; 12] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "prompt",
    "display",
    "login_hint",
    "immediate",
    "code_challenge",
    "code_challenge_method",
];

/// A request that may be answered by redirect.
#[derive(Clone, Debug)]
pub struct AuthorizeRequest {
    pub app: App,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub scopes: Vec<String>,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    pub login_hint: Option<String>,
    pub immediate: bool,
    prompts: Vec<String>,
}

/// Where a refusal is told.
pub enum Refusal {
    /// On a page of the Org: who asks, or where to answer, is in doubt.
    Here(Denied),
    /// At this address of the app.
    Redirect(String),
}

impl AuthorizeRequest {
    pub fn read(org: &Org, query: &str) -> Result<Self, Refusal> {
        let form = Form::read(query.as_bytes());
        let (app, redirect_uri) = addressed(org, &form).map_err(Refusal::Here)?;
        let mut request = Self {
            app,
            redirect_uri,
            state: form.value("state").map(str::to_owned),
            scopes: Vec::new(),
            nonce: form.value("nonce").map(str::to_owned),
            challenge: None,
            login_hint: form.value("login_hint").map(str::to_owned),
            immediate: form.value("immediate") == Some("true"),
            prompts: Vec::new(),
        };
        match request.fill(&form) {
            Ok(()) => Ok(request),
            Err(denied) => {
                let error = [("error", denied.error), ("error_description", &denied.description)];
                Err(Refusal::Redirect(request.callback(&error)))
            }
        }
    }

    fn fill(&mut self, form: &Form) -> Result<(), Denied> {
        form.only(&PARAMETERS)?;
        if form.value("response_type") != Some("code") {
            return Err(Denied::new("unsupported_response_type", "response type not supported"));
        }
        self.scopes = scope::requested(&self.app, form.value("scope"))?;
        self.challenge = challenge(&self.app, form)?;
        for prompt in form.value("prompt").unwrap_or_default().split_whitespace() {
            if !["login", "consent", "select_account"].contains(&prompt) {
                return Err(Denied::request("invalid prompt parameter"));
            }
            self.prompts.push(prompt.to_owned());
        }
        if !matches!(form.value("display"), None | Some("page" | "popup" | "touch" | "mobile")) {
            return Err(Denied::request("invalid display parameter"));
        }
        if !matches!(form.value("immediate"), None | Some("true" | "false")) {
            return Err(Denied::request("invalid immediate parameter"));
        }
        Ok(())
    }

    pub fn asks_for(&self, prompt: &str) -> bool {
        self.prompts.iter().any(|known| known == prompt)
    }

    /// The app's address with an answer, and its `state` as it was sent.
    pub fn callback(&self, answer: &[(&str, &str)]) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(answer);
        query.extend_pairs(self.state.iter().map(|state| ("state", state)));
        let joint = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", self.redirect_uri, query.finish())
    }
}

/// The app and its callback; nothing is sent anywhere before both are certain.
fn addressed(org: &Org, form: &Form) -> Result<(App, String), Denied> {
    let key = form.value("client_id").ok_or_else(|| Denied::new("invalid_client_id", "client identifier invalid"))?;
    let app = org.apps.by_key(key)?;
    let missing = || Denied::new("redirect_uri_missing", "redirect_uri not provided");
    let redirect_uri = form.value("redirect_uri").ok_or_else(missing)?;
    if !app.callback_urls.iter().any(|known| known == redirect_uri) {
        return Err(Denied::new("redirect_uri_mismatch", "redirect_uri must match configuration"));
    }
    Ok((app, redirect_uri.to_owned()))
}

/// S256, named or not: two published clients send a challenge without its method.
fn challenge(app: &App, form: &Form) -> Result<Option<String>, Denied> {
    let Some(challenge) = form.value("code_challenge") else {
        if app.requires_pkce {
            return Err(Denied::request("missing required code challenge"));
        }
        return Ok(None);
    };
    let is_digest = challenge.len() == 43
        && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !matches!(form.value("code_challenge_method"), None | Some("S256")) || !is_digest {
        return Err(Denied::request("invalid code challenge"));
    }
    Ok(Some(challenge.to_owned()))
}
