//! Agent tokens as the Org signs them: RS256 with a self-signed certificate of its own, 2048 bits, one year.
//!
//! Overrides exist so that tests can ask for every token a connector must refuse.
//!
//! Format: RFC 7515 compact serialisation; claims as the package's Apex class sets them.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, SigningKey as _};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::randomness;
use crate::record_id::RecordId;
use crate::shape::Shape;

/// The certificate's unique name in Setup, shown as `kid`.
pub const CERTIFICATE_NAME: &str = "Casegate_Agent_Token";
pub const LIFETIME_SECONDS: i64 = 300;

pub struct AgentSigner {
    key: KeyPair,
    pub certificate_pem: String,
}

/// How a token differs from a correct one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenOverrides {
    /// Laid over the claims; `null` removes one.
    pub claims: Map<String, Value>,
    /// Laid over the header; `null` removes a member.
    pub header: Map<String, Value>,
    pub signature: Signature,
    /// Added to `iat` and `exp`.
    pub shift_seconds: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    #[default]
    Correct,
    /// By a key that no Org registered.
    OtherKey,
    /// Nothing after the second dot.
    Absent,
    /// The right signature with one bit turned.
    Altered,
}

/// Whom and what a token is for.
pub struct TokenSubject<'a> {
    pub org: RecordId,
    pub user: RecordId,
    pub case: Option<RecordId>,
    pub audience: &'a str,
    pub permissions: Vec<String>,
}

impl AgentSigner {
    pub fn generate(organisation: &str, now_ms: i64) -> Result<Self> {
        let key = new_key()?;
        let mut params = CertificateParams::default();
        let today = jiff::Timestamp::from_millisecond(now_ms)?.to_zoned(jiff::tz::TimeZone::UTC).date();
        let midnight = |year: i16| {
            let (month, day) = (today.month().unsigned_abs(), today.day().unsigned_abs().min(28));
            rcgen::date_time_ymd(i32::from(year), month, day)
        };
        params.not_before = midnight(today.year());
        params.not_after = midnight(today.year() + 1);
        params.distinguished_name.push(DnType::CommonName, CERTIFICATE_NAME);
        params.distinguished_name.push(DnType::OrganizationName, organisation);
        let certificate = params.self_signed(&key).context("signing the agent token certificate")?;
        Ok(Self { key, certificate_pem: certificate.pem() })
    }

    pub fn from_pem(key_pem: &str, certificate_pem: &str) -> Result<Self> {
        let key = KeyPair::from_pem_and_sign_algo(key_pem, &PKCS_RSA_SHA256).context("the agent token key")?;
        Ok(Self { key, certificate_pem: certificate_pem.to_owned() })
    }

    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    pub fn mint(&self, subject: &TokenSubject, now_ms: i64, overrides: &TokenOverrides) -> Result<String> {
        let issued_at = now_ms.div_euclid(1_000) + overrides.shift_seconds;
        // The Apex class writes its claims in this order; one golden token holds both to it.
        let mut claims = vec![
            ("iss", json!(subject.org.to_string())),
            ("sub", json!(subject.user.to_string())),
            ("aud", json!(subject.audience)),
            ("perms", json!(subject.permissions)),
            ("iat", json!(issued_at)),
            ("exp", json!(issued_at + LIFETIME_SECONDS)),
            ("jti", json!(randomness::uuid())),
        ];
        claims.extend(subject.case.map(|case| ("case", json!(case.to_string()))));
        let header = vec![("alg", json!("RS256")), ("typ", json!("JWT")), ("kid", json!(CERTIFICATE_NAME))];
        let header = serde_json::to_string(&laid_over(header, &overrides.header))?;
        let claims = serde_json::to_string(&laid_over(claims, &overrides.claims))?;
        let input = format!("{}.{}", encode(header), encode(claims));
        let signature = match overrides.signature {
            Signature::Absent => Vec::new(),
            Signature::OtherKey => new_key()?.sign(input.as_bytes())?,
            Signature::Correct => self.key.sign(input.as_bytes())?,
            Signature::Altered => {
                let mut signature = self.key.sign(input.as_bytes())?;
                signature[20] ^= 1;
                signature
            }
        };
        Ok(format!("{input}.{}", encode(signature)))
    }
}

fn new_key() -> Result<KeyPair> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).context("generating an RSA key")
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The members in order, with overridden ones replaced in place, removed or added at the end.
fn laid_over(members: Vec<(&str, Value)>, overrides: &Map<String, Value>) -> Shape {
    let mut laid: Vec<(String, Shape)> =
        members.into_iter().map(|(name, value)| (name.to_owned(), Shape::Plain(value))).collect();
    for (name, value) in overrides {
        let place = laid.iter().position(|(laid_name, _)| laid_name == name);
        match (place, value.is_null()) {
            (Some(place), true) => drop(laid.remove(place)),
            (Some(place), false) => laid[place].1 = Shape::Plain(value.clone()),
            (None, true) => {}
            (None, false) => laid.push((name.clone(), Shape::Plain(value.clone()))),
        }
    }
    Shape::Members(laid)
}
