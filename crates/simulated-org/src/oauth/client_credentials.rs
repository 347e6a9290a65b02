//! The client credentials grant: the app itself, acting as its run-as user. On the My Domain host only.

use axum::http::HeaderMap;

use super::answer::Grant;
use super::form::Form;
use super::origin::Origin;
use super::{Denied, approval, client, scope, user};
use crate::org::Org;

pub fn grant(org: &Org, origin: &Origin, headers: &HeaderMap, form: &Form) -> Result<Grant, Denied> {
    if ["login.salesforce.com", "test.salesforce.com"].contains(&origin.host.split(':').next().unwrap_or_default()) {
        return Err(Denied::grant("request not supported on this domain"));
    }
    if form.value("scope").is_some() {
        return Err(Denied::request("scope parameter not supported"));
    }
    let app = client::confidential(org, headers, form)?;
    let mut world = org.world();
    let run_as = app.run_as.filter(|run_as| user::active(&world, *run_as));
    let run_as = run_as.ok_or_else(|| Denied::grant("no client credentials user enabled"))?;
    approval::admit(org, &mut world, &app, run_as, origin.peer)?;
    let scopes = scope::without_refresh(&app);
    Ok(Grant { signed: true, ..Grant::plain(app, run_as, scopes) })
}
