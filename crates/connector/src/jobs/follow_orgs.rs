//! Looks at what happened in each Org without us. Connectors take turns, so that an Org is asked once a minute however
//! many there are.

use std::time::Duration;

use salesforce_client::{Obstacle, OrgError, Usage};

use super::{claim_requests, follow_cases};
use crate::app::App;
use crate::org::Org;
use crate::store::followed_orgs;

const LOOK_EVERY: Duration = Duration::from_mins(1);
/// Salesforce empties its recycle bin after so long; an Org that is new here is looked at so far back.
pub(super) const RECYCLE_BIN: Duration = Duration::from_hours(15 * 24);

/// An Org that does not answer now, or is short of calls, is looked at again with the next turn; nothing else waits for it.
pub async fn follow_orgs(app: &App) -> anyhow::Result<()> {
    for org in app.orgs.iter() {
        let now = app.clock.now();
        let next = now.plus(LOOK_EVERY).as_millis();
        let first = now.as_millis() - i64::try_from(RECYCLE_BIN.as_millis()).unwrap_or(i64::MAX);
        let mut tx = app.store.transaction("take_turn_to_follow").await?;
        let turn = followed_orgs::take_turn(&mut tx, org.id().as_str(), now.as_millis(), next, first).await?;
        let Some(seen_until) = turn else { continue };
        tx.commit().await?;
        let minute = now.as_millis() / i64::try_from(LOOK_EVERY.as_millis()).unwrap_or(i64::MAX);
        let mut looks = Look::ALL;
        looks.rotate_left(usize::try_from(minute.rem_euclid(3)).unwrap_or_default());
        for look in looks {
            if let Err(error) = look.take(app, org, seen_until).await {
                tell(org, look, &error);
            }
        }
    }
    if let Some(percent) = app.orgs.iter().filter_map(|org| used_percent(org.connection.usage()?)).max() {
        metrics::gauge!("casegate_org_calls_used_percent").set(f64::from(percent));
    }
    Ok(())
}

/// Of the calls that Salesforce allows an Org in 24 hours.
fn used_percent(usage: Usage) -> Option<u32> {
    u32::try_from(usage.used.saturating_mul(100).checked_div(usage.max)?).ok()
}

/// When the Org is short of calls, the first look of a turn may be its only one: each is first in its turn.
#[derive(Clone, Copy, Debug)]
enum Look {
    LostCases,
    RestoredCases,
    Requests,
}

impl Look {
    const ALL: [Self; 3] = [Self::LostCases, Self::RestoredCases, Self::Requests];

    async fn take(self, app: &App, org: &Org, seen_until: i64) -> anyhow::Result<()> {
        match self {
            Self::LostCases => follow_cases::follow_cases(app, org, seen_until).await,
            Self::RestoredCases => follow_cases::welcome_back(app, org).await,
            Self::Requests => claim_requests::claim_requests(app, org).await,
        }
    }
}

fn tell(org: &Org, look: Look, error: &anyhow::Error) {
    let org = org.id();
    if let Some(OrgError::RetryLater { obstacle: Obstacle::HeldBack, .. }) = error.downcast_ref() {
        tracing::debug!(target: "casegate", %org, ?look, %error, "a look at an Org is put off");
    } else {
        let error = format!("{error:#}");
        tracing::warn!(target: "casegate", %org, ?look, error, "what happened in an Org is not known");
    }
}
