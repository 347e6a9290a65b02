//! Aggregates over HTTP: groups, what may stand beside them, and what they are called.

use serde_json::json;

use crate::caller::Caller;

#[tokio::test]
async fn groups_are_counted_under_their_names() {
    let caller = Caller::start().await;
    let reply =
        caller.query("SELECT Status, COUNT(Id) FROM Case GROUP BY Status ORDER BY COUNT(Id) DESC, Status").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.body["totalSize"], 4);
    let rows = reply.body["records"].as_array().unwrap();
    assert_eq!(rows[0], json!({ "attributes": { "type": "AggregateResult" }, "Status": "Working", "expr0": 6 }));
    assert_eq!((&rows[1]["Status"], &rows[1]["expr0"]), (&json!("New"), &json!(4)));
    assert!(rows[0]["attributes"].get("url").is_none());
}

#[tokio::test]
async fn aggregates_leave_empty_values_out() {
    let caller = Caller::start().await;
    let rows = caller
        .rows(
            "SELECT COUNT(Id) n, COUNT(SuppliedEmail), COUNT_DISTINCT(OwnerId), MIN(CreatedDate) oldest, \
             MAX(ClosedDate) FROM Case",
        )
        .await;
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["n"], &rows[0]["expr0"], &rows[0]["expr1"]), (&json!(12), &json!(1), &json!(3)));
    assert_eq!(rows[0]["oldest"], "2026-10-22T15:18:12.000+0000");
    assert!(rows[0]["expr2"].is_string());
    let none = caller.rows("SELECT COUNT(Id), MAX(CreatedDate) FROM Case WHERE Subject = 'nothing'").await;
    assert_eq!((&none[0]["expr0"], &none[0]["expr1"]), (&json!(0), &json!(null)));
}

#[tokio::test]
async fn numbers_are_summed_and_averaged() {
    let caller = Caller::start().await;
    for (id, size) in [("a", 10), ("b", 20), ("c", 60)] {
        let state = if id == "c" { "Erased" } else { "Held" };
        let body = json!({ "ExternalId__c": id, "SizeBytes__c": size, "State__c": state });
        assert_eq!(caller.post("sobjects/SecureFile__c", &body).await.status, 201);
    }
    let soql = "SELECT State__c state, SUM(SizeBytes__c) bytes, AVG(SizeBytes__c), MAX(SizeBytes__c) \
                FROM SecureFile__c GROUP BY State__c HAVING COUNT(Id) > 1";
    let rows = caller.rows(soql).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["state"], &rows[0]["bytes"]), (&json!("Held"), &json!(30.0)));
    assert_eq!((&rows[0]["expr0"], &rows[0]["expr1"]), (&json!(15.0), &json!(20.0)));
}

#[tokio::test]
async fn days_and_parents_may_be_grouped_by() {
    let caller = Caller::start().await;
    let soql = "SELECT Owner.Name, CALENDAR_MONTH(CreatedDate) m, COUNT(Id) n FROM Case \
                GROUP BY Owner.Name, CALENDAR_MONTH(CreatedDate) ORDER BY Owner.Name, CALENDAR_MONTH(CreatedDate) DESC";
    let rows = caller.rows(soql).await;
    let named: Vec<_> = rows.iter().map(|row| (row["Name"].as_str().unwrap(), row["m"].as_u64().unwrap())).collect();
    assert_eq!(named.len(), 4);
    assert_eq!(named[0], ("Anna Novak", 11));
    assert_eq!(&named[2..], [("Carla Rossi", 11), ("Carla Rossi", 10)]);
    let days = caller.rows("SELECT DAY_ONLY(CreatedDate) d FROM Case GROUP BY DAY_ONLY(CreatedDate) ORDER BY DAY_ONLY(CreatedDate) LIMIT 1").await;
    assert_eq!(days[0]["d"], "2026-10-22");
}

#[tokio::test]
async fn what_is_neither_grouped_nor_aggregated_is_refused() {
    let caller = Caller::start().await;
    for (soql, code) in [
        ("SELECT Status, Subject FROM Case GROUP BY Status", "MALFORMED_QUERY"),
        ("SELECT Status, COUNT(Id) FROM Case", "MALFORMED_QUERY"),
        ("SELECT Status FROM Case GROUP BY Status ORDER BY Subject", "MALFORMED_QUERY"),
        ("SELECT Status FROM Case GROUP BY Status HAVING Subject = 'x'", "MALFORMED_QUERY"),
        ("SELECT Status FROM Case HAVING COUNT(Id) > 1", "MALFORMED_QUERY"),
        ("SELECT Status s, COUNT(Id) s FROM Case GROUP BY Status", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Case LIMIT 1", "MALFORMED_QUERY"),
        ("SELECT COUNT() FROM Case GROUP BY Status", "MALFORMED_QUERY"),
        ("SELECT CreatedDate FROM Case GROUP BY CreatedDate", "INVALID_FIELD"),
        ("SELECT Description FROM Case GROUP BY Description", "INVALID_FIELD"),
        ("SELECT SUM(Subject) FROM Case", "MALFORMED_QUERY"),
        ("SELECT MAX(CaseNumber) FROM Case", "MALFORMED_QUERY"),
        ("SELECT Status FROM Case GROUP BY ROLLUP(Status)", "MALFORMED_QUERY"),
    ] {
        let refused = caller.query(soql).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{soql}: {refused:?}");
    }
}
