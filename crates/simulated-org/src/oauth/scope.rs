//! OAuth scopes: which there are, which of them an app may ask for, and what they open.
//!
//! Format: space-separated names, as RFC 6749 section 3.3 writes them.

use super::Denied;
use super::app::App;

pub mod wording;

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
