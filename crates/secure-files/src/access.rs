//! Who may do what: one function, one table of tests.

use crate::{AgentToken, CaseId, Permission, Refusal, Timestamp};

/// What an agent asks for, always on one Case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// See the Case's requests and files.
    ListCase,
    /// Ask the customer for files.
    RequestFiles,
    /// Take the link to a chat or a phone call.
    CopyLink,
    /// Send the mail once more.
    ResendMail,
    /// Take a request back.
    RevokeRequest,
    /// Open a file.
    OpenFile,
}

/// Whether the holder of the token may do that on that Case now.
///
/// # Errors
/// `NotFound` for another Case (the holder may not know that it exists), `Forbidden` without the permission,
/// `Unauthenticated` for opening with a token older than a minute.
pub fn may(token: &AgentToken, operation: Operation, case: &CaseId, now: Timestamp) -> Result<(), Refusal> {
    if !token.is_about(case) {
        return Err(Refusal::NotFound);
    }
    let needed = match operation {
        Operation::ListCase => None,
        Operation::RequestFiles | Operation::CopyLink | Operation::ResendMail => Some(Permission::RequestFiles),
        Operation::RevokeRequest => Some(Permission::RevokeRequests),
        Operation::OpenFile => Some(Permission::OpenFiles),
    };
    if needed.is_some_and(|permission| !token.has(permission)) {
        return Err(Refusal::Forbidden);
    }
    if operation == Operation::OpenFile && !token.is_fresh(now) {
        return Err(Refusal::Unauthenticated);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OrgId, Subject, UserId};

    #[test]
    fn each_operation_needs_its_permission_on_the_tokens_own_case() {
        use Operation::{CopyLink, ListCase, OpenFile, RequestFiles, ResendMail, RevokeRequest};
        let case = CaseId::parse("500000000000001").unwrap();
        let other = CaseId::parse("500000000000002").unwrap();
        let now = Timestamp::from_millis(1_000_000);
        let token = |permissions: &[Permission]| AgentToken {
            org: OrgId::parse("00D000000000062").unwrap(),
            user: UserId::parse("005000000000001").unwrap(),
            permissions: permissions.iter().map(|permission| permission.name().to_owned()).collect(),
            subject: Subject::Case(case.clone()),
            issued_at: now,
            expires_at: now,
            jti: "1".to_owned(),
        };
        let all = [Permission::RequestFiles, Permission::OpenFiles, Permission::RevokeRequests];
        for (operation, needed) in [
            (ListCase, None),
            (RequestFiles, Some(Permission::RequestFiles)),
            (CopyLink, Some(Permission::RequestFiles)),
            (ResendMail, Some(Permission::RequestFiles)),
            (RevokeRequest, Some(Permission::RevokeRequests)),
            (OpenFile, Some(Permission::OpenFiles)),
        ] {
            assert_eq!(may(&token(&all), operation, &case, now), Ok(()), "{operation:?}");
            assert_eq!(may(&token(&all), operation, &other, now), Err(Refusal::NotFound), "{operation:?}");
            for held in all {
                let expected =
                    if needed.is_none_or(|needed| needed == held) { Ok(()) } else { Err(Refusal::Forbidden) };
                assert_eq!(may(&token(&[held]), operation, &case, now), expected, "{operation:?} with {held:?}");
            }
        }
        let later = Timestamp::from_millis(1_000_000 + 60_001);
        assert_eq!(may(&token(&all), OpenFile, &case, later), Err(Refusal::Unauthenticated));
        assert_eq!(may(&token(&all), RequestFiles, &case, later), Ok(()));
    }

    #[test]
    fn a_set_up_token_opens_no_case() {
        let case = CaseId::parse("500000000000001").unwrap();
        let now = Timestamp::from_millis(0);
        let token = AgentToken {
            org: OrgId::parse("00D000000000062").unwrap(),
            user: UserId::parse("005000000000001").unwrap(),
            permissions: vec![],
            subject: Subject::Setup,
            issued_at: now,
            expires_at: now,
            jti: "1".to_owned(),
        };
        assert_eq!(may(&token, Operation::ListCase, &case, now), Err(Refusal::NotFound));
    }
}
