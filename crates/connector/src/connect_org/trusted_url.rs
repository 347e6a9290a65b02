//! Whether Lightning pages may call this connector.
//!
//! Format: Object Reference, CspTrustedSite. Who may read it is not documented: an Org that does not show it is no fault.

use salesforce_client::{OrgConnection, OrgError, Record};
use serde_json::Value;

use super::Particulars;
use crate::check_config::Outcome;

pub(super) async fn trusted_url(connection: &OrgConnection, particulars: &Particulars) -> Outcome {
    let base_url = &particulars.base_url;
    let soql = "SELECT EndpointUrl, Context, IsActive, IsApplicableToConnectSrc FROM CspTrustedSite";
    let rows = match connection.query(soql).await {
        Ok(rows) => rows,
        Err(OrgError::FixRequest { code, .. }) if code == "INVALID_TYPE" => return Ok(unseen()),
        Err(OrgError::NoAccess { .. }) => return Ok(unseen()),
        Err(error) => return Err(error.to_string()),
    };
    let matching: Vec<&Record> = rows.iter().filter(|row| covers(text(row, "EndpointUrl"), base_url)).collect();
    if matching.is_empty() {
        return Err(format!(
            "no Trusted URL is {base_url}, so browsers keep the panel from it: make one, as step 4 says"
        ));
    }
    let faults: Vec<String> = matching.iter().filter_map(|row| fault(row, base_url)).collect();
    // One that is right is enough.
    if faults.len() < matching.len() { Ok(format!("pages may call {base_url}")) } else { Err(faults.join("; ")) }
}

fn fault(row: &Record, base_url: &str) -> Option<String> {
    let is = |column: &str| row.get(column).and_then(Value::as_bool) == Some(true);
    if !is("IsActive") {
        return Some(format!("the Trusted URL {base_url} is not active: switch it on"));
    }
    if !is("IsApplicableToConnectSrc") {
        return Some(format!("the Trusted URL {base_url} lacks the directive connect-src: tick it"));
    }
    match text(row, "Context") {
        "LEX" | "All" => None,
        other => {
            Some(format!("the Trusted URL {base_url} is for the context {other}: choose Lightning Experience Pages"))
        }
    }
}

/// The address itself, or all below its domain.
fn covers(trusted: &str, base_url: &str) -> bool {
    let trusted = trusted.trim_end_matches('/').to_ascii_lowercase();
    let host = |address: &str| address.strip_prefix("https://").unwrap_or(address).to_owned();
    match host(&trusted).strip_prefix('*') {
        Some(domain) => domain.starts_with('.') && host(base_url).ends_with(domain),
        None => trusted == base_url,
    }
}

fn unseen() -> String {
    "the Org does not show its Trusted URLs to this user: only a browser will tell whether step 4 is done".to_owned()
}

fn text<'a>(row: &'a Record, column: &str) -> &'a str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trusted_url_covers_its_own_origin_and_a_wildcard_what_is_below() {
        let connector = "https://files.example.com";
        for good in
            ["https://files.example.com", "https://Files.Example.com/", "https://*.example.com", "*.example.com"]
        {
            assert!(covers(good, connector), "{good}");
        }
        for bad in
            ["http://files.example.com", "https://files.example.com:8443", "*example.com", "*.files.example.com", ""]
        {
            assert!(!covers(bad, connector), "{bad}");
        }
    }
}
