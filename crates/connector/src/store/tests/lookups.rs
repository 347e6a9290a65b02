//! Finding what was stored: links by their secret, files page by page, sessions and tickets until they end.

use super::fixtures::{CASE, ORG, OTHER_ORG, a_file, a_link, a_request, an_upload, begin};
use super::on_both;
use crate::store::customer_sessions::{self, CustomerSessionRow};
use crate::store::tickets::{self, TicketRow};
use crate::store::{Store, consents, file_requests, links, mails, secure_files, uploads};

async fn with_requests(store: &Store) {
    let mut tx = begin(store).await;
    for (org, id) in [(ORG, "r"), (ORG, "s"), (OTHER_ORG, "r")] {
        assert!(file_requests::insert(&mut tx, &a_request(org, id)).await.unwrap());
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_link_is_found_by_its_secret_under_its_own_request_only() {
    on_both(async |store| {
        with_requests(store).await;
        let mut tx = begin(store).await;
        links::insert(&mut tx, &a_link(ORG, "r", "1", "hash one")).await.unwrap();
        links::insert(&mut tx, &a_link(ORG, "r", "2", "hash two")).await.unwrap();
        let found = links::find_by_secret(&mut tx, "r", "hash two").await.unwrap().unwrap();
        assert_eq!((found.org_id.as_str(), found.id.as_str()), (ORG, "2"));
        assert!(links::find_by_secret(&mut tx, "s", "hash two").await.unwrap().is_none());
        assert!(links::find_by_secret(&mut tx, "r", "hash").await.unwrap().is_none());
        links::forget_secret(&mut tx, ORG, "2").await.unwrap();
        let kept = links::find(&mut tx, ORG, "2").await.unwrap().unwrap();
        assert_eq!((kept.secret_sealed, kept.secret_hash.as_str()), (None, "hash two"));
        assert!(links::find(&mut tx, ORG, "1").await.unwrap().unwrap().secret_sealed.is_some());
        assert!(links::find(&mut tx, OTHER_ORG, "2").await.unwrap().is_none());
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn files_come_page_by_page_without_gap_or_repetition() {
    on_both(async |store| {
        with_requests(store).await;
        let mut tx = begin(store).await;
        // Three arrive in the same millisecond, across a page's end.
        let mut expected = Vec::new();
        for (number, received_at) in [10, 20, 20, 20, 30, 40, 40].into_iter().enumerate() {
            let id = format!("f{number}");
            uploads::insert(&mut tx, &an_upload(ORG, "r", &id, 5)).await.unwrap();
            secure_files::insert(&mut tx, &a_file(ORG, "r", &id, &id, received_at)).await.unwrap();
            expected.push((received_at, id));
        }
        uploads::insert(&mut tx, &an_upload(OTHER_ORG, "r", "x", 5)).await.unwrap();
        secure_files::insert(&mut tx, &a_file(OTHER_ORG, "r", "x", "x", 25)).await.unwrap();
        tx.commit().await.unwrap();
        expected.sort();
        expected.reverse();

        let mut reader = store.read().await.unwrap();
        for limit in 1..=8 {
            let mut seen: Vec<(i64, String)> = Vec::new();
            loop {
                let before = seen.last().cloned();
                let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
                let page = secure_files::list_of_case(&mut reader, ORG, CASE, before, limit).await.unwrap();
                if page.is_empty() {
                    break;
                }
                seen.extend(page.into_iter().map(|file| (file.received_at, file.id)));
            }
            assert_eq!(seen, expected, "pages of {limit}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_stands_once_for_its_upload() {
    on_both(async |store| {
        with_requests(store).await;
        let mut tx = begin(store).await;
        uploads::insert(&mut tx, &an_upload(ORG, "r", "u", 5)).await.unwrap();
        secure_files::insert(&mut tx, &a_file(ORG, "r", "u", "one", 10)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = begin(store).await;
        assert!(secure_files::insert(&mut tx, &a_file(ORG, "r", "u", "two", 10)).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn repeated_creations_find_the_first() {
    on_both(async |store| {
        with_requests(store).await;
        let mut tx = begin(store).await;
        let mut again = a_request(ORG, "another id");
        again.client_id = "client of r".to_owned();
        assert!(!file_requests::insert(&mut tx, &again).await.unwrap());
        let first = file_requests::find_by_client_id(&mut tx, ORG, CASE, "client of r").await.unwrap().unwrap();
        assert_eq!(first.id, "r");
        assert!(uploads::insert(&mut tx, &an_upload(ORG, "r", "u", 5)).await.unwrap());
        assert!(!uploads::insert(&mut tx, &an_upload(ORG, "r", "u", 5)).await.unwrap());
        let mut same_name = an_upload(ORG, "r", "v", 5);
        same_name.shown_name = "u".to_owned();
        assert!(!uploads::insert(&mut tx, &same_name).await.unwrap(), "no name stands twice");
        assert!(consents::insert(&mut tx, ORG, "r", "v1", "words", 5).await.unwrap());
        assert!(!consents::insert(&mut tx, ORG, "r", "v1", "words", 6).await.unwrap());
        assert!(consents::is_given(&mut tx, ORG, "r", "v1").await.unwrap());
        assert!(!consents::is_given(&mut tx, ORG, "s", "v1").await.unwrap());
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_request_closes_once_and_opens_once() {
    on_both(async |store| {
        with_requests(store).await;
        let mut tx = begin(store).await;
        assert!(file_requests::mark_opened(&mut tx, ORG, "r", 50).await.unwrap());
        assert!(!file_requests::mark_opened(&mut tx, ORG, "r", 60).await.unwrap());
        assert_eq!(file_requests::list_expired(&mut tx, 8_999, 10).await.unwrap().len(), 0);
        assert_eq!(file_requests::list_expired(&mut tx, 9_000, 10).await.unwrap().len(), 3);
        assert!(file_requests::close(&mut tx, ORG, "r", "revoked", 70).await.unwrap());
        assert!(!file_requests::close(&mut tx, ORG, "r", "fulfilled", 80).await.unwrap());
        let closed = file_requests::find(&mut tx, ORG, "r").await.unwrap().unwrap();
        assert_eq!((closed.state.as_str(), closed.opened_at, closed.closed_at), ("revoked", Some(50), Some(70)));
        assert_eq!(file_requests::find(&mut tx, OTHER_ORG, "r").await.unwrap().unwrap().state, "open");
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn sessions_and_tickets_live_until_their_time() {
    on_both(async |store| {
        with_requests(store).await;
        let mut tx = begin(store).await;
        let session = CustomerSessionRow {
            token_hash: "s".to_owned(),
            org_id: ORG.to_owned(),
            request_id: "r".to_owned(),
            link_id: "l".to_owned(),
            created_at: 0,
            expires_at: 100,
        };
        customer_sessions::insert(&mut tx, &session).await.unwrap();
        assert!(customer_sessions::find_live(&mut tx, "s", 100).await.unwrap().is_none());
        customer_sessions::extend(&mut tx, "s", 50, 300).await.unwrap();
        customer_sessions::extend(&mut tx, "s", 60, 200).await.unwrap();
        assert_eq!(customer_sessions::find_live(&mut tx, "s", 299).await.unwrap().unwrap().expires_at, 300);
        customer_sessions::extend(&mut tx, "s", 300, 900).await.unwrap();
        assert!(customer_sessions::find_live(&mut tx, "s", 300).await.unwrap().is_none(), "the dead stay dead");

        uploads::insert(&mut tx, &an_upload(ORG, "r", "u", 5)).await.unwrap();
        secure_files::insert(&mut tx, &a_file(ORG, "r", "u", "f", 10)).await.unwrap();
        let ticket = TicketRow {
            token_hash: "t".to_owned(),
            org_id: ORG.to_owned(),
            file_id: "f".to_owned(),
            case_id: CASE.to_owned(),
            user_id: "005000000000001AAA".to_owned(),
            created_at: 0,
            first_used_at: None,
            expires_at: 60,
        };
        tickets::insert(&mut tx, &ticket).await.unwrap();
        assert!(tickets::find_live(&mut tx, "t", 60).await.unwrap().is_none());
        assert!(tickets::mark_used(&mut tx, "t", 59, 500).await.unwrap());
        assert!(!tickets::mark_used(&mut tx, "t", 59, 900).await.unwrap(), "the first use decides");
        assert_eq!(tickets::find_live(&mut tx, "t", 499).await.unwrap().unwrap().first_used_at, Some(59));
        assert_eq!(tickets::remove_expired(&mut tx, 500).await.unwrap(), 1);
        assert_eq!(customer_sessions::remove_expired(&mut tx, 299).await.unwrap(), 0);
        assert_eq!(customer_sessions::remove_expired(&mut tx, 300).await.unwrap(), 1);
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_mail_moves_only_from_where_it_stands() {
    on_both(async |store| {
        with_requests(store).await;
        let mut tx = begin(store).await;
        let mail = mails::MailRow {
            org_id: ORG.to_owned(),
            id: "m".to_owned(),
            request_id: "r".to_owned(),
            kind: "request".to_owned(),
            link_id: None,
            state: "queued".to_owned(),
            failure: None,
            created_at: 10,
            settled_at: None,
        };
        mails::insert(&mut tx, &mail).await.unwrap();
        assert!(!mails::advance(&mut tx, ORG, "m", "sending", "sent", None, 20).await.unwrap());
        assert!(mails::advance(&mut tx, ORG, "m", "queued", "sending", None, 20).await.unwrap());
        assert!(!mails::advance(&mut tx, ORG, "m", "queued", "sending", None, 20).await.unwrap(), "one worker sends");
        assert!(mails::advance(&mut tx, ORG, "m", "sending", "unknown", Some("cut"), 30).await.unwrap());
        let settled = mails::newest(&mut tx, ORG, "r", "request").await.unwrap().unwrap();
        assert_eq!((settled.settled_at, settled.failure.as_deref()), (Some(30), Some("cut")));
        assert!(mails::newest(&mut tx, ORG, "r", "receipt").await.unwrap().is_none());
        tx.commit().await.unwrap();
    })
    .await;
}
