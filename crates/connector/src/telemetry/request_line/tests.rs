//! The line is written once per request and holds nothing the client chose.

use std::{collections::HashMap, fmt};

use axum::{Router, middleware, routing};
use futures_util::stream;
use http_body_util::BodyExt;
use tower::ServiceExt;
use tracing::{Subscriber, field::Visit};
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt};

use super::*;
use crate::telemetry::current_request_id;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<HashMap<String, String>>>>);

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if event.metadata().target() == "casegate::request" {
            self.0.lock().unwrap().push(fields.0);
        }
    }
}

#[derive(Default)]
struct Fields(HashMap<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

fn router() -> Router {
    let state =
        RequestLine { clock: Clock::fixed(secure_files::Timestamp::from_millis(0)), randomness: Randomness::seeded(1) };
    Router::new()
        .route("/downloads/{ticket}", routing::get(|| async { "twelve bytes" }))
        .route(
            "/echo",
            routing::post(|notes: RequestNotes, id: RequestId, body: Bytes| async move {
                notes.set_actor(ActorKind::Agent);
                notes.set_org("00D000000000001AAA");
                assert_eq!(current_request_id(), Some(id.clone()));
                (StatusCode::CREATED, format!("{} {}", id, body.len()))
            }),
        )
        .route(
            "/stream",
            routing::get(|| async { Body::from_stream(stream::iter([Ok::<_, std::io::Error>("one"), Ok("two")])) }),
        )
        .route("/never", routing::get(std::future::pending::<()>))
        .layer(middleware::from_fn_with_state(state, request_line))
}

/// Runs on this thread only, because the capturing subscriber is this thread's.
fn lines_of(work: impl AsyncFnOnce(Router)) -> Vec<HashMap<String, String>> {
    let lines = Lines::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(Registry::default().with(lines.clone()), || {
        runtime.block_on(work(router()));
    });
    Arc::into_inner(lines.0).map(|lines| lines.into_inner().unwrap()).unwrap()
}

fn get(path: &str) -> Request {
    Request::get(path).body(Body::empty()).unwrap()
}

#[test]
fn the_line_names_the_route_and_not_the_path() {
    let lines = lines_of(async |router| {
        let response = router.oneshot(get("/downloads/SECRET-TICKET?q=SECRET")).await.unwrap();
        assert_eq!(response.headers()["x-request-id"].len(), 26);
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), 12);
    });
    assert_eq!(lines.len(), 1);
    assert!(!format!("{lines:?}").contains("SECRET"));
    let line = &lines[0];
    assert_eq!(line["route"], "/downloads/{ticket}");
    assert_eq!((&*line["status"], &*line["bytes_sent"], &*line["outcome"]), ("200", "12", "answered"));
}

#[test]
fn the_line_counts_bytes_and_knows_the_actor() {
    let lines = lines_of(async |router| {
        let response = router.oneshot(Request::post("/echo").body(Body::from("hello")).unwrap()).await.unwrap();
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, format!("{id} 5"));
    });
    let line = &lines[0];
    assert_eq!((&*line["bytes_received"], &*line["status"], &*line["method"]), ("5", "201", "POST"));
    assert_eq!((&*line["actor"], &*line["org"]), ("agent", "00D000000000001AAA"));
}

#[test]
fn a_client_that_goes_away_leaves_one_line_too() {
    let lines = lines_of(async |router| {
        let answered = router.clone().oneshot(get("/stream")).await.unwrap();
        let mut body = answered.into_body();
        body.frame().await.unwrap().unwrap();
        drop(body);
        let waiting = router.clone().oneshot(get("/never"));
        tokio::select! {
            biased;
            _ = waiting => unreachable!("the handler never answers"),
            () = tokio::task::yield_now() => {}
        }
        let whole = router.oneshot(get("/stream")).await.unwrap();
        whole.into_body().collect().await.unwrap();
    });
    let outcomes: Vec<_> = lines.iter().map(|line| (&*line["route"], &*line["outcome"])).collect();
    assert_eq!(outcomes, [("/stream", "cut_off"), ("/never", "no_answer"), ("/stream", "answered")]);
    assert_eq!(lines[0]["bytes_sent"], "3");
}

#[test]
fn unknown_paths_methods_and_inbound_ids_stay_out_of_the_line() {
    let lines = lines_of(async |router| {
        let request = Request::builder()
            .method("SECRETMETHOD")
            .uri("/SECRET")
            .header("x-request-id", "SECRET")
            .body(Body::empty())
            .unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_ne!(response.headers()["x-request-id"], "SECRET");
    });
    assert!(!format!("{lines:?}").contains("SECRET"));
    assert_eq!((&*lines[0]["route"], &*lines[0]["method"], &*lines[0]["status"]), ("unmatched", "other", "404"));
    assert_eq!(lines[0]["outcome"], "answered");
}
