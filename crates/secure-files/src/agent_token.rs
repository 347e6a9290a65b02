//! The agent's token: who, in which Org, for which Case, with which permissions, for five minutes.
//!
//! The signature is checked elsewhere; here the claims are.
//!
//! Units: `iat` and `exp` are seconds since the epoch (RFC 7519, section 2).

use std::time::Duration;

use serde::Deserialize;

use crate::{CaseId, OrgId, Timestamp, UserId};

const LONGEST_LIFETIME: Duration = Duration::from_mins(5);
const LEEWAY: Duration = Duration::from_mins(1);
const FRESH_FOR: Duration = Duration::from_mins(1);
const MOST_CASES: usize = 200;

/// The claims as they were signed.
#[derive(Clone, Debug, Deserialize)]
pub struct RawClaims {
    /// Organisation id.
    pub iss: String,
    /// User id.
    pub sub: String,
    /// The connector's base URL.
    pub aud: String,
    /// Names of custom permissions.
    pub perms: Vec<String>,
    /// Seconds.
    pub iat: i64,
    /// Seconds.
    pub exp: i64,
    /// Unique per token.
    pub jti: String,
    /// One Case …
    #[serde(default)]
    pub case: Option<String>,
    /// … or several …
    #[serde(default)]
    pub cases: Option<Vec<String>>,
    /// … or the set-up assistant.
    #[serde(default)]
    pub setup: Option<bool>,
}

/// What the token is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The Case whose page the agent has open.
    Case(CaseId),
    /// The Cases of one customer, at most 200.
    Cases(Vec<CaseId>),
    /// The set-up assistant.
    Setup,
}

/// What an agent may do beyond looking at the Case's requests and files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Ask customers for files.
    RequestFiles,
    /// Open files.
    OpenFiles,
    /// Take requests back.
    RevokeRequests,
}

impl Permission {
    /// The name of the custom permission in Salesforce.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestFiles => "Casegate_Request_Files",
            Self::OpenFiles => "Casegate_Open_Files",
            Self::RevokeRequests => "Casegate_Revoke_Requests",
        }
    }
}

/// Why a token does not hold: for the operator's log, never for the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFault {
    /// `iss` is no organisation id.
    #[error("iss is no organisation id")]
    Issuer,
    /// `sub` is no user id.
    #[error("sub is no user id")]
    Subject,
    /// Made for somebody else.
    #[error("aud is another connector")]
    Audience,
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// Made in the future.
    #[error("the token was issued in the future")]
    NotYet,
    /// Lives longer than five minutes, or less than no time.
    #[error("the token's lifetime is not within five minutes")]
    Lifetime,
    /// Not exactly one of `case`, `cases`, `setup`, or ids that are none.
    #[error("the token is not about exactly one subject")]
    About,
    /// Without `jti`.
    #[error("jti is empty or too long")]
    TokenId,
}

/// A token whose claims hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentToken {
    /// The Org that signed it.
    pub org: OrgId,
    /// The agent.
    pub user: UserId,
    /// Names of custom permissions, unknown ones too.
    pub permissions: Vec<String>,
    /// What it is about.
    pub subject: Subject,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Unique per token.
    pub jti: String,
}

impl AgentToken {
    /// Checks the claims of a token whose signature was already found good, at the start of a request.
    pub fn check(claims: RawClaims, expected_audience: &str, now: Timestamp) -> Result<Self, TokenFault> {
        let org = OrgId::parse(&claims.iss).map_err(|_| TokenFault::Issuer)?;
        let user = UserId::parse(&claims.sub).map_err(|_| TokenFault::Subject)?;
        if claims.aud != expected_audience {
            return Err(TokenFault::Audience);
        }
        let seconds = |seconds: i64| seconds.checked_mul(1_000).map(Timestamp::from_millis).ok_or(TokenFault::Lifetime);
        let (issued_at, expires_at) = (seconds(claims.iat)?, seconds(claims.exp)?);
        if expires_at <= issued_at || expires_at.since(issued_at) > LONGEST_LIFETIME {
            return Err(TokenFault::Lifetime);
        }
        if now >= expires_at.plus(LEEWAY) {
            return Err(TokenFault::Expired);
        }
        if issued_at > now.plus(LEEWAY) {
            return Err(TokenFault::NotYet);
        }
        if claims.jti.is_empty() || claims.jti.len() > 128 {
            return Err(TokenFault::TokenId);
        }
        let subject = match (claims.case, claims.cases, claims.setup) {
            (Some(case), None, None) => Subject::Case(CaseId::parse(&case).map_err(|_| TokenFault::About)?),
            (None, Some(cases), None) if (1..=MOST_CASES).contains(&cases.len()) => Subject::Cases(
                cases
                    .iter()
                    .map(|case| CaseId::parse(case).map_err(|_| TokenFault::About))
                    .collect::<Result<_, _>>()?,
            ),
            (None, None, Some(true)) => Subject::Setup,
            _ => return Err(TokenFault::About),
        };
        Ok(Self { org, user, permissions: claims.perms, subject, issued_at, expires_at, jti: claims.jti })
    }

    /// Minted within the last minute: what opening a file needs.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.issued_at) <= FRESH_FOR
    }

    /// Whether the agent holds a permission.
    pub fn has(&self, permission: Permission) -> bool {
        self.permissions.iter().any(|name| name == permission.name())
    }

    /// Whether the token is about that Case.
    pub fn is_about(&self, case: &CaseId) -> bool {
        match &self.subject {
            Subject::Case(own) => own == case,
            Subject::Cases(own) => own.contains(case),
            Subject::Setup => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUDIENCE: &str = "https://files.example.com";
    const NOW: i64 = 1_790_000_000;

    fn claims() -> RawClaims {
        RawClaims {
            iss: "00D000000000062EAA".to_owned(),
            sub: "005000000000001".to_owned(),
            aud: AUDIENCE.to_owned(),
            perms: vec!["Casegate_Open_Files".to_owned()],
            iat: NOW,
            exp: NOW + 300,
            jti: "1".to_owned(),
            case: Some("500000000000001".to_owned()),
            cases: None,
            setup: None,
        }
    }

    fn check_at(change: impl FnOnce(&mut RawClaims), seconds: i64) -> Result<AgentToken, TokenFault> {
        let mut claims = claims();
        change(&mut claims);
        AgentToken::check(claims, AUDIENCE, Timestamp::from_millis(seconds * 1_000))
    }

    #[test]
    fn a_good_token_holds_to_the_second() {
        assert!(check_at(|_| {}, NOW).is_ok());
        assert!(check_at(|_| {}, NOW - 60).is_ok(), "our clock may be a minute behind");
        assert_eq!(check_at(|_| {}, NOW - 61), Err(TokenFault::NotYet));
        assert!(check_at(|_| {}, NOW + 359).is_ok(), "our clock may be a minute ahead");
        assert_eq!(check_at(|_| {}, NOW + 360), Err(TokenFault::Expired));
    }

    #[test]
    fn the_token_that_apex_signs_holds() {
        #[derive(Deserialize)]
        struct Golden {
            claims: RawClaims,
            now: i64,
        }
        let golden: Golden = serde_json::from_str(include_str!("../../../tests/payloads/agent-token.json")).unwrap();
        let now = Timestamp::from_millis(golden.now * 1_000);
        let token = AgentToken::check(golden.claims, "https://casegate.example.com", now).unwrap();
        assert_eq!(token.org.as_str(), "00D000000000062EAA");
        assert_eq!(token.user.as_str(), "005000000000001AAA");
        assert_eq!(token.subject, Subject::Case(CaseId::parse("500000000000001AAA").unwrap()));
        assert!(token.is_fresh(now) && token.has(Permission::OpenFiles) && token.has(Permission::RequestFiles));
        assert!(!token.has(Permission::RevokeRequests));
    }

    #[test]
    fn each_wrong_claim_is_refused() {
        type Change = fn(&mut RawClaims);
        let table: [(Change, TokenFault); 14] = [
            (|claims| claims.iss = "https://login.salesforce.com".to_owned(), TokenFault::Issuer),
            (|claims| claims.iss = "005000000000001".to_owned(), TokenFault::Issuer),
            (|claims| claims.sub = String::new(), TokenFault::Subject),
            (|claims| claims.aud.push('/'), TokenFault::Audience),
            (|claims| claims.aud = "https://files.example.org".to_owned(), TokenFault::Audience),
            (|claims| claims.exp = NOW + 301, TokenFault::Lifetime),
            (|claims| claims.exp = NOW, TokenFault::Lifetime),
            (|claims| claims.exp = i64::MAX, TokenFault::Lifetime),
            (|claims| claims.jti.clear(), TokenFault::TokenId),
            (|claims| claims.case = None, TokenFault::About),
            (|claims| claims.setup = Some(true), TokenFault::About),
            (|claims| claims.case = Some("001000000000001".to_owned()), TokenFault::About),
            (
                |claims| {
                    claims.case = None;
                    claims.setup = Some(false);
                },
                TokenFault::About,
            ),
            (
                |claims| {
                    claims.case = None;
                    claims.cases = Some(vec!["500000000000001".to_owned(); 201]);
                },
                TokenFault::About,
            ),
        ];
        for (index, (change, fault)) in table.into_iter().enumerate() {
            assert_eq!(check_at(change, NOW).unwrap_err(), fault, "row {index}");
        }
    }

    #[test]
    fn times_must_be_whole_numbers_and_permissions_a_list() {
        let json = |iat: &str, perms: &str| {
            format!(r#"{{"iss":"a","sub":"b","aud":"c","perms":{perms},"iat":{iat},"exp":1,"jti":"x","case":"y"}}"#)
        };
        assert!(serde_json::from_str::<RawClaims>(&json("1", "[]")).is_ok());
        for (iat, perms) in
            [("1.5", "[]"), ("\"1\"", "[]"), ("1e3", "[]"), ("99999999999999999999", "[]"), ("1", "\"x\"")]
        {
            assert!(serde_json::from_str::<RawClaims>(&json(iat, perms)).is_err(), "{iat} {perms}");
        }
    }

    #[test]
    fn a_token_is_fresh_for_a_minute() {
        let token = check_at(|_| {}, NOW).unwrap();
        assert!(token.is_fresh(Timestamp::from_millis((NOW + 60) * 1_000)));
        assert!(!token.is_fresh(Timestamp::from_millis((NOW + 60) * 1_000 + 1)));
    }
}
