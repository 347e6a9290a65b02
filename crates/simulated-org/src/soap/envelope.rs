//! SOAP 1.1 envelopes: what was asked, what is answered, and faults.

use std::fmt::Write as _;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use quick_xml::escape::escape;

use crate::schema::xml::Element;

pub struct Request {
    pub session: Option<String>,
    /// The one element of the body, named after the operation.
    pub operation: Element,
}

/// A refusal of the whole request.
pub struct Fault {
    code: String,
    text: String,
}

impl Fault {
    /// `sf:CODE` with the sentence behind the code, as an Org writes it.
    pub fn new(code: &str, sentence: impl AsRef<str>) -> Self {
        Self { code: format!("sf:{code}"), text: format!("{code}: {}", sentence.as_ref()) }
    }

    /// The envelope itself is at fault.
    pub fn client(sentence: impl Into<String>) -> Self {
        Self { code: "soapenv:Client".to_owned(), text: sentence.into() }
    }
}

pub fn read(body: &[u8]) -> Result<Request, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::client("The envelope is not UTF-8"))?;
    let root = Element::parse(text).map_err(|error| Fault::client(format!("The envelope is not XML: {error:#}")))?;
    if root.name != "Envelope" {
        return Err(Fault::client("The document is no SOAP envelope"));
    }
    let session = root
        .child("Header")
        .and_then(|header| header.child("SessionHeader"))
        .and_then(|header| header.text_of("sessionId"));
    let operations = root.child("Body").map(|body| &body.children[..]).unwrap_or_default();
    match operations {
        [operation] => Ok(Request { session: session.map(str::to_owned), operation: operation.clone() }),
        _ => Err(Fault::client("The envelope's body names no operation, or several")),
    }
}

pub fn respond(body: &str) -> Response {
    answer(StatusCode::OK, body)
}

/// Faults come with status 500, which clients recognise them by.
pub fn fault(fault: &Fault) -> Response {
    let (code, text) = (escape(&fault.code), escape(&fault.text));
    answer(
        StatusCode::INTERNAL_SERVER_ERROR,
        &format!("<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></soapenv:Fault>"),
    )
}

fn answer(status: StatusCode, body: &str) -> Response {
    let whole = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns=\"http://soap.sforce.com/2006/04/metadata\" xmlns:sf=\"http://soap.sforce.com/2006/04/metadata\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    );
    (status, [(header::CONTENT_TYPE, "text/xml;charset=UTF-8")], whole).into_response()
}

/// `<name>value</name>`, escaped.
pub fn element(into: &mut String, name: &str, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(into, "<{name}>{}</{name}>", escape(value.to_string()));
}
