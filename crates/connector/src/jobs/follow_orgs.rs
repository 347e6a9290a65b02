//! Looks at what happened in each Org without us. Connectors take turns, so that an Org is asked once a minute however
//! many there are.

use std::time::Duration;

use super::{claim_requests, follow_cases};
use crate::app::App;
use crate::org::Org;
use crate::store::followed_orgs;

const LOOK_EVERY: Duration = Duration::from_mins(1);
/// Salesforce empties its recycle bin after so long; an Org that is new here is looked at so far back.
pub(super) const RECYCLE_BIN: Duration = Duration::from_hours(15 * 24);

/// An Org that does not answer now is looked at again with the next turn; nothing else waits for it.
pub async fn follow_orgs(app: &App) -> anyhow::Result<()> {
    for org in app.orgs.iter() {
        let now = app.clock.now();
        let next = now.plus(LOOK_EVERY).as_millis();
        let first = now.as_millis() - i64::try_from(RECYCLE_BIN.as_millis()).unwrap_or(i64::MAX);
        let mut tx = app.store.transaction("take_turn_to_follow").await?;
        let turn = followed_orgs::take_turn(&mut tx, org.id().as_str(), now.as_millis(), next, first).await?;
        let Some(seen_until) = turn else { continue };
        tx.commit().await?;
        if let Err(error) = follow(app, org, seen_until).await {
            tracing::warn!(
                target: "casegate", org = %org.id(), error = format!("{error:#}"), "what happened in an Org is not known"
            );
        }
    }
    Ok(())
}

async fn follow(app: &App, org: &Org, seen_until: i64) -> anyhow::Result<()> {
    follow_cases::follow_cases(app, org, seen_until).await?;
    claim_requests::claim_requests(app, org).await
}
