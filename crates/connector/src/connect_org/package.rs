//! Whether the package is there, visible to the integration user, and knows this connector.

use salesforce_client::{OrgConnection, OrgError};

use super::Particulars;
use crate::check_config::Outcome;
use crate::org::records;

/// A field of each object that only the permission set makes writable.
const WRITTEN: [(&str, Option<&str>); 3] = [
    (records::FILE_REQUEST, Some("OpenedAt__c")),
    (records::SECURE_FILE, Some("Sha256__c")),
    (records::CASE_FILE_EVENT, None),
];

pub(super) async fn objects(connection: &OrgConnection, particulars: &Particulars) -> Outcome {
    let user = particulars.username();
    let is_deployed = setting(connection).await.is_ok();
    for (object, field) in WRITTEN {
        let description = connection.describe(object).await.map_err(|error| error.to_string())?;
        let Some(description) = description else {
            return Err(if is_deployed {
                format!(
                    "the package is there, but {user} does not see {object}: assign the permission set Casegate Integration"
                )
            } else {
                format!(
                    "{object} is not there: deploy the package, check --namespace-prefix, and assign Casegate \
                     Integration to {user}"
                )
            });
        };
        let is_writable = |name: &str| {
            description.fields.iter().any(|field| field.name == name && field.createable && field.updateable)
        };
        if field.is_some_and(|field| !is_writable(field)) {
            return Err(format!("{user} may not write {object}: assign the permission set Casegate Integration"));
        }
    }
    Ok("the objects are there, and the permission set is assigned".to_owned())
}

pub(super) async fn settings(connection: &OrgConnection, particulars: &Particulars) -> Outcome {
    let row = setting(connection).await.map_err(|error| {
        format!(
            "the record Default of Casegate Setting cannot be read; deploy the package and assign Casegate Integration to \
             {}. {error}",
            particulars.username()
        )
    })?;
    let value = |name: &str| row.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    for (name, expected) in [("BaseUrl__c", &particulars.base_url), ("Audience__c", &particulars.base_url)] {
        let found = value(name);
        if found != *expected {
            return Err(format!(
                "{name} of Casegate Setting is `{found}`; enter `{expected}`, without a slash at the end"
            ));
        }
    }
    if value("Certificate__c").is_empty() {
        return Err("Certificate__c of Casegate Setting is empty; enter Casegate_Agent_Token".to_owned());
    }
    Ok(format!("agents are sent to {}", particulars.base_url))
}

async fn setting(connection: &OrgConnection) -> Result<salesforce_client::Record, OrgError> {
    let soql =
        "SELECT BaseUrl__c, Audience__c, Certificate__c FROM CasegateSetting__mdt WHERE DeveloperName = 'Default'";
    let row = connection.query(soql).await?.into_iter().next();
    row.ok_or_else(|| OrgError::Gone { code: "NOT_FOUND".to_owned(), message: "there is no record Default".to_owned() })
}
