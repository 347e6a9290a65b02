//! The Trusted URL of the connector, as an admin entered it.

use serde_json::json;

use crate::caller::Caller;

const ASKED: &str = "SELECT Id, EndpointUrl, Context, IsActive, IsApplicableToConnectSrc FROM CspTrustedSite";

#[tokio::test]
async fn every_user_may_read_it_and_an_admin_may_change_it() {
    let mut caller = Caller::start().await;
    let rows = caller.rows(ASKED).await;
    assert_eq!(
        (rows.len(), &rows[0]["EndpointUrl"], &rows[0]["Context"]),
        (1, &json!("http://127.0.0.1:8443"), &json!("LEX"))
    );
    assert_eq!((&rows[0]["IsActive"], &rows[0]["IsApplicableToConnectSrc"]), (&json!(true), &json!(true)));
    let path = format!("sobjects/CspTrustedSite/{}", rows[0]["Id"].as_str().unwrap());
    let refused = caller.patch(&path, &json!({ "IsActive": false })).await;
    assert_eq!((refused.status, refused.code()), (403, "INSUFFICIENT_ACCESS_OR_READONLY"));
    caller.token = caller.log_in("admin.olivia@example.test").await;
    assert_eq!(caller.patch(&path, &json!({ "IsActive": false })).await.status, 204);
    assert_eq!(caller.rows(ASKED).await[0]["IsActive"], false);
    let refused = caller.patch(&path, &json!({ "Context": "Everywhere" })).await;
    assert_eq!(refused.code(), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
}
