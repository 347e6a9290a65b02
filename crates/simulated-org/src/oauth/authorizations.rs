//! What people and apps have agreed on while the Org runs: browser logins, consents, codes, refresh tokens.
//!
//! Units: epoch milliseconds, UTC.

use std::collections::{BTreeMap, BTreeSet};

use super::Denied;
use super::app::App;
use super::authorize::request::AuthorizeRequest;
use super::refresh_tokens::RefreshTokens;
use crate::randomness;
use crate::record_id::RecordId;

/// A code is good for 15 minutes, a page for as long.
const CODE_MS: i64 = 15 * 60 * 1_000;
/// A browser stays logged in for two hours, as a session does.
const BROWSER_MS: i64 = 2 * 60 * 60 * 1_000;
const HOUR_MS: i64 = 60 * 60 * 1_000;

#[derive(Default)]
pub struct Authorizations {
    pub refresh_tokens: RefreshTokens,
    /// (consumer key, user): consent given on the page.
    approvals: BTreeSet<(String, RecordId)>,
    codes: BTreeMap<String, Code>,
    spent_codes: BTreeSet<String>,
    browsers: BTreeMap<String, (RecordId, i64)>,
    questions: BTreeMap<String, Question>,
    /// The hour, and logins in it.
    logins: BTreeMap<RecordId, (i64, u32)>,
}

/// What an authorization code stands for.
#[derive(Clone, Debug)]
pub struct Code {
    pub consumer_key: String,
    pub user: RecordId,
    pub scopes: Vec<String>,
    pub redirect_uri: String,
    pub challenge: Option<String>,
    pub nonce: Option<String>,
    expires_at: i64,
}

/// A consent page that somebody is looking at.
struct Question {
    user: RecordId,
    request: AuthorizeRequest,
    expires_at: i64,
}

impl Authorizations {
    pub fn has_approved(&self, app: &App, user: RecordId) -> bool {
        self.approvals.contains(&(app.consumer_key.clone(), user))
    }

    pub fn approve(&mut self, app: &App, user: RecordId) {
        self.approvals.insert((app.consumer_key.clone(), user));
    }

    pub fn forget_approval(&mut self, app: &App, user: RecordId) {
        self.approvals.remove(&(app.consumer_key.clone(), user));
    }

    /// A new code. It ends in `==`, as real ones do, so that a client which does not decode it fails.
    pub fn issue_code(&mut self, request: &AuthorizeRequest, user: RecordId, now: i64) -> String {
        let code = format!("aPrx{}==", randomness::text(60));
        let meaning = Code {
            consumer_key: request.app.consumer_key.clone(),
            user,
            scopes: request.scopes.clone(),
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge.clone(),
            nonce: request.nonce.clone(),
            expires_at: now + CODE_MS,
        };
        self.codes.insert(code.clone(), meaning);
        code
    }

    /// Spends a code, whatever comes of it: a second try finds it expired.
    pub fn redeem_code(&mut self, code: &str, now: i64) -> Result<Code, Denied> {
        let expired = || Denied::grant("expired authorization code");
        if self.spent_codes.contains(code) {
            return Err(expired());
        }
        let meaning = self.codes.remove(code).ok_or_else(|| Denied::grant("invalid authorization code"))?;
        self.spent_codes.insert(code.to_owned());
        if now >= meaning.expires_at { Err(expired()) } else { Ok(meaning) }
    }

    /// Logs a browser in; the answer is its cookie.
    pub fn open_browser(&mut self, user: RecordId, now: i64) -> String {
        let cookie = randomness::text(32);
        self.browsers.insert(cookie.clone(), (user, now + BROWSER_MS));
        cookie
    }

    pub fn browser_user(&self, cookie: &str, now: i64) -> Option<RecordId> {
        self.browsers.get(cookie).filter(|(_, until)| now < *until).map(|(user, _)| *user)
    }

    /// Remembers a consent page; the answer is the ticket it carries.
    pub fn ask(&mut self, request: AuthorizeRequest, user: RecordId, now: i64) -> String {
        let ticket = randomness::text(32);
        self.questions.insert(ticket.clone(), Question { user, request, expires_at: now + CODE_MS });
        ticket
    }

    /// Who decided about what, by a ticket that works once.
    pub fn decided(&mut self, ticket: &str, now: i64) -> Option<(RecordId, AuthorizeRequest)> {
        let question = self.questions.remove(ticket)?;
        (now < question.expires_at).then_some((question.user, question.request))
    }

    /// Ends what a user's browsers and pages could still do.
    pub fn close_browsers(&mut self, user: RecordId) {
        self.browsers.retain(|_, (known, _)| *known != user);
        self.questions.retain(|_, question| question.user != user);
        self.codes.retain(|_, code| code.user != user);
    }

    /// Counts one login; says no when the user's hour is used up.
    pub fn count_login(&mut self, user: RecordId, per_hour: u32, now: i64) -> bool {
        let hour = now.div_euclid(HOUR_MS);
        let (counted, logins) = self.logins.entry(user).or_insert((hour, 0));
        if *counted != hour {
            (*counted, *logins) = (hour, 0);
        }
        *logins += 1;
        *logins <= per_hour
    }
}
