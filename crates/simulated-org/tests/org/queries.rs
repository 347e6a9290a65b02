//! SOQL over HTTP: what it finds, how it pages, what it refuses.

use serde_json::{Value, json};
use simulated_org::Options;

use crate::caller::{Caller, options};

#[tokio::test]
async fn parents_nest_and_missing_ones_are_null() {
    let caller = Caller::start().await;
    let rows = caller
        .rows("SELECT CaseNumber, Owner.Name, Parent.Owner.Name FROM Case WHERE Subject LIKE 'gateway%' ORDER BY Id")
        .await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["CaseNumber"], "00001001");
    assert_eq!(rows[0]["Owner"]["Name"], "Anna Novak");
    assert_eq!(rows[0]["Owner"]["attributes"]["type"], "User");
    assert_eq!(rows[0]["Parent"], Value::Null);
    assert!(rows[0].get("Id").is_none());
}

#[tokio::test]
async fn filters_find_what_they_say() {
    let caller = Caller::start().await;
    let case = caller.case("press_vibration");
    for (filter, count) in [
        ("Status = 'working'", 6),
        ("Status IN ('New', 'Closed')", 5),
        ("Status = 'New' AND Priority = 'High'", 1),
        ("Status = 'Closed' OR Priority = 'High'", 5),
        ("NOT IsClosed = true", 11),
        ("NOT (Status = 'New' AND Status != null)", 8),
        ("IsClosed = null", 11),
        ("(Status = 'New' OR Status = 'Closed') AND Priority != null", 5),
        ("SuppliedEmail != null", 1),
        ("SuppliedEmail = null AND IsClosed = false", 10),
        ("Owner.Username = 'AGENT.ANNA@example.test'", 5),
        ("CreatedDate > 2026-11-01T00:00:00Z", 11),
        ("CreatedDate > 2026-11-18T16:18:12+01:00", 4),
        ("SystemModstamp >= 2026-11-21T15:18:12.000Z", 1),
        ("CreatedDate = LAST_N_DAYS:7", 8),
        ("CreatedDate = TODAY", 1),
        ("CreatedDate < THIS_MONTH", 1),
        ("CreatedDate = LAST_MONTH OR CreatedDate = LAST_N_DAYS:2", 5),
        ("CALENDAR_MONTH(CreatedDate) = 10", 1),
        ("DAY_ONLY(CreatedDate) >= 2026-11-20", 3),
        ("Subject LIKE '%n\\u00b0_3'", 1),
        ("Subject LIKE '%\\%%'", 0),
        ("Id > '500000000000000'", 12),
    ] {
        let rows = caller.rows(&format!("SELECT Id FROM Case WHERE {filter}")).await;
        assert_eq!(rows.len(), count, "{filter}");
    }
    for id in [case.as_str(), &case[..15]] {
        assert_eq!(caller.rows(&format!("SELECT Id FROM Case WHERE Id = '{id}'")).await.len(), 1);
    }
}

#[tokio::test]
async fn no_query_may_depend_on_how_negative_tests_treat_empty_values() {
    let caller = Caller::start().await;
    for filter in [
        "Status != 'New'",
        "Status <> 'New'",
        "NOT Status = 'New'",
        "NOT Subject LIKE 'a%'",
        "NOT (Status = 'New' AND IsClosed = false)",
        "Status NOT IN ('New')",
        "Parent.Priority != 'High'",
        "Parent.Parent.Status NOT IN ('New')",
        "Priority = 'High' OR Status != 'New'",
        // What excludes empty values must hold together with the test.
        "Status != 'New' OR Status != null",
        "Status != 'New' AND Priority != null",
        "ClosedDate != 2026-11-20T00:00:00Z",
    ] {
        let refused = caller.query(&format!("SELECT Id FROM Case WHERE {filter}")).await;
        assert_eq!((refused.status, refused.code()), (400, "MALFORMED_QUERY"), "{filter}");
        assert!(refused.message().contains("the simulated org refuses !=, NOT, NOT IN and EXCLUDES"), "{filter}");
    }
    for (filter, count) in [
        ("IsClosed != true", 11),
        ("NOT IsClosed = true", 11),
        ("Id NOT IN ('500000000000000')", 12),
        ("Status != 'Closed' AND Status != null", 11),
        ("Status NOT IN ('Closed') AND (Status != null)", 11),
        ("SuppliedEmail != null", 1),
        ("NOT SuppliedEmail = null", 1),
    ] {
        assert_eq!(caller.rows(&format!("SELECT Id FROM Case WHERE {filter}")).await.len(), count, "{filter}");
    }
}

#[tokio::test]
async fn order_limit_offset_and_count() {
    let caller = Caller::start().await;
    let numbers =
        |rows: Vec<Value>| rows.iter().map(|row| row["CaseNumber"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let rows = caller.rows("select casenumber from case order by createddate desc, id limit 2 offset 1").await;
    assert_eq!(rows.len(), 2);
    let by_mail = numbers(caller.rows("SELECT CaseNumber FROM Case ORDER BY SuppliedEmail NULLS LAST LIMIT 1").await);
    assert_eq!(by_mail, ["00001004"]);
    let count = caller.query("SELECT COUNT() FROM Case WHERE Priority = 'Low'").await;
    assert_eq!(count.body, json!({ "totalSize": 3, "done": true, "records": [] }));
}

#[tokio::test]
async fn ties_have_no_order_to_rely_on() {
    let caller = Caller::start().await;
    let mut orders = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let rows = caller.rows("SELECT Id FROM Case ORDER BY IsDeleted").await;
        orders.insert(rows.iter().map(|row| row["Id"].as_str().unwrap().to_owned()).collect::<Vec<_>>());
    }
    assert!(orders.len() > 1);
}

#[tokio::test]
async fn long_results_come_in_pages() {
    let caller = Caller::start_with(Options { query_batch_limit: 5, ..options() }).await;
    let first = caller.query("SELECT Id FROM Case ORDER BY Id").await;
    assert_eq!((&first.body["totalSize"], &first.body["done"]), (&json!(12), &json!(false)));
    let mut seen: Vec<_> = first.body["records"].as_array().unwrap().clone();
    let mut next = first.body["nextRecordsUrl"].as_str().map(str::to_owned);
    while let Some(url) = next {
        let page = caller.get(url.strip_prefix("/services/data/v67.0/").unwrap()).await;
        seen.extend(page.body["records"].as_array().unwrap().clone());
        next = page.body["nextRecordsUrl"].as_str().map(str::to_owned);
    }
    assert_eq!(seen.len(), 12);
    let stale =
        first.body["nextRecordsUrl"].as_str().unwrap().strip_prefix("/services/data/v67.0/").unwrap().to_owned();
    caller.org.advance_clock(16 * 60 * 1_000);
    assert_eq!(caller.get(&stale).await.code(), "INVALID_QUERY_LOCATOR");
}

#[tokio::test]
async fn mistakes_are_errors_never_empty_results() {
    let caller = Caller::start().await;
    for (soql, code) in [
        ("SELECT Id FROM Case WHERE Status = 'New' AND IsClosed = false OR Priority = 'High'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case FOR UPDATE", "MALFORMED_QUERY"),
        ("SELECT Id, FROM Case", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject = 'a\\x'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject = 'open", "MALFORMED_QUERY"),
        ("SELECT Id, Id FROM Case", "MALFORMED_QUERY"),
        ("SELECT Id FROM Kase", "INVALID_TYPE"),
        ("SELECT Nonsense FROM Case", "INVALID_FIELD"),
        ("SELECT Case__r.Subject FROM Case", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE CreatedDate > '2026-11-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE CreatedDate > 2026-11-01", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Id = '500'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Case WHERE ContactId LIKE '003%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Case WHERE Status != 'New'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE NOT Status = 'New'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Status NOT IN ('New')", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE IsClosed = false AND NOT IsDeleted = true", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject = 'a\\%'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE Subject INCLUDES ('x')", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Case WHERE CALENDAR_YEAR(Subject) = 1", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WHERE COUNT(Id) = 1", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SELECT Id FROM Case LIMIT -1", "MALFORMED_QUERY"),
        ("SELECT Id, TYPEOF Owner WHEN User THEN Name END FROM Case", "MALFORMED_QUERY"),
        ("SELECT FORMAT(CreatedDate) FROM Case", "MALFORMED_QUERY"),
        ("SELECT FIELDS(ALL) FROM Case", "MALFORMED_QUERY"),
        ("SELECT FIELDS(CUSTOM) FROM Case LIMIT 201", "MALFORMED_QUERY"),
        ("SELECT FIELDS(STANDARD), Subject FROM Case", "MALFORMED_QUERY"),
        ("SELECT Id Number FROM Case", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case USING SCOPE team", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case USING SCOPE everybody", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case WITH SECURITY_ENFORCED", "MALFORMED_QUERY"),
        ("SELECT Id FROM Case c, c.Owner o", "MALFORMED_QUERY"),
        ("SELECT a.b.c.d.e.f.g FROM Case", "INVALID_FIELD"),
        ("SELECT Id FROM Case ORDER BY Description", "INVALID_FIELD"),
        ("SELECT COUNT() FROM Case ORDER BY Id", "MALFORMED_QUERY"),
        ("SELECT Id FROM CaseFileEvent__e", "INVALID_TYPE"),
        ("", "MALFORMED_QUERY"),
    ] {
        let refused = caller.query(soql).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{soql}: {refused:?}");
    }
    let deep = format!("SELECT Id FROM Case WHERE {}IsClosed = true{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(caller.query(&deep).await.code(), "MALFORMED_QUERY");
    let pointed = caller.query("SELECT Id FROM Case WHERE\nNonsense = 1").await;
    assert!(pointed.message().contains("ERROR at Row:2:Column:1"), "{}", pointed.message());
    // With the empty values named, the same filter is clear.
    assert_eq!(caller.query("SELECT Id FROM Case WHERE Status != 'New' AND Status != null").await.status, 200);
}

#[tokio::test]
async fn an_alias_a_scope_and_field_sets_are_understood() {
    let mut caller = Caller::start().await;
    let case = caller.case("gateway_reboots");
    let soql = format!("SELECT c.Id, c.Owner.Name FROM Case AS c WHERE c.Id = '{case}' FOR VIEW");
    assert_eq!(caller.rows(&soql).await[0]["Owner"]["Name"], "Anna Novak");
    let whole = caller.rows("SELECT FIELDS(STANDARD) FROM Case LIMIT 1").await;
    assert!(whole[0].as_object().unwrap().len() > 15);
    let all = caller.rows(&format!("SELECT FIELDS(ALL) FROM Case WHERE Id = '{case}' LIMIT 200")).await;
    assert_eq!(all[0]["CaseNumber"], "00001001");
    caller.token = caller.log_in("agent.anna@example.test").await;
    assert_eq!(caller.rows("SELECT Id FROM Case USING SCOPE mine").await.len(), 5);
    assert_eq!(caller.rows("SELECT Id FROM Case USING SCOPE everything WHERE IsClosed = false").await.len(), 8);
}

#[tokio::test]
async fn columns_are_described_where_they_are_asked_for() {
    let caller = Caller::start().await;
    let describe = async |soql: &str| {
        let request = caller.request(reqwest::Method::GET, "query").query(&[("q", soql), ("columns", "true")]);
        crate::caller::reply(request).await
    };
    let plain = describe("SELECT Id, Subject, Owner.Name, Owner.Username FROM Case").await;
    assert_eq!(plain.status, 200, "{plain:?}");
    assert_eq!((&plain.body["entityName"], &plain.body["idSelected"]), (&json!("Case"), &json!(true)));
    let columns = plain.body["columnMetadata"].as_array().unwrap();
    assert_eq!(columns.iter().map(|column| &column["columnName"]).collect::<Vec<_>>(), ["Id", "Subject", "Owner"]);
    assert_eq!(columns[2]["joinColumns"][1]["columnName"], "Username");
    assert_eq!((&columns[2]["aggregate"], &columns[1]["textType"]), (&json!(false), &json!(true)));
    let grouped = describe("SELECT Status, COUNT(Id), MAX(CreatedDate) newest FROM Case GROUP BY Status").await;
    let columns = grouped.body["columnMetadata"].as_array().unwrap();
    let named: Vec<_> = columns.iter().map(|column| (&column["columnName"], &column["displayName"])).collect();
    assert_eq!(named[1], (&json!("expr0"), &json!("count(Id)")));
    assert_eq!(named[2], (&json!("newest"), &json!("max(CreatedDate)")));
    assert_eq!(describe("SELECT Nonsense FROM Case").await.code(), "INVALID_FIELD");
}

#[tokio::test]
async fn a_locator_is_its_users_own_and_shows_rows_as_the_query_found_them() {
    let mut caller = Caller::start_with(Options { query_batch_limit: 5, ..options() }).await;
    let first = caller.query("SELECT Id, Subject FROM Case ORDER BY Id").await;
    let next = first.body["nextRecordsUrl"].as_str().unwrap().strip_prefix("/services/data/v67.0/").unwrap().to_owned();
    let sixth = caller.rows("SELECT Id FROM Case ORDER BY Id OFFSET 5").await[0]["Id"].as_str().unwrap().to_owned();
    let deleted = caller.admin(&format!("cases/{sixth}/delete"), &json!({})).await;
    assert_eq!(deleted.status, 200);
    let page = caller.get(&next).await;
    assert_eq!(page.body["records"][0]["Id"], sixth);
    caller.token = caller.log_in("agent.anna@example.test").await;
    assert_eq!(caller.get(&next).await.code(), "INVALID_QUERY_LOCATOR");
    for wrong in ["query/nonsense", "query/01gHs0000000001-x", "query/01gHs0000zzzzzz-5"] {
        assert_eq!(caller.get(wrong).await.code(), "INVALID_QUERY_LOCATOR", "{wrong}");
    }
}

#[tokio::test]
async fn an_overlong_query_does_not_fit_the_url() {
    let caller = Caller::start().await;
    let soql = format!("SELECT Id FROM Case WHERE Subject = '{}'", "x".repeat(17_000));
    assert_eq!(caller.query(&soql).await.status, 414);
}

#[tokio::test]
async fn another_seed_shuffles_otherwise() {
    let order = async |shuffle_seed: u64| {
        let caller = Caller::start_with(Options { shuffle_seed, ..options() }).await;
        caller.rows("SELECT CaseNumber FROM Case").await
    };
    let (first, again, other) = (order(1).await, order(1).await, order(2).await);
    let numbers = |rows: &[Value]| rows.iter().map(|row| row["CaseNumber"].to_string()).collect::<Vec<_>>();
    assert_eq!(numbers(&first), numbers(&again));
    assert_ne!(numbers(&first), numbers(&other));
}
