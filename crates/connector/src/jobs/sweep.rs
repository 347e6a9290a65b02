//! Objects that nobody adopted, sessions and tickets that ended.

use crate::app::App;
use crate::store::{customer_sessions, tickets};

pub async fn sweep(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    while app.staging.sweep(now).await? > 0 {}
    let mut tx = app.store.transaction("remove_ended_sessions").await?;
    customer_sessions::remove_expired(&mut tx, now.as_millis()).await?;
    tickets::remove_expired(&mut tx, now.as_millis()).await?;
    tx.commit().await?;
    Ok(())
}
