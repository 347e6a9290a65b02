//! The simulated Org's back door: what a person would do in Setup, or see in a mailbox.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// Everything the demo needs to know of the Org.
pub struct Org {
    pub http: reqwest::Client,
    pub url: String,
    pub admin_url: String,
    pub smtp: String,
    pub organization_id: String,
    pub client_id: String,
    pub integration_username: String,
    pub agent_certificate_pem: String,
    pub agent_id: String,
    pub case_id: String,
}

/// Who plays the agent, and the Case that is hers alone.
const AGENT: &str = "anna";
const CASE: &str = "gateway_reboots";

impl Org {
    /// From the line that `simulated-org` prints when it is ready.
    pub async fn meet(ready: &str) -> Result<Self> {
        let ready: Value = serde_json::from_str(ready).context("the simulated Org's first line")?;
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        let text = |value: &Value, name: &str| {
            value[name].as_str().map(str::to_owned).with_context(|| format!("the simulated Org names no `{name}`"))
        };
        let admin_url = text(&ready, "admin_url")?;
        let seed = answer(http.get(format!("{admin_url}/__sim/seed"))).await?;
        Ok(Self {
            url: text(&ready, "url")?,
            smtp: text(&ready, "smtp")?,
            organization_id: text(&seed, "org_id")?,
            client_id: text(&seed, "client_id")?,
            integration_username: text(&seed, "integration_username")?,
            agent_certificate_pem: text(&seed, "agent_certificate_pem")?,
            agent_id: text(&seed["users"][AGENT], "id")?,
            case_id: text(&seed["cases"][CASE], "id")?,
            admin_url,
            http,
        })
    }

    pub async fn register_client_certificate(&self, pem: &str) -> Result<()> {
        self.post("client-certificates", json!({ "certificate_pem": pem })).await.map(drop)
    }

    pub async fn agent_token(&self) -> Result<String> {
        let wanted = json!({ "user": self.agent_id, "case": self.case_id });
        let made = self.post("agent-tokens", wanted).await?;
        Ok(made["token"].as_str().context("no token in the answer")?.to_owned())
    }

    pub async fn take_case_away(&self, away: bool) -> Result<()> {
        let what = if away { "take-away" } else { "give-back" };
        self.post(&format!("cases/{}/{what}", self.case_id), json!({ "user": self.agent_id })).await.map(drop)
    }

    pub async fn mails(&self) -> Result<Vec<Value>> {
        list(answer(self.http.get(format!("{}/__sim/mails", self.admin_url))).await?, "mails")
    }

    pub async fn records(&self, object: &str) -> Result<Vec<Value>> {
        list(answer(self.http.get(format!("{}/__sim/records/{object}", self.admin_url))).await?, "records")
    }

    /// The Case page, as the agent has it open.
    pub fn case_page(&self) -> String {
        format!("{}/lightning/r/Case/{}/view?user={AGENT}", self.url, self.case_id)
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value> {
        answer(self.http.post(format!("{}/__sim/{path}", self.admin_url)).json(&body)).await
    }
}

fn list(answer: Value, name: &str) -> Result<Vec<Value>> {
    match answer {
        Value::Array(items) => Ok(items),
        Value::Object(mut fields) => match fields.remove(name) {
            Some(Value::Array(items)) => Ok(items),
            _ => bail!("no `{name}` in the answer"),
        },
        _ => bail!("no list in the answer"),
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Value> {
    let response = request.send().await?;
    let (status, url) = (response.status(), response.url().path().to_owned());
    let body = response.text().await?;
    if !status.is_success() {
        bail!("{url} answers {status}: {body}");
    }
    Ok(if body.is_empty() { Value::Null } else { serde_json::from_str(&body)? })
}
