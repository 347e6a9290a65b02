//! A real token of an agent: proof that the Org signs with the certificate that we were given.

use std::fs;

use jsonwebtoken::DecodingKey;
use salesforce_client::{Identity, RecordId};
use secure_files::{AgentToken, RawClaims, Subject, Timestamp, TokenFault};
use zeroize::Zeroizing;

use super::Particulars;
use crate::check_config::{Outcome, certificate};
use crate::config::AgentCertificate;
use crate::org::{JwsFault, public_key_of, verify_jws};

/// Who works on which Case, as the Org itself signed it.
pub(super) struct Proof {
    pub(super) user: RecordId,
    pub(super) case: RecordId,
}

/// The certificate, and its key.
pub(super) fn certificate(particulars: &Particulars, now: Timestamp) -> Result<(String, DecodingKey), String> {
    let file = particulars.agent_certificate.clone().ok_or(
        "no certificate for agent tokens was given: download Casegate_Agent_Token and name it with --agent-certificate",
    )?;
    let pem = fs::read_to_string(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let said = certificate::check_agent(&AgentCertificate { pem: pem.clone(), file }, now)?;
    Ok((said, public_key_of(&pem)?))
}

pub(super) fn token(
    particulars: &Particulars,
    key: &DecodingKey,
    identity: &Identity,
    now: Timestamp,
) -> Result<Proof, String> {
    let file = particulars.agent_token_file.as_ref().ok_or(
        "no token was tried: have an agent mint one as step 7 says, and name its file with --agent-token-file",
    )?;
    let text = fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let text = Zeroizing::new(text);
    let payload = verify_jws(text.trim(), std::slice::from_ref(key)).map_err(|fault| match fault {
        JwsFault::Signature => "the Org signs with another certificate than the one given: download the one that \
                                Certificate__c of Casegate Setting names"
            .to_owned(),
        fault => format!("{} holds no agent token: {fault}", file.display()),
    })?;
    let claims: RawClaims =
        serde_json::from_slice(&payload).map_err(|_| format!("{} holds no agent token", file.display()))?;
    let made_for = claims.aud.clone();
    let token = AgentToken::check(claims, &particulars.base_url, now).map_err(|fault| match fault {
        TokenFault::Audience => {
            format!(
                "the token is for `{made_for}`: enter `{}` as Audience__c of Casegate Setting",
                particulars.base_url
            )
        }
        TokenFault::Expired | TokenFault::NotYet => {
            "the token is not of the last five minutes: mint another, and check the clock of this machine".to_owned()
        }
        fault => format!("the token does not hold: {fault}"),
    })?;
    if token.org.as_str() != identity.organization_id.as_str() {
        return Err(format!("the token is of the Org {}, but we logged in to {}", token.org, identity.organization_id));
    }
    let Subject::Case(case) = &token.subject else {
        return Err("the token is not about one Case: mint it with the id of a Case".to_owned());
    };
    let id = |text: &str| RecordId::parse(text).map_err(|_| format!("`{text}` in the token is no id"));
    Ok(Proof { user: id(token.user.as_str())?, case: id(case.as_str())? })
}

pub(super) fn outcome(proof: &Result<Proof, String>) -> Outcome {
    proof.as_ref().map(|proof| format!("the Org signed it for {}", proof.user)).map_err(Clone::clone)
}
