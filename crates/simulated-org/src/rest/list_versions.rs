//! `GET /services/data` and `GET /services/data/vNN.0`.

use serde_json::{Value, json};

use super::{Answer, Call, NEWEST};

/// The versions a list shows; older ones are still answered.
const OLDEST_LISTED: u16 = 60;

/// Needs no session.
pub fn list_versions() -> Value {
    (OLDEST_LISTED..=NEWEST)
        .map(|version| {
            let (season, year) = season(version);
            json!({
                "label": format!("{season} '{year:02}"),
                "url": format!("/services/data/v{version}.0"),
                "version": format!("{version}.0"),
            })
        })
        .collect()
}

pub fn show_version(call: &Call) -> Answer {
    let resource = |name: &str| format!("/services/data/v{}.0/{name}", call.version);
    let names = ["composite", "limits", "query", "queryAll", "sobjects"];
    Answer::ok(names.iter().map(|name| ((*name).to_owned(), json!(resource(name)))).collect::<Value>())
}

/// v60 was Spring '24; three releases a year.
fn season(version: u16) -> (&'static str, u16) {
    let since = version - OLDEST_LISTED;
    let name = ["Spring", "Summer", "Winter"][usize::from(since % 3)];
    (name, 24 + since / 3 + u16::from(since % 3 == 2))
}
