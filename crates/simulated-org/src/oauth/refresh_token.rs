//! The refresh token grant. With rotation on, a token that was already replaced ends its whole family.

use axum::http::HeaderMap;

use super::answer::Grant;
use super::form::Form;
use super::origin::Origin;
use super::refresh_tokens::Found;
use super::{Denied, approval, client};
use crate::org::Org;

pub fn grant(org: &Org, origin: &Origin, headers: &HeaderMap, form: &Form) -> Result<Grant, Denied> {
    let app = client::authenticate(org, headers, form)?;
    let token = form.required("refresh_token")?;
    if form.value("scope").is_some() {
        return Err(Denied::request("scope parameter not supported"));
    }
    let dead = || Denied::grant("expired access/refresh token");
    let mut world = org.world();
    let family = match world.authorizations.refresh_tokens.find(token) {
        Found::Current(family) if family.consumer_key == app.consumer_key => family,
        Found::Replaced(family) if family.consumer_key == app.consumer_key => {
            world.authorizations.refresh_tokens.end(family.number);
            world.sessions.expire_family(family.number);
            return Err(dead());
        }
        _ => return Err(dead()),
    };
    approval::admit(org, &mut world, &app, family.user, origin.peer)?;
    let tokens = &mut world.authorizations.refresh_tokens;
    let refresh_token = if app.rotates_refresh_tokens { tokens.rotate(family.number) } else { None };
    let plain = Grant::plain(app, family.user, family.scopes);
    Ok(Grant { signed: true, identified: true, family: Some(family.number), refresh_token, ..plain })
}
