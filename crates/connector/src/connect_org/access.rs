//! Whether the integration user may do enough, and not too much.

use salesforce_client::{Identity, OrgConnection, RecordId};

use super::Particulars;
use super::agent_token::Proof;
use crate::check_config::Outcome;

/// What we need, and what the app grants with it by itself.
const SCOPES: [&str; 6] = ["api", "refresh_token", "offline_access", "openid", "id", "identity"];

pub(super) async fn scopes(connection: &OrgConnection) -> Outcome {
    let scopes = connection.scopes().await.map_err(|error| error.to_string())?;
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    if has("full") {
        return Err("the app has the scope full, far more than Casegate needs; leave api and refresh_token".to_owned());
    }
    if !has("api") {
        return Err("the app lacks the scope api, without which nothing works; add it".to_owned());
    }
    match scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        Some(wide) => Err(format!("the app has the scope {wide}, which Casegate does not need; take it away")),
        None => Ok(scopes.join(", ")),
    }
}

pub(super) async fn user(connection: &OrgConnection, identity: &Identity, particulars: &Particulars) -> Outcome {
    let soql = format!("SELECT Username, Profile.Name FROM User WHERE Id = '{}'", identity.user_id);
    let rows = connection.query(&soql).await.map_err(|error| error.to_string())?;
    let row = rows.first().ok_or("the user that we run as does not see itself")?;
    let text =
        |value: Option<&serde_json::Value>| value.and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let (username, profile) =
        (text(row.get("Username")), text(row.get("Profile").and_then(|profile| profile.get("Name"))));
    if !username.eq_ignore_ascii_case(particulars.username()) {
        return Err(format!("we run as {username}, not as {}; correct the app's run-as user", particulars.username()));
    }
    if profile == "System Administrator" {
        return Err(format!(
            "{username} is a System Administrator: use a user of its own with the profile Minimum Access - API Only \
             Integrations"
        ));
    }
    Ok(format!("{username}, profile {profile}"))
}

/// By a Case that an agent works on, or by any that there is.
pub(super) async fn cases(connection: &OrgConnection, identity: &Identity, proof: Option<&Proof>) -> Outcome {
    let case = match proof {
        Some(proof) => proof.case,
        None => any_case(connection).await?,
    };
    let access = async |user: &RecordId| {
        let rows = connection.user_record_access(user, &[case]).await.map_err(|error| error.to_string())?;
        Ok::<_, String>(rows.into_iter().find(|row| row.record_id == case && row.has_read))
    };
    let Some(own) = access(&identity.user_id).await? else {
        return Err(format!("the integration user does not see the Case {case}: give it Read and View All on Case"));
    };
    if own.has_edit {
        return Err(format!(
            "the integration user may do more with Cases than see them ({}): leave it Read and View All on Case",
            own.max_level
        ));
    }
    if let Some(proof) = proof
        && access(&proof.user).await?.is_none()
    {
        return Err(format!("the agent {} of the token does not see the Case {case}", proof.user));
    }
    Ok(format!("sees {case}, and may not change it"))
}

async fn any_case(connection: &OrgConnection) -> Result<RecordId, String> {
    let rows = connection.query("SELECT Id FROM Case LIMIT 1").await.map_err(|error| {
        format!("the integration user cannot read Cases: give it Read and View All on Case. {error}")
    })?;
    let id = rows.first().and_then(|row| row.get("Id")?.as_str().map(str::to_owned));
    let id = id.and_then(|id| RecordId::parse(&id).ok());
    id.ok_or_else(|| "the integration user sees no Case at all: give it Read and View All on Case".to_owned())
}
