//! What the customer's browser does: redeem the link, upload by tus, finish.
//!
//! Format: tus 1.0.0, <https://tus.io/protocols/resumable-upload>.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{
    expect,
    sample::{NAME, Sample},
};
use crate::stage::Stage;

const PIECE: usize = 64 * 1024;

pub struct Customer {
    http: reqwest::Client,
    base_url: String,
    session: String,
}

impl Customer {
    pub fn new(base_url: &str) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(2)).build()?;
        Ok(Self { http, base_url: base_url.to_owned(), session: String::new() })
    }

    /// `link` is `…/r/{request}#{secret}`. Looking at it changes nothing; redeeming it is a POST.
    pub async fn redeem(&mut self, link: &str) -> Result<()> {
        let (page, secret) = link.split_once('#').context("a link without a secret")?;
        let request_id = page.rsplit('/').next().unwrap_or_default();
        expect(self.http.get(page).send().await?, 200).await?;
        let wanted = json!({ "request_id": request_id, "secret": secret });
        let redeemed = self.http.post(self.url("sessions")).json(&wanted).send().await?;
        let redeemed: Value = expect(redeemed, 201).await?.json().await?;
        redeemed["session_token"].as_str().context("no session token")?.clone_into(&mut self.session);

        let shown = self.authorised(self.http.get(self.url("request"))).send().await?;
        let shown: Value = expect(shown, 200).await?.json().await?;
        for told in ["organisation", "case_number", "retention_days", "stored_where", "legal_basis", "dpo_contact"] {
            ensure!(!shown[told].is_null(), "the page does not say `{told}`");
        }
        if shown["consent"]["required"] == true {
            let given = json!({ "wording_version": shown["consent"]["wording_version"] });
            expect(self.authorised(self.http.post(self.url("consents"))).json(&given).send().await?, 204).await?;
        }
        Ok(())
    }

    pub async fn create_upload(&self, sample: &Sample) -> Result<String> {
        let encoded = |text: &str| BASE64_STANDARD.encode(text);
        let metadata = format!(
            "filename {},filetype {},client_id {}",
            encoded(NAME),
            encoded("application/octet-stream"),
            encoded("check-1")
        );
        let create = || {
            self.tus(self.http.post(self.url("uploads")))
                .header("Upload-Length", sample.bytes.len())
                .header("Upload-Metadata", &metadata)
                .send()
        };
        let made = expect(create().await?, 201).await?;
        let again = expect(create().await?, 201).await?;
        let location = |answer: &reqwest::Response| -> Result<String> {
            let location = answer.headers().get("location").context("no Location")?.to_str()?;
            Ok(answer.url().join(location)?.into())
        };
        let upload = location(&made)?;
        ensure!(upload == location(&again)?, "a repeated creation made a second upload");
        Ok(upload)
    }

    /// Sends from the start; the network goes once `cut_after` bytes are out.
    pub async fn send_until_cut(
        &self,
        upload: &str,
        sample: &Sample,
        cut_after: usize,
        stage: &Arc<Stage>,
    ) -> Result<()> {
        let first = pieces(sample.bytes.slice(..cut_after));
        let stage = Arc::clone(stage);
        // What was handed over still has to travel before the cable is pulled.
        let cut = stream::once(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            stage.relay.cut(true);
            std::future::pending::<std::io::Result<Bytes>>().await
        });
        let body = reqwest::Body::wrap_stream(first.chain(cut));
        match self.patch(upload, 0).header("Content-Length", sample.bytes.len()).body(body).send().await {
            Ok(answer) => bail!("the server answers {} over a cut network", answer.status()),
            Err(_) => Ok(()),
        }
    }

    pub async fn send_rest(&self, upload: &str, sample: &Sample, offset: usize) -> Result<()> {
        let rest = sample.bytes.slice(offset..);
        expect(self.patch(upload, offset).body(rest).send().await?, 204).await?;
        let arrived = self.offset(upload).await?;
        ensure!(arrived == sample.bytes.len(), "the server states {arrived} bytes");
        Ok(())
    }

    pub async fn offset(&self, upload: &str) -> Result<usize> {
        let answer = expect(self.tus(self.http.head(upload)).send().await?, 200).await?;
        Ok(answer.headers().get("upload-offset").context("no Upload-Offset")?.to_str()?.parse()?)
    }

    pub async fn finish(&self, sample: &Sample) -> Result<()> {
        let receipt = super::eventually("the receipt", async || {
            let answer = self.authorised(self.http.post(self.url("finish"))).send().await?;
            // The file is still being sealed.
            if answer.status().as_u16() == 409 {
                return Ok(None);
            }
            Ok(Some(expect(answer, 200).await?.json::<Value>().await?))
        })
        .await?;
        let file = &receipt["files"][0];
        ensure!(file["sha256"] == sample.sha256.as_str(), "the receipt states another digest: {receipt}");
        ensure!(file["size_bytes"] == sample.bytes.len(), "the receipt states another size: {receipt}");
        ensure!(receipt["kept_until"].is_string(), "the receipt does not say how long the file is kept: {receipt}");
        Ok(())
    }

    fn patch(&self, upload: &str, offset: usize) -> RequestBuilder {
        self.tus(self.http.patch(upload))
            .header("Upload-Offset", offset)
            .header("Content-Type", "application/offset+octet-stream")
    }

    fn tus(&self, request: RequestBuilder) -> RequestBuilder {
        self.authorised(request).header("Tus-Resumable", "1.0.0")
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.session)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/customer/{path}", self.base_url)
    }
}

fn pieces(bytes: Bytes) -> impl stream::Stream<Item = std::io::Result<Bytes>> {
    let count = bytes.len().div_ceil(PIECE);
    stream::iter((0..count).map(move |piece| Ok(bytes.slice(piece * PIECE..bytes.len().min((piece + 1) * PIECE)))))
}
