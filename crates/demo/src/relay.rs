//! The network between the customer's phone and the connector, which can be cut.
//!
//! Both people use the connector's one public address, and a browser may carry both over one connection; so the relay
//! reads which request is the phone's and breaks only those: no answer, in the middle of a byte if need be.

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, Request, Response, header};
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Body, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time,
};

pub struct Relay {
    cut: watch::Sender<bool>,
}

/// How fast the phone sends. At the speed of loopback nobody would see a file travel.
#[derive(Clone, Copy)]
pub enum Uplink {
    Unlimited,
    BytesPerSecond(u32),
}

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the network was cut")]
struct Broken;

#[derive(Clone)]
struct Line {
    client: reqwest::Client,
    connector: SocketAddr,
    uplink: Uplink,
    cut: watch::Receiver<bool>,
}

impl Relay {
    pub fn start(
        listener: TcpListener,
        connector: SocketAddr,
        uplink: Uplink,
        tasks: &mut JoinSet<()>,
    ) -> Result<Self> {
        let (cut, watched) = watch::channel(false);
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let line = Line { client, connector, uplink, cut: watched };
        tasks.spawn(accept(listener, line));
        Ok(Self { cut })
    }

    pub fn cut(&self, cut: bool) {
        self.cut.send_replace(cut);
    }

    pub fn is_cut(&self) -> bool {
        *self.cut.borrow()
    }
}

async fn accept(listener: TcpListener, line: Line) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => { connections.spawn(serve(stream, line.clone())); }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, line: Line) {
    let _ = stream.set_nodelay(true);
    let pass = service_fn(move |request| pass(request, line.clone()));
    // A connection that breaks is what this file is for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), pass).await;
}

async fn pass(request: Request<Incoming>, line: Line) -> Result<Response<UnsyncBoxBody<Bytes, Broken>>, Broken> {
    let phone = is_the_phones(request.uri().path());
    // The others' line never breaks.
    let cut = if phone { line.cut.clone() } else { watch::channel(false).1 };
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("http://{}{path}", line.connector);
    let mut forwarded = line.client.request(parts.method, url).headers(end_to_end(parts.headers));
    if !body.is_end_stream() {
        let uplink = if phone { line.uplink } else { Uplink::Unlimited };
        let paced = body.into_data_stream().then(move |chunk| async move {
            if let (Uplink::BytesPerSecond(rate), Ok(bytes)) = (uplink, &chunk) {
                let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                time::sleep(Duration::from_secs(1) * size / rate).await;
            }
            chunk
        });
        forwarded = forwarded.body(reqwest::Body::wrap_stream(paced));
    }
    let answer = tokio::select! {
        answer = forwarded.send() => answer.map_err(|_| Broken)?,
        Broken = until_cut(cut.clone()) => return Err(Broken),
    };
    let mut response = Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        *headers = end_to_end(answer.headers().clone());
    }
    let chunks = stream::unfold((Box::pin(answer.bytes_stream()), cut), |(mut chunks, cut)| async move {
        let chunk = tokio::select! {
            chunk = chunks.next() => chunk?.map(Frame::data).map_err(|_| Broken),
            Broken = until_cut(cut.clone()) => Err(Broken),
        };
        Some((chunk, (chunks, cut)))
    });
    response.body(StreamBody::new(chunks).boxed_unsync()).map_err(|_| Broken)
}

/// What the upload page and its assets ask for.
fn is_the_phones(path: &str) -> bool {
    ["/r/", "/assets/", "/api/v1/customer/"].iter().any(|start| path.starts_with(start))
}

async fn until_cut(mut cut: watch::Receiver<bool>) -> Broken {
    if cut.wait_for(|cut| *cut).await.is_err() {
        std::future::pending::<()>().await;
    }
    Broken
}

fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, HeaderName::from_static("keep-alive")] {
        headers.remove(name);
    }
    headers
}
