//! Enqueuing, always in the transaction of the cause.

use envelope::KeyId;
use secure_files::{LinkId, Timestamp};

use super::JobKind;
use crate::app::App;
use crate::secrets::SecretKind;
use crate::store::file_requests::FileRequestRow;
use crate::store::links::{self, LinkRow};
use crate::store::mails::{self, MailRow};
use crate::store::{StoreError, Transaction, jobs};
use crate::vault::VaultError;

impl App {
    pub async fn enqueue(
        &self,
        tx: &mut Transaction,
        org_id: &str,
        kind: JobKind,
        subject_id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        jobs::enqueue(tx, &self.row_id(), org_id, kind.as_str(), subject_id, now.as_millis()).await
    }

    /// For causes that have no transaction of their own left.
    pub async fn enqueue_alone(
        &self,
        org_id: &str,
        kind: JobKind,
        subject_id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.store.transaction("enqueue").await?;
        self.enqueue(&mut tx, org_id, kind, subject_id, now).await?;
        tx.commit().await?;
        self.job_bell.notify_one();
        Ok(())
    }

    /// A mail of `kind` about a request.
    pub async fn enqueue_mail(
        &self,
        tx: &mut Transaction,
        request: &FileRequestRow,
        kind: &str,
        link_id: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mail = MailRow {
            org_id: request.org_id.clone(),
            id: self.row_id(),
            request_id: request.id.clone(),
            kind: kind.to_owned(),
            link_id,
            state: "queued".to_owned(),
            failure: None,
            created_at: now.as_millis(),
            settled_at: None,
        };
        mails::insert(tx, &mail).await?;
        self.enqueue(tx, &request.org_id, JobKind::SendMail, &mail.id, now).await
    }

    /// The mail that asks, with a link of its own whose secret waits, sealed, until the mail was sent.
    pub async fn enqueue_request_mail(
        &self,
        tx: &mut Transaction,
        request: &FileRequestRow,
        now: Timestamp,
    ) -> Result<(), EnqueueError> {
        let secret = self.secrets.draw();
        let id = LinkId::from_random(self.randomness.bytes()).to_string();
        let link = LinkRow {
            org_id: request.org_id.clone(),
            request_id: request.id.clone(),
            purpose: "mail".to_owned(),
            secret_hash: self.secrets.hash(SecretKind::Link, &secret),
            hash_key_id: self.secrets.key_id(),
            secret_sealed: Some(self.vault.seal_cell(&secret_cell(&id), secret.as_bytes())?),
            created_at: now.as_millis(),
            id: id.clone(),
        };
        links::insert(tx, &link).await?;
        Ok(self.enqueue_mail(tx, request, "request", Some(id), now).await?)
    }

    /// Where a customer goes. The secret is in the fragment: it reaches no server log.
    pub fn link_url(&self, request_id: &str, secret: &str) -> String {
        format!("{}/r/{request_id}#{secret}", self.config.http.base_url)
    }

    /// The key that seals new cells, for operators.
    pub fn current_key(&self) -> KeyId {
        self.vault.keyring().current_id()
    }
}

/// Where a link's secret is sealed to.
pub(super) fn secret_cell(link_id: &str) -> String {
    format!("links/{link_id}/secret_sealed")
}

#[derive(Debug, thiserror::Error)]
pub enum EnqueueError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<EnqueueError> for crate::api::Problem {
    fn from(error: EnqueueError) -> Self {
        match error {
            EnqueueError::Store(error) => error.into(),
            EnqueueError::Vault(error) => error.into(),
        }
    }
}
