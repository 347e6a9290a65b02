//! `checkDeployStatus`: the whole DeployResult, every component by name, and no test run.

use super::deploy::Deploy;
use super::envelope::{Fault, element};
use super::package::Failure;
use crate::cell::show_moment;
use crate::org::Org;
use crate::record_id::RecordId;
use crate::schema::xml::Element;

pub fn check(org: &Org, operation: &Element) -> Result<String, Fault> {
    let id = operation.text_of("asyncProcessId").and_then(RecordId::parse);
    let world = org.world();
    let deploy = world.deploys.iter().find(|deploy| Some(deploy.id) == id);
    let deploy = deploy.ok_or_else(|| Fault::new("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))?;
    let user = world.rows.row("User", deploy.user);
    let user_name = user.and_then(|user| user.text("Name")).unwrap_or_default().to_owned();
    Ok(render(deploy, &user_name, operation.flag("includeDetails")))
}

fn render(deploy: &Deploy, user_name: &str, with_details: bool) -> String {
    let succeeded = deploy.failures.is_empty();
    let moment = show_moment(deploy.at).replace("+0000", "Z");
    let mut into = String::from("<checkDeployStatusResponse><result>");
    element(&mut into, "checkOnly", deploy.check_only);
    element(&mut into, "completedDate", &moment);
    element(&mut into, "createdBy", deploy.user);
    element(&mut into, "createdByName", user_name);
    element(&mut into, "createdDate", &moment);
    if with_details {
        details(&mut into, deploy, &moment);
    }
    element(&mut into, "done", true);
    element(&mut into, "id", deploy.id);
    element(&mut into, "ignoreWarnings", false);
    element(&mut into, "lastModifiedDate", &moment);
    element(&mut into, "numberComponentErrors", deploy.failures.len());
    element(&mut into, "numberComponentsDeployed", if succeeded { deploy.components.len() } else { 0 });
    element(&mut into, "numberComponentsTotal", deploy.components.len());
    for name in ["numberTestErrors", "numberTestsCompleted", "numberTestsTotal"] {
        element(&mut into, name, 0);
    }
    element(&mut into, "rollbackOnError", true);
    element(&mut into, "runTestsEnabled", false);
    element(&mut into, "startDate", &moment);
    element(&mut into, "status", if succeeded { "Succeeded" } else { "Failed" });
    element(&mut into, "success", succeeded);
    into + "</result></checkDeployStatusResponse>"
}

fn details(into: &mut String, deploy: &Deploy, moment: &str) {
    into.push_str("<details>");
    for Failure { kind, name, file, problem } in &deploy.failures {
        into.push_str("<componentFailures>");
        message(into, kind, name, file, moment, (false, false));
        element(into, "problem", problem);
        element(into, "problemType", "Error");
        element(into, "success", false);
        into.push_str("</componentFailures>");
    }
    if deploy.failures.is_empty() {
        let manifest = [("", "package.xml", "package.xml", false)].into_iter();
        let components = deploy.components.iter();
        let components = components.map(|(part, file, known)| (part.kind, part.name.as_str(), file.as_str(), !known));
        for (kind, name, file, created) in components.chain(manifest) {
            into.push_str("<componentSuccesses>");
            message(into, kind, name, file, moment, (true, created));
            element(into, "success", true);
            into.push_str("</componentSuccesses>");
        }
    }
    into.push_str("<runTestResult>");
    for name in ["numFailures", "numTestsRun"] {
        element(into, name, 0);
    }
    element(into, "totalTime", "0.0");
    into.push_str("</runTestResult></details>");
}

/// What successes and failures have in common, in the order of a DeployMessage.
fn message(into: &mut String, kind: &str, name: &str, file: &str, moment: &str, (changed, created): (bool, bool)) {
    element(into, "changed", changed);
    element(into, "componentType", kind);
    element(into, "created", created);
    element(into, "createdDate", moment);
    element(into, "deleted", false);
    element(into, "fileName", file);
    element(into, "fullName", name);
}
