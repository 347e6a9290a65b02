//! OAuth scopes: which there are, which of them an app may ask for, and what they open.
//!
//! Format: space-separated names, as RFC 6749 section 3.3 writes them.

use super::Denied;
use super::app::App;

/// What a consent page says about each scope, in the order it says so.
const SCOPES: [(&str, &str); 11] = [
    ("id", "Access the identity URL service"),
    ("profile", "Access your profile information"),
    ("email", "Access your e-mail address"),
    ("address", "Access your address"),
    ("phone", "Access your phone number"),
    ("openid", "Access unique user identifiers"),
    ("api", "Manage user data via APIs"),
    ("web", "Manage user data via Web browsers"),
    ("full", "Full access"),
    ("refresh_token", "Perform requests at any time"),
    ("offline_access", "Perform requests at any time"),
];

pub fn names() -> impl Iterator<Item = &'static str> {
    SCOPES.iter().map(|(name, _)| *name)
}

pub fn sentences(granted: &[String]) -> Vec<&'static str> {
    let asked = SCOPES.iter().filter(|(name, _)| granted.iter().any(|scope| scope == name));
    asked.map(|(_, sentence)| *sentence).collect()
}

/// The scopes of a request: some of the app's, or all of them when it names none.
pub fn requested(app: &App, asked: Option<&str>) -> Result<Vec<String>, Denied> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else { return Ok(app.scopes.clone()) };
    let mut scopes: Vec<String> = Vec::new();
    for name in asked.split_whitespace() {
        if !app.scopes.iter().any(|allowed| allowed == name) {
            return Err(Denied::new("invalid_scope", "the requested scope is not allowed"));
        }
        if !scopes.iter().any(|known| known == name) {
            scopes.push(name.to_owned());
        }
    }
    Ok(scopes)
}

/// What a grant without a person gives: everything but tokens for later.
pub fn without_refresh(app: &App) -> Vec<String> {
    app.scopes.iter().filter(|scope| !is_refresh(scope)).cloned().collect()
}

pub fn opens_api(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope == "api" || scope == "full")
}

pub fn keeps_refreshing(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| is_refresh(scope))
}

pub fn identifies(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope == "openid")
}

fn is_refresh(scope: &str) -> bool {
    scope == "refresh_token" || scope == "offline_access"
}
