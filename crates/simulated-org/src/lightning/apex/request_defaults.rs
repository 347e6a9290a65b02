//! `FileRequestController.requestDefaults(caseId)`: whom to ask, and in which language.

use serde_json::{Map, Value, json};

use super::{NO_ACCESS, Refusal, check_case, setting};
use crate::lightning::supported;
use crate::record_id::RecordId;
use crate::shape::Shape;
use crate::soql;
use crate::soql::check::resolve;
use crate::soql::filter::value;
use crate::soql::syntax::Path;
use crate::work::Work;

pub fn request_defaults(work: &mut Work, case: RecordId, user_language: &str) -> Result<Value, Refusal> {
    check_case(work, case)?;
    let query = format!(
        "SELECT CaseNumber, ContactId, Contact.Name, Contact.Email, SuppliedName, SuppliedEmail FROM Case \
         WHERE Id = '{case}'"
    );
    let found = soql::run(work, &query, crate::rest::NEWEST, false).map_err(|_| NO_ACCESS)?;
    let row = found.records.first().map(Shape::to_value).ok_or(NO_ACCESS)?;
    let contact = Some(&row["Contact"]).filter(|contact| contact["Email"].is_string());
    let (name, email) = match contact {
        Some(contact) => (&contact["Name"], &contact["Email"]),
        None => (&row["SuppliedName"], &row["SuppliedEmail"]),
    };
    let language = mapped_language(work, case).unwrap_or(user_language);
    let mut defaults = Map::new();
    defaults.insert("caseNumber".to_owned(), row["CaseNumber"].clone());
    for (member, value) in [
        ("contactId", contact.map_or(&Value::Null, |_| &row["ContactId"])),
        ("recipientName", name),
        ("recipientEmail", email),
    ] {
        // Apex leaves out what is null.
        if !value.is_null() {
            defaults.insert(member.to_owned(), value.clone());
        }
    }
    defaults.insert("language".to_owned(), json!(language));
    Ok(Value::Object(defaults))
}

/// From the field the admin mapped. One that is missing or hidden costs the language, not the request.
fn mapped_language(work: &Work, case: RecordId) -> Option<&'static str> {
    let mapped = setting(work, "LanguageField__c")?;
    let object = work.object("Case").ok()?;
    let path = Path { parts: mapped.split('.').map(str::to_owned).collect(), at: 0 };
    let place = resolve(work, &mapped, object, &path).ok()?;
    let row = work.world.rows.row("Case", case)?;
    supported(value(work, row, &place).as_text())
}
