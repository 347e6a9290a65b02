//! The form that a client posts, or the query it asks with: known names only, each at most once.

use axum::http::{HeaderMap, header};
use url::form_urlencoded;

use super::Denied;

pub struct Form(Vec<(String, String)>);

impl Form {
    /// The body of a POST. Without the content type of a form there is nothing in it, as in a real Org.
    pub fn posted(headers: &HeaderMap, body: &[u8]) -> Self {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") { Self::read(body) } else { Self(Vec::new()) }
    }

    pub fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// A parameter's value; an empty one counts as absent, as RFC 6749 section 3.1 says.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    pub fn required(&self, name: &str) -> Result<&str, Denied> {
        self.value(name).ok_or_else(|| Denied::request(format!("missing required parameter: {name}")))
    }

    /// Stricter than a real Org, which ignores what it does not know: a misspelt `code_challenge` must show.
    pub fn only(&self, known: &[&str]) -> Result<(), Denied> {
        for (place, (name, _)) in self.0.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(Denied::request(format!("the simulated org knows no parameter {name} here")));
            }
            if self.0[..place].iter().any(|(earlier, _)| earlier == name) {
                return Err(Denied::request(format!("parameter {name} is repeated")));
            }
        }
        Ok(())
    }
}
