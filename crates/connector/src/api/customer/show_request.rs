//! The customer's page asks how things stand.

use axum::Json;
use axum::extract::State;

use super::views::CustomerRequestView;
use crate::api::Problem;
use crate::api::credentials::Customer;
use crate::app::App;

#[utoipa::path(get, path = "/api/v1/customer/request", tag = "customer", security(("customer_session" = [])),
    responses((status = 200, body = CustomerRequestView)))]
pub async fn show_request(State(app): State<App>, customer: Customer) -> Result<Json<CustomerRequestView>, Problem> {
    let mut reader = app.store.read().await?;
    if customer.request.state != "fulfilled" {
        customer.must_be_open()?;
    }
    Ok(Json(CustomerRequestView::read(&app, &mut reader, customer.request).await?))
}
