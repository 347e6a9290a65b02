//! The API described: OpenAPI 3.1, generated from the handlers, served as it is.

use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{agent, customer, downloads, uploads};

#[derive(OpenApi)]
#[openapi(
    info(title = "Casegate", description = "Exchange files with customers from inside a Salesforce Case.", license(name = "Apache-2.0")),
    paths(
        agent::show_case::show_case,
        agent::create_file_request::create_file_request,
        agent::copy_link::copy_link,
        agent::resend_file_request::resend_file_request,
        agent::revoke_file_request::revoke_file_request,
        agent::create_ticket::create_ticket,
        downloads::download,
        customer::redeem_link::redeem_link,
        customer::renew_session::renew_session,
        customer::show_request::show_request,
        customer::give_consent::give_consent,
        customer::finish::finish,
        uploads::describe_uploads::describe_uploads,
        uploads::start_upload::start_upload,
        uploads::show_upload::show_upload,
        uploads::append_upload::append_upload,
        uploads::cancel_upload::cancel_upload
    ),
    modifiers(&Credentials)
)]
pub struct Api;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        for (name, description) in [
            ("agent_token", "A JWT that the Org signed for one Case, five minutes long."),
            ("customer_session", "What a redeemed link was exchanged for."),
        ] {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build();
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// `GET /api/v1/openapi.json`.
pub async fn show_openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(Api::openapi())
}
