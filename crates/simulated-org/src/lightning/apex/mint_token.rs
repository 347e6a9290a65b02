//! `FileRequestController.mintToken(caseId)`: a five-minute token for a Case the user can see.

use serde_json::{Value, json};

use super::{Refusal, SETUP_MISSING, check_case, setting};
use crate::agent_token::{LIFETIME_SECONDS, TokenOverrides, TokenSubject};
use crate::record_id::RecordId;
use crate::work::Work;

pub fn mint_token(work: &mut Work, case: RecordId) -> Result<Value, Refusal> {
    check_case(work, case)?;
    let complete = |field| setting(work, field).ok_or(SETUP_MISSING);
    let (base_url, audience) = (complete("BaseUrl__c")?, complete("Audience__c")?);
    complete("Certificate__c")?;
    let subject = TokenSubject {
        org: work.org.id,
        user: work.user,
        case: Some(case),
        audience: &audience,
        permissions: work.grants().custom_permissions.iter().cloned().collect(),
    };
    let token = work.org.signer.mint(&subject, work.now, &TokenOverrides::default()).map_err(|_| SETUP_MISSING)?;
    let expires_at = (work.now.div_euclid(1_000) + LIFETIME_SECONDS) * 1_000;
    Ok(json!({ "token": token, "baseUrl": base_url, "expiresAt": expires_at }))
}
