//! An HTTP server that says exactly what a test tells it to, down to broken answers no proper server would send.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub authorization: String,
    pub content_type: String,
    pub body: String,
}

/// What to answer.
pub enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Promises more bytes than it sends.
    BreakOff {
        status: u16,
    },
    /// Closes without a byte.
    HangUp,
}

pub fn json(status: u16, body: serde_json::Value) -> Reply {
    Reply::Answer {
        status,
        headers: vec![("Content-Type", "application/json;charset=UTF-8".into())],
        body: body.to_string(),
    }
}

pub fn html(status: u16) -> Reply {
    let body = "<!DOCTYPE html><html><body><h1>We are down for maintenance.</h1></body></html>".into();
    Reply::Answer { status, headers: vec![("Content-Type", "text/html".into())], body }
}

pub fn empty(status: u16) -> Reply {
    Reply::Answer { status, headers: Vec::new(), body: String::new() }
}

impl Reply {
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Reply::Answer { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

pub struct StandIn {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl StandIn {
    /// Every request is answered by `script`; token requests included.
    pub fn start(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(script);
        let record = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, record) = (Arc::clone(&script), Arc::clone(&record));
                thread::spawn(move || serve(&stream.unwrap(), script.as_ref(), &record));
            }
        });
        Self { url, seen }
    }

    /// Tokens are granted (`token-1`, `token-2` …); everything else is answered by `script`.
    pub fn granting(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let granted = Mutex::new(0);
        Self::start(move |request| {
            if request.path == "/services/oauth2/token" {
                let mut granted = granted.lock().unwrap();
                *granted += 1;
                return json(200, token_answer(*granted));
            }
            script(request)
        })
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Requests other than for a token.
    pub fn calls(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|request| request.path != "/services/oauth2/token").collect()
    }

    pub fn token_requests(&self) -> usize {
        self.seen().len() - self.calls().len()
    }
}

/// As the JWT bearer grant answers: no refresh token and no lifetime.
pub fn token_answer(number: u32) -> serde_json::Value {
    serde_json::json!({
        "access_token": format!("token-{number}"),
        "scope": "api",
        "instance_url": "https://example.my.salesforce.com",
        "id": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA",
        "token_type": "Bearer",
    })
}

fn serve(stream: &TcpStream, script: &(dyn Fn(&Seen) -> Reply + Send + Sync), record: &Mutex<Vec<Seen>>) {
    let Some(request) = read(stream) else { return };
    record.lock().unwrap().push(request.clone());
    let mut out = stream;
    let text = match script(&request) {
        Reply::Answer { status, headers, body } => {
            let headers = headers.iter().fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n");
            let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
            format!("HTTP/1.1 {status} x\r\n{headers}{length}Connection: close\r\n\r\n{body}")
        }
        Reply::BreakOff { status } => {
            format!("HTTP/1.1 {status} x\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n{{\"id\":")
        }
        Reply::HangUp => String::new(),
    };
    // The client may have given up; that is its right.
    let _ = out.write_all(text.as_bytes());
}

fn read(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut authorization, mut content_type) = (0, String::new(), String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "content-type" => value.trim().clone_into(&mut content_type),
            "authorization" => value.trim().clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Seen { method, path, authorization, content_type, body: String::from_utf8(body).ok()? })
}
