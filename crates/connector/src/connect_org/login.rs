//! Why an Org does not let us in: each of its answers as the one thing to change in Setup.

use salesforce_client::OrgError;

use super::{Particulars, key_pair};

pub(super) fn sentence(error: &OrgError, particulars: &Particulars) -> String {
    let username = particulars.username();
    let OrgError::Reauthorise { code, message } = error else {
        return match error {
            OrgError::RetryLater { .. } | OrgError::OutcomeUnknown { .. } => {
                format!(
                    "{} does not answer now; check --instance-url and the way there. {error}",
                    particulars.instance_url
                )
            }
            _ => error.to_string(),
        };
    };
    let lower = message.to_lowercase();
    let advice = match code.as_str() {
        "invalid_client_id" | "OAUTH_EC_APP_NOT_FOUND" => {
            "the Org knows no app with this consumer key; copy it again, and give a new app ten minutes".to_owned()
        }
        "invalid_app_access" => format!(
            "{username} is not pre-authorised: in the app's Policies select the permission set Casegate Integration, \
             and assign it to this user"
        ),
        "OAUTH_APP_BLOCKED" => {
            "an admin has blocked the app; unblock it in Setup, Connected Apps OAuth Usage".to_owned()
        }
        "unsupported_grant_type" => "the app does not allow this flow; switch on Enable JWT Bearer Flow".to_owned(),
        _ if lower.contains("approved this consumer") => format!(
            "the app lets no user {username} in: check --username, and under Policies that admin approved users are \
             pre-authorised by Casegate Integration"
        ),
        _ if lower.contains("audience") => format!(
            "the Org does not accept the audience {}: https://login.salesforce.com is for production, \
             https://test.salesforce.com (--sandbox) for sandboxes",
            particulars.audience()
        ),
        _ if lower.contains("assertion") => format!(
            "the app does not know our certificate: upload {} under Enable JWT Bearer Flow",
            key_pair::certificate_file(&particulars.folder).display()
        ),
        _ if lower.contains("inactive") => format!("the user {username} is inactive; activate it in Setup, Users"),
        _ if lower.contains("ip restricted") => {
            "this machine's address is not among those that the app or the profile allows; add it".to_owned()
        }
        _ if lower.contains("expired") => {
            "the Org finds our assertion expired: is the clock of this machine right?".to_owned()
        }
        _ => "the Org refuses our login".to_owned(),
    };
    format!("{advice} ({code}: {message})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_of_the_org_has_its_own_sentence() {
        let particulars =
            Particulars { username: Some("integration@example.com".to_owned()), ..Particulars::default() };
        let said = |code: &str, message: &str| {
            let error = OrgError::Reauthorise { code: code.to_owned(), message: message.to_owned() };
            sentence(&error, &particulars)
        };
        for (code, message, part) in [
            ("invalid_client_id", "client identifier invalid", "consumer key"),
            ("OAUTH_EC_APP_NOT_FOUND", "", "consumer key"),
            ("invalid_app_access", "user is not admin approved to access this app", "not pre-authorised"),
            ("OAUTH_APP_BLOCKED", "this app is blocked by admin", "blocked"),
            ("unsupported_grant_type", "grant type not supported", "Enable JWT Bearer Flow"),
            ("invalid_grant", "user hasn't approved this consumer", "lets no user integration@example.com in"),
            ("invalid_grant", "Audience validation failed", "audience"),
            ("invalid_grant", "invalid assertion", "certificate"),
            ("invalid_grant", "inactive user", "is inactive"),
            ("invalid_grant", "ip restricted", "address"),
            ("invalid_grant", "expired authorization code", "clock"),
        ] {
            let sentence = said(code, message);
            assert!(sentence.contains(part), "{code} {message}: {sentence}");
            assert!(sentence.ends_with(&format!("({code}: {message})")), "the Org's own words: {sentence}");
        }
    }
}
