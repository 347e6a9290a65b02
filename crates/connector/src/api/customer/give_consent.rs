//! A customer agrees to the wording that the page showed.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use http::StatusCode;
use secure_files::Activity;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::Problem;
use crate::api::credentials::Customer;
use crate::app::App;
use crate::audit::Event;
use crate::store::consents;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenConsent {
    wording_version: String,
}

#[utoipa::path(post, path = "/api/v1/customer/consents", tag = "customer", request_body = GivenConsent,
    security(("customer_session" = [])), responses((status = 204)))]
pub async fn give_consent(
    State(app): State<App>,
    customer: Customer,
    body: Result<Json<GivenConsent>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(given) = body.map_err(|_| Problem::field("body", "it is not the JSON of a consent"))?;
    customer.must_be_open()?;
    let wording = customer
        .policy()?
        .consent
        .filter(|wording| wording.version == given.wording_version)
        .ok_or(Problem::field("wording_version", "it is not the wording of this request"))?;
    let request = &customer.request;
    let mut tx = app.store.transaction("give_consent").await?;
    let now = customer.now.as_millis();
    if consents::insert(&mut tx, &request.org_id, &request.id, &wording.version, &wording.text, now).await? {
        let event = Event::of_request(Activity::ConsentGiven, request).from(&customer.origin).detail(wording.version);
        app.audit.append(&mut tx, event, customer.now).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
