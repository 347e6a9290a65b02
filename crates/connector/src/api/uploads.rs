//! tus 1.0.0: creation, creation-with-upload, expiration, termination, checksum for requests of one segment at most.
//!
//! Format: <https://tus.io/protocols/resumable-upload>.
//! Invariant: an answer that names an offset is given only after these bytes are durable.

pub mod append_upload;
pub mod cancel_upload;
pub mod describe_uploads;
pub mod receive;
pub mod show_upload;
pub mod start_upload;
mod tus;

use secure_files::{Refusal, UploadId};

use super::Problem;
use super::credentials::Customer;
use crate::app::App;
use crate::store::uploads::{self, UploadRow};

/// The upload of the path, if it belongs to the customer's request.
async fn upload_of(app: &App, customer: &Customer, id: &str) -> Result<UploadRow, Problem> {
    // Only an id is looked up: PostgreSQL fails on a NUL, which is no failure of ours to report.
    id.parse::<UploadId>().map_err(|_| Refusal::NotFound)?;
    let mut reader = app.store.read().await?;
    let upload = uploads::find(&mut reader, &customer.request.org_id, id).await?;
    Ok(upload.filter(|upload| upload.request_id == customer.request.id).ok_or(Refusal::NotFound)?)
}
