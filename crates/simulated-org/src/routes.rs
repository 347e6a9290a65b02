//! Every URL of the simulated Org, in the order a person meets them.
//!
//! The Org's own port speaks what a real Org speaks, and serves the Case page: `/lightning/r/Case/{id}/view?user=anna`
//! with `/org/…` behind it and the files of `--assets` beside it (`?lws=1` takes those of `…-lws`). `/__sim/` and the
//! mailbox live on the admin port only, so that no client can come to depend on them by accident.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, delete, get, post};

use crate::admin;
use crate::cometd;
use crate::faults::gate::gate;
use crate::lightning;
use crate::mailbox;
use crate::oauth;
use crate::org::Org;
use crate::refused::Refused;
use crate::rest::http as rest;
use crate::soap;

/// The Org's own origin.
pub fn org_routes(org: &Arc<Org>) -> Router {
    let metadata = post(soap::handle).layer(DefaultBodyLimit::max(soap::MAX_BODY_BYTES));
    Router::new()
        .route("/.well-known/openid-configuration", get(oauth::discovery::show))
        .route("/id/keys", get(oauth::discovery::keys))
        .route("/id/{org}/{user}", get(oauth::identity::show))
        .route("/services/oauth2/authorize", get(oauth::authorize::show).post(oauth::authorize::decide))
        .route("/services/oauth2/token", post(oauth::token::issue))
        .route("/services/oauth2/revoke", get(oauth::revoke::by_query).post(oauth::revoke::by_form))
        .route("/services/oauth2/introspect", post(oauth::introspect::introspect))
        .route("/services/oauth2/userinfo", get(oauth::userinfo::show).post(oauth::userinfo::show))
        .route("/services/data", get(rest::list))
        .route("/services/data/", get(rest::list))
        .route("/services/data/{*rest}", any(rest::handle))
        .route("/cometd", any(cometd::handle))
        .route("/cometd/", any(cometd::handle))
        .route("/cometd/{*rest}", any(cometd::handle))
        .route("/services/Soap/m/{version}", metadata.clone())
        .route("/services/Soap/m/{version}/{*appended}", metadata)
        .route("/", get(lightning::case_list::go))
        .route("/lightning/o/Case/list", get(lightning::case_list::show))
        .route("/lightning/r/Case/{id}/view", get(lightning::case_page::show))
        .route("/org/config.js", get(lightning::config_script::show))
        .route("/org/ui-api/records/{id}", get(lightning::ui_record::show))
        .route("/org/apex/{class}/{method}", post(lightning::apex::call))
        .route("/org/events", get(lightning::events::stream))
        .fallback(lightning::assets::serve)
        .layer(from_fn_with_state(org.clone(), gate))
        .with_state(org.clone())
}

/// Control and inspection, on a port of its own.
pub fn admin_routes(org: &Arc<Org>) -> Router {
    Router::new()
        .route("/__sim/seed", get(admin::seed::show))
        .route("/__sim/agent-tokens", post(admin::agent_tokens::mint))
        .route("/__sim/ca.pem", get(admin::certificate_authority::show))
        .route("/__sim/client-certificates", post(admin::client_certificates::register))
        .route("/__sim/apps", get(admin::apps::list))
        .route("/__sim/apps/{app}", post(admin::apps::change))
        .route("/__sim/apps/{app}/rotate-certificate", post(admin::client_certificates::rotate))
        .route("/__sim/apps/{app}/approve", post(admin::approvals::approve))
        .route("/__sim/apps/{app}/revoke-approval", post(admin::approvals::revoke))
        .route("/__sim/users/{user}/activate", post(admin::users::activate))
        .route("/__sim/users/{user}/deactivate", post(admin::users::deactivate))
        .route("/__sim/sessions/expire", post(admin::sessions::expire))
        .route("/__sim/cases/{id}/take-away", post(admin::cases::take_away))
        .route("/__sim/cases/{id}/give-back", post(admin::cases::give_back))
        .route("/__sim/cases/{id}/merge", post(admin::cases::merge))
        .route("/__sim/cases/{id}/delete", post(admin::cases::delete))
        .route("/__sim/records/{object}", get(admin::records::list).post(admin::records::create))
        .route("/__sim/events", get(admin::events::list))
        .route("/__sim/events/faults", get(admin::events::list_faults).post(admin::events::add_fault))
        .route("/__sim/events/release", post(admin::events::release))
        .route("/__sim/events/expire", post(admin::events::expire))
        .route("/__sim/deploys", get(admin::deploys::list))
        .route("/__sim/records/{object}/{id}", post(admin::records::change))
        .route("/__sim/records/{object}/many", post(admin::many_records::load))
        .route("/__sim/sandbox", post(admin::sandboxes::create))
        .route("/__sim/locks", post(admin::locks::hold))
        .route("/__sim/allowance", post(admin::allowance::set))
        .route("/__sim/clock", post(admin::clock::advance))
        .route(
            "/__sim/faults",
            get(admin::fault_rules::list).post(admin::fault_rules::add).delete(admin::fault_rules::clear),
        )
        .route("/__sim/faults/{number}", delete(admin::fault_rules::remove))
        .route("/__sim/referee", get(admin::referee::show).post(admin::referee::instruct))
        .route("/__sim/requests", get(admin::requests::list))
        .route("/mailbox", get(mailbox::page))
        .route("/mailbox/mailbox.css", get(mailbox::style))
        .route("/mailbox/mailbox.js", get(mailbox::script))
        .route("/mailbox/mails.json", get(mailbox::list))
        .route("/mailbox/mails/{number}", get(mailbox::message))
        .route("/__sim/mails", get(admin::mails::list))
        .route("/__sim/mails/{number}", get(admin::mails::show))
        .fallback(unknown)
        .with_state(org.clone())
}

async fn unknown() -> Response {
    let refused = Refused::not_found();
    rest::json_response(StatusCode::NOT_FOUND, &refused.body()).into_response()
}
