//! A package over SOAP into an Org that has nothing of ours yet: what it brings appears, what is wrong with it is told.

use std::fs;
use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use simulated_org::Options;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::caller::{Caller, Reply, file_request, options, reply, repository};

const ADMIN: &str = "admin.olivia@example.test";

async fn fresh() -> Caller {
    let caller = Caller::start_with(Options { fresh: true, ..options() }).await;
    Caller { token: caller.log_in(ADMIN).await, http: caller.http.clone(), org: caller.org }
}

fn zipped(files: &[(String, String)]) -> String {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    STANDARD.encode(writer.finish().unwrap().into_inner())
}

/// Our own objects and permission sets in metadata format, as a converter would write them.
fn our_package() -> Vec<(String, String)> {
    let root = repository().join("salesforce");
    let mut files = Vec::new();
    let (mut objects, mut sets) = (Vec::new(), Vec::new());
    let sorted = |folder: &str| {
        let mut paths: Vec<_> = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    for folder in sorted("objects") {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let mut object = fs::read_to_string(folder.join(format!("{name}.object-meta.xml"))).unwrap();
        for field in sorted(&format!("objects/{name}/fields")) {
            let field = fs::read_to_string(field).unwrap();
            let inner = field.split_once("metadata\">").unwrap().1.replace("</CustomField>", "</fields>");
            object = object.replace("</CustomObject>", &format!("<fields>{inner}</CustomObject>"));
        }
        objects.push(name.clone());
        files.push((format!("objects/{name}.object"), object));
    }
    for set in sorted("permissionsets") {
        let name = set.file_name().unwrap().to_str().unwrap().replace(".permissionset-meta.xml", "");
        sets.push(name.clone());
        files.push((format!("permissionsets/{name}.permissionset"), fs::read_to_string(&set).unwrap()));
    }
    files.push(("package.xml".to_owned(), manifest(&[("CustomObject", objects), ("PermissionSet", sets)])));
    files
}

fn manifest(types: &[(&str, Vec<String>)]) -> String {
    let mut whole = String::from("<Package xmlns=\"http://soap.sforce.com/2006/04/metadata\">");
    for (kind, members) in types {
        let members = format!("<members>{}</members>", members.join("</members><members>"));
        whole.extend(["<types>", &members, "<name>", kind, "</name></types>"]);
    }
    whole + "<version>67.0</version></Package>"
}

async fn soap(caller: &Caller, token: &str, operation: &str) -> Reply {
    let envelope = format!(
        "<?xml version=\"1.0\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\">\
         <soapenv:Header xmlns=\"http://soap.sforce.com/2006/04/metadata\"><SessionHeader><sessionId>{token}</sessionId>\
         </SessionHeader></soapenv:Header><soapenv:Body xmlns=\"http://soap.sforce.com/2006/04/metadata\">{operation}\
         </soapenv:Body></soapenv:Envelope>"
    );
    let url = format!("{}/services/Soap/m/67.0", caller.org.url());
    let request = caller.http.post(url).header("Content-Type", "text/xml").header("SOAPAction", "\"\"");
    reply(request.body(envelope)).await
}

/// The text of the result once it is there.
async fn deploy(caller: &Caller, files: &[(String, String)], options: &str) -> String {
    let zip = zipped(files);
    let operation = format!("<deploy><ZipFile>{zip}</ZipFile><DeployOptions>{options}</DeployOptions></deploy>");
    let queued = soap(caller, &caller.token, &operation).await;
    let text = queued.body.as_str().unwrap();
    assert_eq!(queued.status, 200, "{text}");
    assert!(text.contains("<done>false</done>") && text.contains("<state>Queued</state>"), "{text}");
    let id = text.split_once("<id>").unwrap().1.split_once("</id>").unwrap().0;
    assert!(id.starts_with("0Af"));
    let status = format!(
        "<checkDeployStatus><asyncProcessId>{id}</asyncProcessId><includeDetails>true</includeDetails></checkDeployStatus>"
    );
    soap(caller, &caller.token, &status).await.body.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_deploy_makes_our_objects_appear() {
    let caller = fresh().await;
    assert_eq!(caller.get("sobjects/FileRequest__c/describe").await.status, 404);
    assert_eq!(caller.query("SELECT Id FROM FileRequest__c").await.code(), "INVALID_TYPE");
    let package = our_package();

    // Trying it changes nothing.
    let tried = deploy(&caller, &package, "<checkOnly>true</checkOnly><singlePackage>true</singlePackage>").await;
    assert!(tried.contains("<status>Succeeded</status>"), "{tried}");
    assert_eq!(caller.get("sobjects/FileRequest__c/describe").await.status, 404);

    let done =
        deploy(&caller, &package, "<rollbackOnError>true</rollbackOnError><singlePackage>true</singlePackage>").await;
    assert!(done.contains("<status>Succeeded</status>") && done.contains("<success>true</success>"), "{done}");
    assert!(
        done.contains("<fileName>objects/FileRequest__c.object</fileName><fullName>FileRequest__c.Case__c</fullName>"),
        "{done}"
    );
    let described = caller.get("sobjects/FileRequest__c/describe").await;
    assert!(described.body["fields"].as_array().unwrap().iter().any(|field| field["name"] == "RecipientEmail__c"));
    assert!(caller.rows("SELECT Id, State__c FROM FileRequest__c").await.is_empty());

    // The permission set came with it, for whom it is meant.
    let integration = Caller { token: caller.client_credentials().await, http: caller.http.clone(), org: caller.org };
    let made = integration.post("sobjects/FileRequest__c", &file_request(&integration.case("gateway_reboots"))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let event =
        json!({ "CaseId__c": integration.case("gateway_reboots"), "Kind__c": "file_attached", "ExternalId__c": "x.1" });
    assert_eq!(integration.post("sobjects/CaseFileEvent__e", &event).await.status, 201);

    // A second deploy of the same keeps rows and ids.
    let admin = Caller { token: integration.log_in(ADMIN).await, http: integration.http.clone(), org: integration.org };
    assert!(deploy(&admin, &package, "").await.contains("<created>false</created>"));
    assert_eq!(admin.rows("SELECT Id FROM FileRequest__c").await[0]["Id"], made.body["id"]);
}

#[tokio::test]
async fn what_package_and_zip_disagree_about_is_told_by_name_and_nothing_is_installed() {
    let caller = fresh().await;
    let mut package = our_package();
    package.retain(|(name, _)| name != "permissionsets/Casegate_Agent.permissionset");
    package.push(("classes/Stray.cls".to_owned(), String::new()));
    package.push(("classes/Stray.cls-meta.xml".to_owned(), String::new()));
    let result = deploy(&caller, &package, "").await;
    assert!(
        result.contains("<status>Failed</status>")
            && result.contains("<numberComponentErrors>2</numberComponentErrors>"),
        "{result}"
    );
    assert!(result.contains("An object &apos;Casegate_Agent&apos; of type PermissionSet was named in package.xml, but was not found in zipped directory"), "{result}");
    assert!(result.contains("<fullName>Stray</fullName><problem>Not in package.xml</problem>"), "{result}");
    assert_eq!(caller.get("sobjects/FileRequest__c/describe").await.status, 404);

    // A permission set that grants what does not exist fails as it would in an Org.
    let mut alone = our_package();
    alone.retain(|(name, _)| name.starts_with("permissionsets/"));
    let sets = ["Casegate_Agent", "Casegate_Integration"].map(str::to_owned).to_vec();
    alone.push(("package.xml".to_owned(), manifest(&[("PermissionSet", sets)])));
    let result = deploy(&caller, &alone, "").await;
    assert!(result.contains("<status>Failed</status>") && result.contains("which is missing"), "{result}");
    let listed = reply(caller.http.get(format!("{}/__sim/deploys", caller.org.admin_url()))).await;
    assert_eq!(listed.body.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_no_deploy_is_a_fault() {
    let caller = fresh().await;
    let agent = caller.client_credentials().await;
    for (token, operation, told) in [
        ("nobody", "<deploy/>", "<faultcode>sf:INVALID_SESSION_ID</faultcode>"),
        (&*agent, "<deploy/>", "<faultcode>sf:INSUFFICIENT_ACCESS</faultcode>"),
        (&*caller.token, "<retrieve/>", "No operation available for request"),
        (&*caller.token, "<deploy/>", "deploy needs a ZipFile"),
        (&*caller.token, "<deploy><ZipFile>?</ZipFile></deploy>", "not base64"),
        (
            &*caller.token,
            "<deploy><ZipFile>UEs=</ZipFile><DeployOptions><hurry>true</hurry></DeployOptions></deploy>",
            "Element hurry invalid",
        ),
        (
            &*caller.token,
            "<checkDeployStatus><asyncProcessId>0Af000000000001</asyncProcessId></checkDeployStatus>",
            "invalid cross reference id",
        ),
        (&*caller.token, "", "names no operation"),
    ] {
        let fault = soap(&caller, token, operation).await;
        assert_eq!(fault.status, 500);
        assert!(fault.body.as_str().unwrap().contains(told), "{fault:?}");
    }
    let broken = deploy(&caller, &[], "").await;
    assert!(broken.contains("No package.xml found"), "{broken}");
}
