//! What the agent's panel does: request, follow, open; with a fresh token of the Org for each.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{
    eventually, expect,
    sample::{NAME, Sample},
};
use crate::stage::Stage;
use xtask::digest;

const RECIPIENT: &str = "grace.hopper@customer.example";

pub struct Agent<'a> {
    stage: &'a Stage,
    http: reqwest::Client,
}

impl<'a> Agent<'a> {
    pub fn new(stage: &'a Arc<Stage>) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_mins(2)).build()?;
        Ok(Self { stage, http })
    }

    pub async fn request_file(&self) -> Result<String> {
        let wanted = json!({
            "client_id": "check-1",
            "recipient_email": RECIPIENT,
            "recipient_name": "Grace Hopper",
            "language": "en",
            "message": "Please send us the core dump of last night.",
            "needed": "Core dump, packet capture",
            "due_on": null,
            "case_number": "00001001",
            "contact_id": null,
            "lifetime_hours": null,
        });
        let made = self.authorised(self.http.post(self.case_url("/file-requests"))).await?.json(&wanted).send().await?;
        let made: Value = expect(made, 201).await?.json().await?;
        Ok(made["id"].as_str().context("a request without an id")?.to_owned())
    }

    pub async fn link_in_mail(&self, request: &str) -> Result<String> {
        let start = format!("{}/r/{request}#", self.stage.base_url);
        eventually("the mail with the link", async || {
            for mail in self.stage.org.mails().await? {
                // Wherever the sink keeps the text: the link stands in it, once per part of the mail.
                if let Some(link) = texts(&mail).find_map(|text| link_in(text, &start)) {
                    return Ok(Some(link));
                }
            }
            Ok(None)
        })
        .await
    }

    pub async fn attached_file(&self, sample: &Sample) -> Result<String> {
        let file = eventually("the file on the Case", async || {
            let panel = self.authorised(self.http.get(self.case_url(""))).await?.send().await?;
            let panel: Value = expect(panel, 200).await?.json().await?;
            let file = panel["files"][0].clone();
            Ok((file["attached"] == true).then_some(file))
        })
        .await?;
        ensure!(file["file_name"] == NAME, "the panel names the file {}", file["file_name"]);
        ensure!(file["sha256"] == sample.sha256.as_str(), "the panel states another digest");
        Ok(file["id"].as_str().context("a file without an id")?.to_owned())
    }

    pub async fn expect_one_record(&self, sample: &Sample) -> Result<()> {
        let records = self.stage.org.records("SecureFile__c").await?;
        let ours = records.iter().filter(|record| record["Sha256__c"] == sample.sha256.as_str()).count();
        ensure!(ours == 1 && records.len() == 1, "{} SecureFile__c, {ours} of them ours", records.len());
        Ok(())
    }

    pub async fn ticket(&self, file: &str) -> Result<String> {
        let made = self.authorised(self.http.post(self.tickets(file))).await?.send().await?;
        let made: Value = expect(made, 201).await?.json().await?;
        Ok(made["url"].as_str().context("a ticket without a URL")?.to_owned())
    }

    pub async fn expect_refusal(&self, file: &str) -> Result<()> {
        let refused = self.authorised(self.http.post(self.tickets(file))).await?.send().await?;
        ensure!(refused.status().is_client_error(), "a ticket without the Case: {}", refused.status());
        Ok(())
    }

    pub async fn download(&self, url: &str, sample: &Sample) -> Result<()> {
        let whole = expect(self.http.get(url).send().await?, 200).await?;
        let disposition =
            whole.headers().get("content-disposition").context("no Content-Disposition")?.to_str()?.to_owned();
        ensure!(disposition.starts_with("attachment"), "{disposition}");
        let bytes = whole.bytes().await?;
        ensure!(digest::sha256(&bytes) == sample.sha256 && bytes == sample.bytes, "the download differs");

        let (start, end) = (70_000, 9_000_000);
        let part = self.http.get(url).header("Range", format!("bytes={start}-{end}")).send().await?;
        let part = expect(part, 206).await?.bytes().await?;
        ensure!(part == sample.bytes.slice(start..=end), "a part of the download differs");
        Ok(())
    }

    async fn authorised(&self, request: RequestBuilder) -> Result<RequestBuilder> {
        Ok(request.bearer_auth(self.stage.org.agent_token().await?))
    }

    fn tickets(&self, file: &str) -> String {
        self.case_url(&format!("/secure-files/{file}/tickets"))
    }

    fn case_url(&self, rest: &str) -> String {
        format!("{}/api/v1/cases/{}{rest}", self.stage.base_url, self.stage.org.case_id)
    }
}

fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(text.as_str())),
        Value::Array(items) => Box::new(items.iter().flat_map(texts)),
        Value::Object(fields) => Box::new(fields.values().flat_map(texts)),
        _ => Box::new(std::iter::empty()),
    }
}

fn link_in(text: &str, start: &str) -> Option<String> {
    let from = &text[text.find(start)?..];
    let end = from.find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>')).unwrap_or(from.len());
    Some(from[..end].to_owned())
}
