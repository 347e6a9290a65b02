//! What agents may do, on the Case that their token is about.

pub mod copy_link;
pub mod create_file_request;
pub mod create_ticket;
pub mod resend_file_request;
pub mod revoke_file_request;
pub mod show_case;
pub mod views;

use secure_files::{CaseId, FileRequestId, Refusal};

use super::Problem;
use crate::org::Org;
use crate::store::Connection;
use crate::store::file_requests::{self, FileRequestRow};

/// The request of the path, if it belongs to the Case of the path.
async fn request_of_case(
    connection: &mut Connection,
    org: &Org,
    case: &CaseId,
    id: &str,
) -> Result<FileRequestRow, Problem> {
    id.parse::<FileRequestId>().map_err(|_| Refusal::NotFound)?;
    let request = file_requests::find(connection, org.id().as_str(), id).await?;
    Ok(request.filter(|request| request.case_id == case.as_str()).ok_or(Refusal::NotFound)?)
}
