//! The page that shows three people at once, and the buttons that make their day harder.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{any, get, post},
};
use serde_json::{Value, json};

use crate::{recovery::Stored, stage::Stage};
use xtask::say;

const PAGE: &str = include_str!("../page/index.html");
const SCRIPT: &str = include_str!("../page/demo.js");
const STYLE: &str = include_str!("../page/demo.css");
/// The phone before its owner opens the mail.
const PHONE: &str = include_str!("../page/phone.html");

const DOWN_FOR: Duration = Duration::from_secs(3);

type Shared = State<Arc<Stage>>;

/// Serves the page until the stage is struck; answers its address.
pub async fn open(stage: &Arc<Stage>) -> Result<String> {
    let listener = stage.page.lock().await.take().context("the page is open already")?;
    let url = format!("http://{}", listener.local_addr()?);
    let typed =
        |kind: &'static str, text: &'static str| get(move || async move { ([(header::CONTENT_TYPE, kind)], text) });
    let routes = Router::new()
        .route("/", get(|| async { Html(PAGE) }))
        .route("/phone", get(|| async { Html(PHONE) }))
        .route("/demo.js", typed("text/javascript", SCRIPT))
        .route("/demo.css", typed("text/css", STYLE))
        .route("/stage", get(show_stage))
        .route("/network/{what}", post(switch_network))
        .route("/connector/kill", post(kill_connector))
        .route("/case/{what}", post(move_case))
        // Under our own origin, so that a link in a mail may open on the phone beside it.
        .route("/mailbox", any(show_mailbox))
        .route("/mailbox/{*rest}", any(show_mailbox))
        .route("/__sim/{*rest}", get(show_mailbox))
        .with_state(Arc::clone(stage));
    stage.tasks.lock().await.spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            say::complaint(&format!("the page: {error}"));
        }
    });
    Ok(url)
}

async fn show_stage(State(stage): Shared) -> Result<Json<Value>, Failed> {
    let connector = stage.connector.try_lock().is_ok_and(|mut connector| connector.is_running());
    let commands = match Stored::newest(&stage.data)? {
        Some(stored) => stored.commands(&stage.data),
        None => Value::Null,
    };
    Ok(Json(json!({
        "case_url": stage.org.case_page(),
        "connector_running": connector,
        "network_cut": stage.relay.is_cut(),
        "commands": commands,
        "data": stage.data,
    })))
}

async fn switch_network(State(stage): Shared, Path(what): Path<String>) -> StatusCode {
    match what.as_str() {
        "cut" => stage.relay.cut(true),
        "mend" => stage.relay.cut(false),
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::NO_CONTENT
}

/// Comes back by itself, even if the page that asked is closed.
async fn kill_connector(State(stage): Shared) -> StatusCode {
    let killed = Arc::clone(&stage);
    stage.tasks.lock().await.spawn(async move {
        if let Err(error) = killed.kill_connector(DOWN_FOR).await {
            say::complaint(&format!("{error:#}"));
        }
    });
    StatusCode::NO_CONTENT
}

async fn move_case(State(stage): Shared, Path(what): Path<String>) -> Result<StatusCode, Failed> {
    match what.as_str() {
        "take-away" => stage.org.take_case_away(true).await?,
        "give-back" => stage.org.take_case_away(false).await?,
        _ => return Ok(StatusCode::NOT_FOUND),
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn show_mailbox(State(stage): Shared, request: Request) -> Result<Response, Failed> {
    let path = request.uri().path_and_query().map_or("/mailbox", |path| path.as_str());
    let answer = stage.org.http.get(format!("{}{path}", stage.org.admin_url)).send().await?;
    let mut response = Response::builder().status(answer.status());
    for name in [header::CONTENT_TYPE, header::CONTENT_SECURITY_POLICY] {
        if let Some(value) = answer.headers().get(&name) {
            response = response.header(name, value);
        }
    }
    Ok(response.body(axum::body::Body::from(answer.bytes().await?))?)
}

struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, format!("{:#}", self.0)).into_response()
    }
}
