//! `emailSimple`: described, sent, refused; its inputs have other names from version 65 on.

use reqwest::Method;
use serde_json::{Value, json};
use simulated_org::Options;

use crate::caller::{Caller, Reply, options, reply};

async fn call(caller: &Caller, version: u16, method: Method, inputs: Option<Value>) -> Reply {
    let url = format!("{}/services/data/v{version}.0/actions/standard/emailSimple", caller.org.url());
    let request = caller.http.request(method, url).bearer_auth(&caller.token);
    reply(match inputs {
        Some(inputs) => request.json(&json!({ "inputs": inputs })),
        None => request,
    })
    .await
}

fn mail(recipients: &str, to: &Value) -> Value {
    json!([{ recipients: to, "emailSubject": "Dateien für Ihren Fall", "emailBody": "Guten Tag" }])
}

fn many(count: usize) -> Value {
    (0..count).map(|number| json!(format!("p{number}@customer.example"))).collect()
}

#[tokio::test]
async fn a_mail_arrives_with_everything_it_was_given() {
    let caller = Caller::start().await;
    let input = json!([{
        "recipientAddresses": "grace@customer.example, oliver@customer.example",
        "ccAddresses": ["copy@customer.example"],
        "bccAddresses": "blind@customer.example",
        "emailSubject": "Ihre Unterlagen: «Prüfbericht Nr. 4711» und alles Weitere, was wir dazu brauchen",
        "emailBody": "<p>Bitte <a href=\"https://files.example/x\">hier</a></p>",
        "sendRichBody": true,
        "relatedRecordId": caller.case("gateway_reboots"),
    }]);
    let sent = call(&caller, 67, Method::POST, Some(input.clone())).await;
    assert_eq!(
        (sent.status, &sent.body[0]["isSuccess"], &sent.body[0]["errors"]),
        (200, &json!(true), &Value::Null),
        "{sent:?}"
    );
    assert_eq!(sent.body[0]["actionName"], "emailSimple");
    let mails = caller.org.mails();
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!(mail.subject, input[0]["emailSubject"]);
    assert_eq!(mail.html.as_deref().map(str::trim), input[0]["emailBody"].as_str());
    assert_eq!(mail.envelope_to.len(), 4);
    assert_eq!((mail.to.len(), mail.from[0].address.as_str()), (2, "casegate.integration@example.test"));
    assert!(!mail.raw.contains("blind@"));
}

#[tokio::test]
async fn the_names_of_the_inputs_depend_on_the_version() {
    let caller = Caller::start().await;
    for (version, name, other) in
        [(64, "emailAddresses", "recipientAddresses"), (65, "recipientAddresses", "emailAddresses")]
    {
        let described = call(&caller, version, Method::GET, None).await;
        let names: Vec<_> =
            described.body["inputs"].as_array().unwrap().iter().map(|input| input["name"].clone()).collect();
        assert!(names.contains(&json!(name)) && !names.contains(&json!(other)), "{names:?}");
        assert_eq!(call(&caller, version, Method::POST, Some(mail(name, &json!("a@b.example")))).await.status, 200);
        let refused = call(&caller, version, Method::POST, Some(mail(other, &json!("a@b.example")))).await;
        assert_eq!((refused.status, &refused.body[0]["isSuccess"]), (400, &json!(false)));
        assert_eq!(refused.body[0]["errors"][0]["statusCode"], "INVALID_API_INPUT");
    }
    assert_eq!(caller.org.mails().len(), 2);
    let listed = caller.get("actions/standard").await;
    assert_eq!(listed.body["actions"][0]["name"], "emailSimple");
}

#[tokio::test]
async fn recipients_are_counted() {
    let caller = Caller::start().await;
    for (version, name, count, told) in [
        (64, "emailAddressesArray", 5, None),
        (64, "emailAddressesArray", 6, Some("The combined number of email recipients must be 5 or less")),
        (67, "recipientAddresses", 150, None),
        (67, "recipientAddresses", 151, Some("The combined number of recipients must be 150 or fewer")),
        (67, "recipientAddresses", 0, Some("Missing required input parameter: recipientAddresses")),
    ] {
        let answer = call(&caller, version, Method::POST, Some(mail(name, &many(count)))).await;
        assert_eq!(answer.status, if told.is_none() { 200 } else { 400 }, "{version} {count}: {answer:?}");
        assert_eq!(answer.body[0]["errors"][0]["message"].as_str(), told);
    }
    assert_eq!(caller.org.mails().len(), 2);
}

#[tokio::test]
async fn a_bad_input_is_told_and_the_good_one_beside_it_goes() {
    let caller =
        Caller::start_with(Options { org_wide_addresses: vec!["help@northwind.example".to_owned()], ..options() })
            .await;
    let good = mail("recipientAddresses", &json!("a@b.example"))[0].clone();
    let with = |name: &str, value: Value| {
        let mut input = good.clone();
        input[name] = value;
        input
    };
    for (input, code, told) in [
        (with("emailSubject", json!("")), "REQUIRED_FIELD_MISSING", "Missing required input parameter: emailSubject"),
        (with("emailBody", Value::Null), "REQUIRED_FIELD_MISSING", "Missing required input parameter: emailBody"),
        (
            with("recipientAddresses", json!("no address")),
            "INVALID_EMAIL_ADDRESS",
            "Email address is invalid: no address",
        ),
        (
            with("recipientAddresses", json!("a@b.example\r\nBcc: c@d.example")),
            "INVALID_EMAIL_ADDRESS",
            "Email address is invalid: a@b.example\r\nBcc: c@d.example",
        ),
        (
            with("recipientAddresses", json!(7)),
            "INVALID_API_INPUT",
            "recipientAddresses is neither a text nor a collection",
        ),
        (
            with("recipientAddresses", json!([7])),
            "INVALID_API_INPUT",
            "recipientAddresses holds something that is no text",
        ),
        (
            with("recipientAddresses", json!(format!("{}@b.example", "a".repeat(4_001)))),
            "INVALID_API_INPUT",
            "recipientAddresses is longer than 4000 bytes",
        ),
        (json!("no object"), "INVALID_API_INPUT", "Every input is an object"),
        (
            with("emailSubjekt", json!("a")),
            "INVALID_API_INPUT",
            "Unknown input parameter in version 67.0: emailSubjekt",
        ),
        (
            with("senderType", json!("Somebody")),
            "INVALID_API_INPUT",
            "senderType is CurrentUser, DefaultWorkflowUser or OrgWideEmailAddress, not Somebody",
        ),
        (
            with("senderType", json!("OrgWideEmailAddress")),
            "REQUIRED_FIELD_MISSING",
            "Missing required input parameter: senderAddress",
        ),
        (
            with("relatedRecordId", json!("500000000000000")),
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
        ),
        (
            with("logEmailOnSend", json!(true)),
            "INVALID_API_INPUT",
            "The simulated org does not know what logEmailOnSend would do",
        ),
    ] {
        let answer = call(&caller, 67, Method::POST, Some(json!([input, good]))).await;
        assert_eq!(answer.status, 400);
        let error = &answer.body[0]["errors"][0];
        assert_eq!((&error["statusCode"], &error["message"]), (&json!(code), &json!(told)), "{answer:?}");
        assert_eq!(answer.body[1]["isSuccess"], true);
    }
    assert_eq!(caller.org.mails().len(), 13);
    let mut wide = with("senderType", json!("OrgWideEmailAddress"));
    wide["senderAddress"] = json!("help@northwind.example");
    assert_eq!(call(&caller, 67, Method::POST, Some(json!([wide]))).await.status, 200);
    assert_eq!(caller.org.mails()[13].from[0].address, "help@northwind.example");
    let empty = call(&caller, 67, Method::POST, Some(json!([]))).await;
    assert_eq!(
        (empty.code(), empty.message()),
        ("INVALID_API_INPUT", "The body of an action is an object with a list of inputs")
    );
    assert_eq!(call(&caller, 67, Method::DELETE, None).await.status, 405);
}

#[tokio::test]
async fn a_recipient_without_an_address_gets_no_mail() {
    let mut caller = Caller::start().await;
    caller.token = caller.log_in("agent.anna@example.test").await;
    let nobody = caller.post("sobjects/Contact", &json!({ "LastName": "Nobody" })).await;
    let input = json!([{ "recipientId": nobody.body["id"], "emailSubject": "Hello", "emailBody": "Hello" }]);
    let refused = call(&caller, 67, Method::POST, Some(input)).await;
    let error = &refused.body[0]["errors"][0];
    assert_eq!(
        (&error["statusCode"], &error["message"]),
        (&json!("INVALID_API_INPUT"), &json!("The recipient has no email address")),
        "{refused:?}"
    );
    assert!(caller.org.mails().is_empty());
}
