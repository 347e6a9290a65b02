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
        ("NOT Status = 'New'", 8),
        ("(Status = 'New' OR Status = 'Closed') AND Priority != null", 5),
        ("SuppliedEmail != null", 1),
        ("SuppliedEmail = null AND IsClosed = false", 10),
        ("Owner.Username = 'AGENT.ANNA@example.test'", 5),
        ("CreatedDate > 2026-11-01T00:00:00Z", 11),
        ("CreatedDate > 2026-11-18T16:18:12+01:00", 4),
        ("SystemModstamp >= 2026-11-21T15:18:12.000Z", 1),
        ("CreatedDate = LAST_N_DAYS:7", 8),
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
        ("SELECT Id FROM Case GROUP BY Id", "MALFORMED_QUERY"),
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
        ("SELECT Id FROM CaseFileEvent__e", "INVALID_TYPE"),
        ("", "MALFORMED_QUERY"),
    ] {
        let refused = caller.query(soql).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{soql}: {refused:?}");
    }
    let pointed = caller.query("SELECT Id FROM Case WHERE\nNonsense = 1").await;
    assert!(pointed.message().contains("ERROR at Row:2:Column:1"), "{}", pointed.message());
    // With the empty values named, the same filter is clear.
    assert_eq!(caller.query("SELECT Id FROM Case WHERE Status != 'New' AND Status != null").await.status, 200);
}
