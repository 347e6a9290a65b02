//! Checking the signature of an agent's token: RS256 with a registered certificate, nothing else.
//!
//! Format: RFC 7515, compact serialization; header members other than `alg`, `typ`, `kid` are refused, so no `jku`,
//! `jwk`, `x5u` or `crit` can ever matter.
//! Invariant: which key fits is decided by trying the registered ones, never by what the token says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use secure_files::{AgentToken, OrgId, RawClaims, Timestamp, TokenFault};
use serde::Deserialize;

use super::{Org, Orgs};

/// Why a signed text does not hold: for the operator's log, never for the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwsFault {
    #[error("not three parts of unpadded base64url")]
    Form,
    #[error("the header is not exactly RS256 with typ and kid at most")]
    Header,
    #[error("no registered certificate made this signature")]
    Signature,
    #[error("the claims are not those of an agent token")]
    Claims,
    #[error("the Org is not registered here")]
    UnknownOrg,
    #[error(transparent)]
    Token(#[from] TokenFault),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JwsHeader {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default, rename = "kid")]
    _kid: Option<String>,
}

/// The longest token that is looked at: 200 Case ids fit four times.
const LONGEST: usize = 16 * 1024;

/// The payload of a compact JWS that one of `keys` signed with RS256.
pub fn verify_jws(token: &str, keys: &[DecodingKey]) -> Result<Vec<u8>, JwsFault> {
    let (payload, ..) = verify_parts(token, keys)?;
    Ok(payload)
}

fn verify_parts(token: &str, keys: &[DecodingKey]) -> Result<(Vec<u8>, usize), JwsFault> {
    if token.len() > LONGEST {
        return Err(JwsFault::Form);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(JwsFault::Form);
    };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsFault::Form);
    let header_bytes = decode(header)?;
    // Serde also reads a struct from an array of its fields; RFC 7515 knows no such header.
    if header_bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(JwsFault::Header);
    }
    let header_json: JwsHeader = serde_json::from_slice(&header_bytes).map_err(|_| JwsFault::Header)?;
    let is_jwt = header_json.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if header_json.alg != "RS256" || !is_jwt {
        return Err(JwsFault::Header);
    }
    let payload_bytes = decode(payload)?;
    decode(signature)?;
    let signed = &token.as_bytes()[..header.len() + 1 + payload.len()];
    let key = keys
        .iter()
        .position(|key| jsonwebtoken::crypto::verify(signature, signed, key, Algorithm::RS256).unwrap_or(false))
        .ok_or(JwsFault::Signature)?;
    Ok((payload_bytes, key))
}

/// Checks signature and claims; the Org is the one whose certificate fits and whom the token names.
pub fn verify_agent_token<'a>(
    token: &str,
    orgs: &'a Orgs,
    audience: &str,
    now: Timestamp,
) -> Result<(AgentToken, &'a std::sync::Arc<Org>), JwsFault> {
    // Which Org it says is read before the signature is checked, and used only to choose whose keys to try.
    let claimed = claimed_issuer(token)?;
    let org = orgs.find(&claimed).ok_or(JwsFault::UnknownOrg)?;
    let payload = verify_jws(token, &org.keys)?;
    let claims: RawClaims = serde_json::from_slice(&payload).map_err(|_| JwsFault::Claims)?;
    let token = AgentToken::check(claims, audience, now)?;
    if token.org != claimed {
        return Err(JwsFault::Claims);
    }
    Ok((token, org))
}

fn claimed_issuer(token: &str) -> Result<OrgId, JwsFault> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: OrgId,
    }
    if token.len() > LONGEST {
        return Err(JwsFault::Form);
    }
    let payload = token.split('.').nth(1).ok_or(JwsFault::Form)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| JwsFault::Form)?;
    let issuer: Issuer = serde_json::from_slice(&payload).map_err(|_| JwsFault::Claims)?;
    Ok(issuer.iss)
}

/// The RSA key of a certificate in PEM.
pub fn public_key_of(certificate_pem: &str) -> Result<DecodingKey, String> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(certificate_pem.as_bytes())
        .map_err(|_| "an agent certificate is no PEM certificate".to_owned())?;
    let certificate = pem.parse_x509().map_err(|_| "an agent certificate cannot be read".to_owned())?;
    match certificate.public_key().parsed() {
        Ok(x509_parser::public_key::PublicKey::RSA(_)) => {
            Ok(DecodingKey::from_rsa_der(&certificate.public_key().subject_public_key.data))
        }
        _ => Err("an agent certificate holds no RSA key".to_owned()),
    }
}

#[cfg(test)]
mod tests;
