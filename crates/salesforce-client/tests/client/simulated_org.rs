//! The client against the simulated Org: two programs that share no type must agree on Salesforce.

use std::path::Path;

use rcgen::{CertificateParams, KeyPair};
use salesforce_client::{
    CompositeRequest, Email, EmailSender, Grant, Obstacle, OrgConnection, OrgError, Record, RecordId, Settings,
    instant, patiently, soql,
};
use serde_json::{Value, json};
use simulated_org::{Fault, Options, SimulatedOrg};

use crate::connection::{MovableClock, PRIVATE_KEY, START, settings};

pub struct Org {
    pub simulated: SimulatedOrg,
    pub connection: OrgConnection,
    settings: Settings,
    clock: MovableClock,
}

pub async fn org() -> Org {
    org_with("").await
}

async fn org_with(namespace: &str) -> Org {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned();
    let clock = MovableClock::new();
    let options = Options {
        metadata: Some(repository),
        namespace: namespace.to_owned(),
        clock: clock.reader(),
        query_batch_limit: 5,
        ..Options::default()
    };
    let simulated = SimulatedOrg::start(options).await.unwrap();
    let key = KeyPair::from_pem(&PRIVATE_KEY).unwrap();
    let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    simulated.register_client_certificate(&certificate.pem()).unwrap();
    let settings = Settings {
        client_id: simulated.client_id().to_owned(),
        grant: Grant::JwtBearer {
            username: simulated.integration_username().to_owned(),
            audience: simulated.url().to_owned(),
            private_key_pem: PRIVATE_KEY.clone().into(),
        },
        namespace_prefix: Some(namespace.to_owned()),
        ..settings(simulated.url())
    };
    let connection = OrgConnection::new(settings.clone(), clock.reader()).unwrap();
    Org { simulated, connection, settings, clock }
}

impl Org {
    pub fn seeded(&self, kind: &str, nickname: &str) -> RecordId {
        RecordId::parse(&self.simulated.seeded(kind, nickname).unwrap()).unwrap()
    }

    fn case(&self) -> RecordId {
        self.seeded("cases", "gateway_reboots")
    }

    fn token_requests(&self) -> usize {
        self.simulated.requests().iter().filter(|request| request.path == "/services/oauth2/token").count()
    }

    /// A file of the Case, as the connector writes it.
    fn file(&self) -> Record {
        let Value::Object(fields) = json!({
            "Case__c": self.case(),
            "FileName__c": "O'Hara – \"core\".bin",
            "SizeBytes__c": 5_368_709_120_i64,
            "ScanState__c": "NotScanned",
            "State__c": "Held",
            "ReceivedAt__c": instant::format(START),
        }) else {
            unreachable!("a JSON object was written")
        };
        fields
    }

    fn key(&self) -> String {
        format!("{}.7n2dh2k5xw9t8m4q6r3v1c0b5e", self.simulated.org_id())
    }
}

#[tokio::test]
async fn logs_in_by_jwt_bearer_and_learns_which_org_it_is() {
    let org = org().await;
    let identity = org.connection.identity().await.unwrap();
    assert_eq!(identity.organization_id.as_str(), org.simulated.org_id());
    assert_eq!(identity.user_id.key_prefix(), "005");
}

#[tokio::test]
async fn logs_in_by_client_credentials() {
    let org = org().await;
    let grant = Grant::ClientCredentials { secret: org.simulated.client_secret().to_owned().into() };
    let client_id = org.simulated.client_id().to_owned();
    let settings = Settings { grant, client_id, ..settings(org.simulated.url()) };
    let connection = OrgConnection::new(settings, MovableClock::new().reader()).unwrap();
    assert_eq!(connection.identity().await.unwrap(), org.connection.identity().await.unwrap());
}

#[tokio::test]
async fn a_key_the_org_does_not_know_is_for_the_admin() {
    let org = org().await;
    let private_key_pem = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap().serialize_pem().into();
    let grant = Grant::JwtBearer {
        username: org.simulated.integration_username().to_owned(),
        audience: org.simulated.url().to_owned(),
        private_key_pem,
    };
    let settings = Settings { grant, client_id: org.simulated.client_id().to_owned(), ..settings(org.simulated.url()) };
    let connection = OrgConnection::new(settings, MovableClock::new().reader()).unwrap();
    let refusal = connection.query("SELECT Id FROM Case").await.unwrap_err();
    assert!(matches!(refusal, OrgError::Reauthorise { .. }), "{refusal}");
}

#[tokio::test]
async fn all_pages_are_read_and_a_quote_stays_inside_its_literal() {
    let org = org().await;
    let rows = org.connection.query("SELECT CaseNumber FROM Case ORDER BY CaseNumber").await.unwrap();
    assert_eq!(rows.len(), 12);
    assert_eq!(rows[0]["CaseNumber"], "00001001");
    let soql = format!("SELECT Id FROM Case WHERE Subject = {}", soql::text("x' OR Id != '"));
    assert!(org.connection.query(&soql).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_upsert_whose_answer_is_lost_still_ends_in_one_record() {
    let org = org().await;
    org.simulated.faults().add(Fault::lose_answer().on("PATCH", "SecureFile__c")).unwrap();
    let key = org.key();
    let lost = org.connection.upsert("SecureFile__c", "ExternalId__c", &key, &org.file()).await.unwrap_err();
    assert!(matches!(lost, OrgError::RetryLater { .. }), "{lost}");
    let again = org.connection.upsert("SecureFile__c", "ExternalId__c", &key, &org.file()).await.unwrap();
    assert!(!again.created);
    assert_eq!(org.simulated.records("SecureFile__c").len(), 1);

    let fields = ["FileName__c", "SizeBytes__c", "ReceivedAt__c", "Case__c"];
    let row = org.connection.get("SecureFile__c", &again.id, &fields).await.unwrap();
    assert_eq!(row["FileName__c"], "O'Hara – \"core\".bin");
    assert_eq!(row["SizeBytes__c"].as_f64(), Some(5_368_709_120.0));
    assert_eq!(row["Case__c"], org.case().as_str());
    assert_eq!(instant::parse(row["ReceivedAt__c"].as_str().unwrap()), Some(START));
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_unknown_and_can_be_looked_for() {
    let org = org().await;
    org.simulated.faults().add(Fault::lose_answer().on("POST", "FeedItem")).unwrap();
    let post = json!({"ParentId": org.case(), "Type": "TextPost", "Body": "1 file arrived"});
    let lost = org.connection.create("FeedItem", &post).await.unwrap_err();
    assert!(matches!(lost, OrgError::OutcomeUnknown { .. }), "{lost}");
    let soql = format!("SELECT Id FROM FeedItem WHERE ParentId = {}", soql::text(org.case().as_str()));
    assert_eq!(org.connection.query(&soql).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_record_is_made_and_changed_and_is_not_ours_to_delete() {
    let org = org().await;
    let mut file = org.file();
    file.insert("ExternalId__c".to_owned(), org.key().into());
    let id = org.connection.create("SecureFile__c", &file).await.unwrap();
    org.connection.update("SecureFile__c", &id, &json!({"State__c": "Erased"})).await.unwrap();
    let row = org.connection.get("SecureFile__c", &id, &["State__c"]).await.unwrap();
    assert_eq!(row["State__c"], "Erased");
    // The integration user's permission set holds no more than the connector needs.
    let refused = org.connection.delete("SecureFile__c", &id).await.unwrap_err();
    assert!(matches!(refused, OrgError::NoAccess { .. }), "{refused}");
    let unknown = RecordId::parse(&format!("{}ZZZZ", &id.as_str()[..11])).unwrap();
    let gone = org.connection.get("SecureFile__c", &unknown, &["State__c"]).await.unwrap_err();
    assert!(matches!(gone, OrgError::Gone { .. }), "{gone}");
}

#[tokio::test]
async fn a_field_the_org_does_not_have_is_named() {
    let org = org().await;
    let refused = org.connection.create("SecureFile__c", &json!({"Colour__c": "red"})).await.unwrap_err();
    assert!(matches!(&refused, OrgError::FixRequest { code, .. } if code == "INVALID_FIELD"), "{refused}");
    let refused = org.connection.query("SELECT Colour__c FROM SecureFile__c").await.unwrap_err();
    assert!(matches!(&refused, OrgError::FixRequest { code, .. } if code == "INVALID_FIELD"), "{refused}");
    let refused = org.connection.create("Nonsense__c", &json!({})).await.unwrap_err();
    assert!(matches!(refused, OrgError::FixRequest { .. }), "{refused}");
}

#[tokio::test]
async fn access_is_answered_for_each_record_and_missing_where_there_is_none() {
    let org = org().await;
    let cases = [org.case(), org.seeded("cases", "scanner_drift")];
    let access = async |user| org.connection.user_record_access(&org.seeded("users", user), &cases).await.unwrap();
    let anna = access("anna").await;
    assert!(anna.iter().filter(|row| row.has_read).count() == 2, "{anna:?}");
    let readable: Vec<RecordId> =
        access("ben").await.iter().filter(|row| row.has_read).map(|row| row.record_id).collect();
    assert_eq!(readable, [cases[1]]);
}

#[tokio::test]
async fn an_event_is_accepted_and_limits_are_told() {
    let org = org().await;
    let event = json!({"CaseId__c": org.case(), "Kind__c": "file_attached", "ExternalId__c": org.key()});
    org.connection.publish_event("CaseFileEvent__e", &event).await.unwrap();
    assert!(org.connection.limits().await.unwrap()["DailyApiRequests"].remaining > 0);
    assert!(org.connection.usage().unwrap().used > 0);
}

#[tokio::test]
async fn a_composite_stands_or_falls_as_one() {
    let org = org().await;
    let Value::Object(post) = json!({"ParentId": org.case(), "Type": "TextPost", "Body": "x"}) else {
        panic!("a JSON object was written")
    };
    let file = CompositeRequest::upsert("file", "SecureFile__c", "ExternalId__c", &org.key(), org.file());
    let good = [file.clone(), CompositeRequest::create("post", "FeedItem", post)];
    let answers = org.connection.composite(&good, true).await.unwrap();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [201, 201]);

    let mut wrong = Record::new();
    wrong.insert("Colour__c".to_owned(), "red".into());
    let bad = [file, CompositeRequest::create("wrong", "SecureFile__c", wrong)];
    let answers = org.connection.composite(&bad, true).await.unwrap();
    assert!(answers.iter().all(|answer| answer.outcome.is_err()), "{answers:?}");
    assert_eq!(org.simulated.records("SecureFile__c").len(), 1);
}

#[tokio::test]
async fn sessions_that_end_under_many_calls_cost_one_token_request() {
    let org = org().await;
    org.connection.identity().await.unwrap();
    org.simulated.expire_sessions();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..25 {
        let connection = org.connection.clone();
        calls.spawn(async move { connection.query("SELECT Id FROM Case LIMIT 1").await });
    }
    while let Some(outcome) = calls.join_next().await {
        assert_eq!(outcome.unwrap().unwrap().len(), 1);
    }
    assert_eq!(org.token_requests(), 2);
}

#[tokio::test]
async fn an_org_with_a_namespace_looks_the_same_from_here() {
    let org = org_with("casegate").await;
    let key = org.key();
    let made = org.connection.upsert("SecureFile__c", "ExternalId__c", &key, &org.file()).await.unwrap();
    assert!(made.created);
    let soql = format!(
        "SELECT Id, FileName__c, Case__r.CaseNumber FROM SecureFile__c WHERE ExternalId__c = {}",
        soql::text(&key)
    );
    let rows = org.connection.query(&soql).await.unwrap();
    assert_eq!(rows[0]["FileName__c"], org.file()["FileName__c"]);
    assert_eq!(rows[0]["Case__r"]["CaseNumber"], "00001001");
    assert_eq!(org.simulated.records("casegate__SecureFile__c").len(), 1);
}

#[tokio::test]
async fn refusals_of_the_moment_are_for_later() {
    for (status, code, message) in [
        (400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        (503, "SERVER_UNAVAILABLE", "Server Unavailable"),
    ] {
        let org = org().await;
        org.simulated.faults().add(Fault::status(status, code, message).on("PATCH", "SecureFile__c")).unwrap();
        let upsert = async || org.connection.upsert("SecureFile__c", "ExternalId__c", &org.key(), &org.file()).await;
        let refused = upsert().await.unwrap_err();
        assert!(matches!(refused, OrgError::RetryLater { .. }), "{code}: {refused}");
        assert!(upsert().await.unwrap().created);
    }
}

#[tokio::test]
async fn rows_of_a_collection_have_their_own_outcomes() {
    let org = org().await;
    let keyed = |n: u8| (format!("{}{n}", org.key()), org.file());
    let mut wrong = keyed(3);
    wrong.1.insert("State__c".to_owned(), "Lost".into());
    let records = [keyed(1), keyed(2), wrong];
    let outcomes = org.connection.upsert_all("SecureFile__c", "ExternalId__c", &records, false).await.unwrap();
    assert!(outcomes[0].as_ref().unwrap().created && outcomes[1].as_ref().unwrap().created);
    assert!(matches!(&outcomes[2], Err(OrgError::FixRequest { .. })), "{outcomes:?}");
    assert_eq!(org.simulated.records("SecureFile__c").len(), 2);

    let again = org.connection.upsert_all("SecureFile__c", "ExternalId__c", &records[..2], true).await.unwrap();
    assert!(again.iter().all(|outcome| !outcome.as_ref().unwrap().created));

    let mut both = [org.file(), records[2].1.clone()];
    for (number, file) in both.iter_mut().enumerate() {
        file.insert("ExternalId__c".to_owned(), format!("{}-{number}", org.key()).into());
    }
    let together = org.connection.create_all("SecureFile__c", &both, true).await.unwrap();
    assert!(together[0].as_ref().unwrap_err().fell_with_another(), "{together:?}");
    assert!(!together[1].as_ref().unwrap_err().fell_with_another(), "{together:?}");
    assert_eq!(org.simulated.records("SecureFile__c").len(), 2);

    let mut erased = Record::new();
    erased.insert("State__c".to_owned(), "Erased".into());
    let changes: Vec<_> = outcomes.iter().flatten().map(|made| (made.id, erased.clone())).collect();
    let changed = org.connection.update_all("SecureFile__c", &changes, true).await.unwrap();
    assert!(changed.iter().all(Result::is_ok), "{changed:?}");
    let gone = org.connection.delete_all(&[changes[0].0], false).await.unwrap();
    assert!(matches!(gone[0], Err(OrgError::NoAccess { .. })), "{gone:?}");
}

#[tokio::test]
async fn a_locked_row_is_written_once_patience_pays() {
    let org = org().await;
    let key = org.key();
    org.connection.upsert("SecureFile__c", "ExternalId__c", &key, &org.file()).await.unwrap();
    let locked = Fault::status(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record");
    org.simulated.faults().add(locked.on("PATCH", "SecureFile__c").times(2)).unwrap();
    let mut pauses = 0;
    let write = async || org.connection.upsert("SecureFile__c", "ExternalId__c", &key, &org.file()).await;
    let written = patiently(write, || 0, async |_| pauses += 1).await.unwrap();
    assert_eq!((written.created, pauses), (false, 2));
}

#[tokio::test]
async fn a_mail_is_sent_by_whichever_names_its_version_has() {
    let org = org().await;
    for (number, api_version) in ["64.0", "67.0"].into_iter().enumerate() {
        let settings = Settings { api_version: api_version.to_owned(), ..org.settings.clone() };
        let connection = OrgConnection::new(settings, org.clock.reader()).unwrap();
        let email = Email {
            to: vec!["grace@customer.example".to_owned()],
            cc: vec!["copy@customer.example".to_owned()],
            bcc: vec!["blind@customer.example".to_owned()],
            subject: format!("Files for {api_version}"),
            body: "<p>Hello</p>".to_owned(),
            is_html: true,
            sender: EmailSender::CurrentUser,
            related_record: Some(org.case()),
            log_on_send: false,
        };
        connection.send_email(&email).await.unwrap();
        let mails = org.simulated.mails();
        assert_eq!((mails.len(), &mails[number].subject), (number + 1, &email.subject));
        assert_eq!(mails[number].envelope_to.len(), 3);
        let stranger = Email { sender: EmailSender::OrgWide("nobody@example.test".to_owned()), ..email };
        let refused = connection.send_email(&stranger).await.unwrap_err();
        assert!(matches!(refused, OrgError::FixRequest { .. }), "{refused}");
    }
}

#[tokio::test]
async fn a_mail_whose_answer_is_lost_is_not_sent_again() {
    let org = org().await;
    org.simulated.faults().add(Fault::lose_answer().on("POST", "emailSimple")).unwrap();
    let email = Email {
        to: vec!["grace@customer.example".to_owned()],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Files".to_owned(),
        body: "Hello".to_owned(),
        is_html: false,
        sender: EmailSender::CurrentUser,
        related_record: None,
        log_on_send: false,
    };
    let lost = org.connection.send_email(&email).await.unwrap_err();
    assert!(matches!(lost, OrgError::OutcomeUnknown { .. }), "{lost}");
    assert_eq!(org.simulated.mails().len(), 1);
}

#[tokio::test]
async fn what_we_may_do_is_described_in_our_own_names() {
    let org = org_with("casegate").await;
    let objects = org.connection.objects().await.unwrap();
    let may = |name: &str| {
        let object = objects.iter().find(|object| object.name == name).unwrap();
        [object.createable, object.updateable, object.deletable]
    };
    assert_eq!([may("SecureFile__c"), may("Case")], [[true, true, false], [false, false, false]]);
    let described = org.connection.describe("SecureFile__c").await.unwrap().unwrap();
    assert_eq!((described.name.as_str(), described.updateable, described.deletable), ("SecureFile__c", true, false));
    assert!(described.fields.iter().any(|field| field.name == "Sha256__c" && field.createable));
    assert!(org.connection.describe("Nonsense__c").await.unwrap().is_none());
    assert_eq!(org.connection.api_name("SecureFile__c"), "casegate__SecureFile__c");
    assert_eq!(org.connection.api_name("Case"), "Case");
}

#[tokio::test]
async fn work_in_the_background_slows_down_by_the_orgs_own_count() {
    let org = org().await;
    let background = org.connection.background();
    let use_calls = async |used: u64| {
        let url = format!("{}/__sim/allowance", org.simulated.admin_url());
        let usage = json!({ "used": used, "max": 15_000 });
        reqwest::Client::builder().no_proxy().build().unwrap().post(url).json(&usage).send().await.unwrap();
        org.connection.limits().await.unwrap();
    };
    use_calls(11_000).await;
    for _ in 0..5 {
        background.limits().await.unwrap();
    }
    use_calls(12_750).await;
    background.limits().await.unwrap();
    let held = background.limits().await.unwrap_err();
    assert!(matches!(held, OrgError::RetryLater { obstacle: Obstacle::HeldBack, .. }), "{held}");
    for number in 0..5 {
        let key = format!("{}-{number}", org.key());
        org.connection.upsert("SecureFile__c", "ExternalId__c", &key, &org.file()).await.unwrap();
    }
    use_calls(14_999).await;
    let spent = org.connection.limits().await.unwrap_err();
    assert!(matches!(spent, OrgError::RetryLater { obstacle: Obstacle::AllowanceSpent, .. }), "{spent}");
}

#[tokio::test]
async fn a_session_that_is_ended_is_dead() {
    let org = org().await;
    org.connection.identity().await.unwrap();
    org.connection.end_session().await.unwrap();
    assert_eq!(org.simulated.expire_sessions(), 0);
}
