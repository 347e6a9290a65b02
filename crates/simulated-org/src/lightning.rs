//! The browser's side of the Org: a Case page that looks like Lightning Experience, and what runs behind it.
//!
//! The person at the browser is chosen, not logged in: `?user=anna` sets a cookie.

use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;

use crate::cell::Cell;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::start::user_named;

pub mod apex;
pub mod assets;
pub mod case_list;
pub mod case_page;
pub mod config_script;
pub mod content_policy;
pub mod events;
pub mod ui_record;

const USER_COOKIE: &str = "sim_user";
const SANDBOX_COOKIE: &str = "sim_lws";
/// Who sits at the browser when nobody was chosen.
const USUAL_PERSON: &str = "anna";

/// What a page's address may choose.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    pub user: Option<String>,
    /// `1`: the components inside the Lightning Web Security sandbox.
    pub lws: Option<String>,
}

pub type ChosenQuery = Query<Chosen>;

/// The browser's person and build of the page.
pub struct Visitor {
    pub user: RecordId,
    pub sandboxed: bool,
}

impl Visitor {
    pub fn of(org: &Org, chosen: &Chosen, headers: &HeaderMap) -> Option<Self> {
        let remembered = cookie(headers, USER_COOKIE);
        let name = chosen.user.as_deref().or(remembered).unwrap_or(USUAL_PERSON);
        let sandboxed = chosen.lws.as_deref().or_else(|| cookie(headers, SANDBOX_COOKIE)) == Some("1");
        Some(Self { user: user_named(org.seeded(), name)?, sandboxed })
    }

    /// Keeps the choice for the requests that the page makes.
    pub fn remember(&self, response: &mut Response) {
        for (name, value) in
            [(USER_COOKIE, self.user.to_string()), (SANDBOX_COOKIE, u8::from(self.sandboxed).to_string())]
        {
            let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
    }
}

pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let sent = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = sent.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The two-letter code of the language a person works in: one the package has texts for, else English.
pub fn language(org: &Org, user: RecordId) -> &'static str {
    let world = org.world();
    let set = world.rows.row("User", user).map_or(&Cell::Null, |row| row.cell("LanguageLocaleKey"));
    supported(set.as_text()).unwrap_or("en")
}

/// `de_AT` is German; a language without texts is none.
fn supported(language: Option<&str>) -> Option<&'static str> {
    let code = language?.get(..2)?.to_lowercase();
    ["en", "de", "fr"].into_iter().find(|known| *known == code)
}
