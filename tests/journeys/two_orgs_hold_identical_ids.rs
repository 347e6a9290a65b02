//! Two Orgs whose record ids are the same down to the last character: neither sees anything of the other.

use harness::{Casegate, Options, a_request};
use simulated_org::TokenOverrides;

#[tokio::test]
async fn neither_sees_anything_of_the_other() {
    for options in [Options::default(), Options::on_postgres()] {
        let world = Casegate::start(Options { orgs: 2, ..options }).await;
        let here = world.agent_of(0, "anna").on("gateway_reboots");
        let there = world.agent_of(1, "anna").on("gateway_reboots");
        assert_eq!(here.case, there.case, "the ids are identical");

        // The same Case id, the same client id: two requests all the same.
        let request = here.request_file(&a_request("1")).await;
        let other_request = there.request_file(&a_request("1")).await;
        assert_ne!(request["id"], other_request["id"]);
        let link = here.copy_link(&request).await;
        let grace = world.customer_opens(&link).await;
        let dump = world.sample("core.dump", 50_000);
        grace.upload(&dump).await;
        world.settle().await;

        let panel = here.panel().await;
        let other_panel = there.panel().await;
        assert_eq!(panel["requests"].as_array().unwrap().len(), 1);
        assert_eq!(other_panel["requests"].as_array().unwrap().len(), 1);
        assert_eq!(other_panel["requests"][0]["id"], other_request["id"]);
        assert!(other_panel["files"].as_array().unwrap().is_empty());

        let file = &panel["files"][0];
        there.try_ticket(file).await.refused(404, "not_found");
        for verb in ["links", "revoke", "resend"] {
            there.try_on_request(&request, verb).await.refused(404, "not_found");
        }
        assert_eq!(here.open(file).await.body, dump.bytes);

        // A token of the one that says it is of the other.
        let claims = serde_json::Map::from_iter([("iss".to_owned(), world.orgs[1].org_id().into())]);
        let forged = world
            .agent_of(0, "anna")
            .on("gateway_reboots")
            .with_token(TokenOverrides { claims, ..TokenOverrides::default() });
        forged.try_panel("").await.refused(401, "unauthenticated");

        for (org, expected) in world.orgs.iter().zip([1, 0]) {
            assert_eq!(org.records("SecureFile__c").len(), expected);
            let requests = org.records("FileRequest__c");
            assert_eq!(requests.len(), 1);
            let external_id = requests[0]["ExternalId__c"].as_str().unwrap();
            assert!(external_id.starts_with(&org.org_id()), "{external_id}");
        }
        world.finish().await;
    }
}
