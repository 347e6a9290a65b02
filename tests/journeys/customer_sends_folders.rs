//! Several files, some of equal names, some in folders: each arrives whole, none replaces another.

use std::collections::BTreeMap;

use harness::{Casegate, Options, a_request};

#[tokio::test]
async fn equal_names_are_told_apart_and_folders_kept() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;
    let grace = world.customer_opens(&world.mailbox().newest_link()).await;

    let mut expected = BTreeMap::new();
    for (number, (path, shown)) in [
        ("", "log.txt"),
        ("", "log (2).txt"),
        ("", "log (3).txt"),
        ("logs/night/log.txt", "logs/night/log.txt"),
        ("logs/day/log.txt", "logs/day/log.txt"),
        ("../../etc/log.txt", "etc/log.txt"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut file = world.sample(&format!("file {number}"), 5_000 + number);
        file.name = "log.txt".to_owned();
        let id = number.to_string();
        let made = grace.try_begin(&file, &[("client_id", &id), ("relative_path", path)]).await.expect(201);
        let location = made.header("location").to_owned();
        // The answer was lost and the page asks again: the same upload.
        let again = grace.try_begin(&file, &[("client_id", &id), ("relative_path", path)]).await.expect(201);
        assert_eq!(again.header("location"), location);
        let upload = location[location.find("/api/").unwrap()..].to_owned();
        grace.append(&upload, 0, file.bytes.clone()).await.expect(204);
        expected.insert(shown.to_owned(), file);
    }
    world.work().await;
    assert_eq!(grace.finish().await["files"].as_array().unwrap().len(), expected.len());
    world.work().await;

    let panel = anna.panel().await;
    assert_eq!(panel["requests"][0]["files_received"], expected.len());
    let files = panel["files"].as_array().unwrap();
    let names: Vec<_> = files.iter().map(|file| file["file_name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), expected.len());
    for file in files {
        let sent = &expected[file["file_name"].as_str().unwrap()];
        assert_eq!(anna.open(file).await.body, sent.bytes, "{}", file["file_name"]);
    }
    assert_eq!(world.records("SecureFile__c").len(), expected.len());
    world.finish().await;
}

#[tokio::test]
async fn the_rules_of_the_request_are_kept() {
    let policy = "max_file_bytes = 10000\naccepted_extensions = [\"txt\"]\nmax_files = 1";
    let world = Casegate::start(Options { policy, ..Options::default() }).await;
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;
    let grace = world.customer_opens(&world.mailbox().newest_link()).await;

    grace.try_begin(&world.sample("a.txt", 10_001), &[]).await.refused(413, "too_large");
    let problem = grace.try_begin(&world.sample("a.exe", 10), &[]).await.refused(415, "type_not_accepted");
    assert_eq!(problem["accepted_extensions"][0], "txt");
    grace.upload(&world.sample("a.txt", 10_000)).await;
    grace.try_begin(&world.sample("b.txt", 10), &[]).await.refused(413, "too_large");
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn a_cancelled_upload_leaves_nothing() {
    let world = Casegate::usual().await;
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;
    let grace = world.customer_opens(&world.mailbox().newest_link()).await;
    let dump = world.sample("core.dump", 9_000_000);
    let upload = grace.begin(&dump).await;
    grace.append(&upload, 0, dump.bytes.slice(..8_500_000)).await.expect(204);
    grace.try_finish().await.refused(409, "conflict");
    grace.cancel(&upload).await.expect(204);
    assert_eq!(grace.try_offset(&upload).await.status, 404);
    grace.append(&upload, 8_500_000, dump.bytes.slice(8_500_000..)).await.refused(404, "not_found");
    world.work().await;
    assert_eq!(anna.panel().await["requests"][0]["uploads"].as_array().unwrap().len(), 0);
    world.finish().await;
}
