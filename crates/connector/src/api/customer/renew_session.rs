//! A session goes on while its customer is there.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::credentials::{Customer, SESSION_LIFETIME};
use crate::api::{Problem, rfc3339};
use crate::app::App;
use crate::store::customer_sessions;

#[derive(Serialize, ToSchema)]
pub struct RenewedSession {
    pub expires_at: String,
}

#[utoipa::path(post, path = "/api/v1/customer/sessions/renew", tag = "customer", security(("customer_session" = [])),
    responses((status = 200, body = RenewedSession)))]
pub async fn renew_session(State(app): State<App>, customer: Customer) -> Result<Json<RenewedSession>, Problem> {
    let expires_at = customer.now.plus(SESSION_LIFETIME);
    let mut tx = app.store.transaction("renew_session").await?;
    customer_sessions::extend(&mut tx, &customer.session.token_hash, customer.now.as_millis(), expires_at.as_millis())
        .await?;
    tx.commit().await?;
    Ok(Json(RenewedSession { expires_at: rfc3339(expires_at) }))
}
