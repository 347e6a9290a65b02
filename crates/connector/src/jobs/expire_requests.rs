//! Open requests whose time is over close; their links answer as closed from then on.

use secure_files::{Activity, FileRequestState};

use super::JobKind;
use crate::app::App;
use crate::audit::Event;
use crate::store::file_requests;

const AT_ONCE: i64 = 100;

pub async fn expire_requests(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut reader = app.store.read().await?;
    let due = file_requests::list_expired(&mut reader, now.as_millis(), AT_ONCE).await?;
    drop(reader);
    for request in due {
        let Ok(expired) = FileRequestState::Open.expire() else { continue };
        let mut tx = app.store.transaction("expire_file_request").await?;
        // Closed at its own end, however late we look.
        if file_requests::close(&mut tx, &request.org_id, &request.id, expired.as_str(), request.expires_at).await? {
            app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, now).await?;
            let event = Event::of_request(Activity::FileRequestExpired, &request).by_connector();
            app.audit.append(&mut tx, event, now).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
