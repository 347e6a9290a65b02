//! Platform events over CometD: subscribed, replayed, doubled, late, lost and expired.

use serde_json::{Value, json};
use simulated_org::{EventEffect, EventFault};

use crate::caller::{Caller, Reply, options, reply};

const CHANNEL: &str = "/event/CaseFileEvent__e";

/// A Bayeux client that does what the protocol says and nothing more.
struct Client {
    url: String,
    token: String,
    http: reqwest::Client,
    id: String,
    cookie: String,
}

async fn send(http: &reqwest::Client, url: &str, token: &str, cookie: &str, messages: &Value) -> Reply {
    let request = http.post(url).header("Authorization", format!("OAuth {token}"));
    let request = if cookie.is_empty() { request } else { request.header("Cookie", cookie) };
    reply(request.json(messages)).await
}

impl Client {
    async fn open(caller: &Caller) -> Self {
        let url = format!("{}/cometd/67.0", caller.org.url());
        let hello = json!([{ "channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"], "id": "1" }]);
        let answer = send(&caller.http, &url, &caller.token, "", &hello).await;
        assert_eq!((answer.status, &answer.body[0]["successful"]), (200, &json!(true)), "{answer:?}");
        assert_eq!((&answer.body[0]["ext"]["replay"], &answer.body[0]["id"]), (&json!(true), &json!("1")));
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        assert!(cookie.starts_with("BAYEUX_BROWSER="));
        let id = answer.body[0]["clientId"].as_str().unwrap().to_owned();
        let client = Self { url, token: caller.token.clone(), http: caller.http.clone(), id, cookie };
        // The first connect answers at once, with advice.
        let first = client.connect().await;
        assert_eq!(first[0]["advice"], json!({ "reconnect": "retry", "interval": 0, "timeout": 110_000 }));
        client
    }

    async fn say(&self, mut message: Value) -> Vec<Value> {
        message["clientId"] = json!(self.id);
        let answer = send(&self.http, &self.url, &self.token, &self.cookie, &json!([message])).await;
        answer.body.as_array().unwrap().clone()
    }

    async fn connect(&self) -> Vec<Value> {
        self.say(json!({ "channel": "/meta/connect", "connectionType": "long-polling" })).await
    }

    async fn subscribe(&self, replay: Value) -> Value {
        let ext = json!({ "replay": { CHANNEL: replay } });
        self.say(json!({ "channel": "/meta/subscribe", "subscription": CHANNEL, "ext": ext })).await.remove(0)
    }

    /// The external ids of the events that a poll brings, and their replay ids.
    async fn poll(&self) -> (Vec<String>, Vec<u64>) {
        let answers = self.connect().await;
        let events = answers.iter().filter(|answer| answer["channel"] == CHANNEL);
        let text = |event: &Value| event["data"]["payload"]["ExternalId__c"].as_str().unwrap().to_owned();
        let events: Vec<_> =
            events.map(|event| (text(event), event["data"]["event"]["replayId"].as_u64().unwrap())).collect();
        events.into_iter().unzip()
    }
}

async fn publish(caller: &Caller, external_id: &str) {
    let event = json!({ "CaseId__c": caller.case("gateway_reboots"), "Kind__c": "file_attached", "ExternalId__c": external_id });
    assert_eq!(caller.post("sobjects/CaseFileEvent__e", &event).await.status, 201);
}

/// Somebody who may read the events: the integration user only publishes them.
async fn agent() -> Caller {
    let caller = Caller::start_with(options()).await;
    Caller { token: caller.log_in("admin.olivia@example.test").await, http: caller.http.clone(), org: caller.org }
}

#[tokio::test]
async fn a_waiting_poll_ends_with_the_event() {
    let caller = agent().await;
    let client = Client::open(&caller).await;
    publish(&caller, "before").await;
    assert_eq!(client.subscribe(json!(-1)).await["successful"], true);
    let (heard, ()) = tokio::join!(client.poll(), publish(&caller, "after"));
    assert_eq!(heard.0, ["after"]);
}

#[tokio::test]
async fn a_poll_without_events_ends_when_the_clock_says_so() {
    let caller = agent().await;
    let client = Client::open(&caller).await;
    client.subscribe(json!(-1)).await;
    let moves = async {
        // The first poll was the one of opening; the clock moves when the second one waits.
        while caller.org.event_polls() < 2 {
            caller.get("limits").await;
        }
        caller.org.advance_clock(110_000);
    };
    let polled = tokio::join!(client.connect(), moves).0;
    assert_eq!((polled.len(), &polled[0]["successful"]), (1, &json!(true)), "{polled:?}");
}

#[tokio::test]
async fn what_was_missed_is_replayed_from_anywhere_the_org_still_knows() {
    let caller = agent().await;
    for id in ["one", "two", "three"] {
        publish(&caller, id).await;
    }
    let all = Client::open(&caller).await;
    assert_eq!(all.subscribe(json!(-2)).await["successful"], true);
    let (heard, ids) = all.poll().await;
    assert_eq!(heard, ["one", "two", "three"]);
    let rest = Client::open(&caller).await;
    rest.subscribe(json!(ids[0])).await;
    assert_eq!(rest.poll().await.0, ["two", "three"]);

    // An id the Org has forgotten, one it never gave.
    let admin = format!("{}/__sim/events/expire", caller.org.admin_url());
    reply(caller.http.post(admin).json(&json!({ "through": ids[0] }))).await;
    for lost in [ids[0], 99_999] {
        let refused = Client::open(&caller).await.subscribe(json!(lost)).await;
        let told = format!("400::The replayId {{{lost}}} you provided was invalid.");
        assert!(refused["error"].as_str().unwrap().starts_with(&told), "{refused}");
    }
}

#[tokio::test]
async fn events_come_twice_late_or_not_at_all_when_told_so() {
    let caller = agent().await;
    let client = Client::open(&caller).await;
    client.subscribe(json!(-1)).await;
    for effect in [EventEffect::Duplicate, EventEffect::Missing, EventEffect::Late] {
        caller.org.break_events(EventFault { effect, channel: Some(CHANNEL.to_owned()), count: None });
    }
    for id in ["doubled", "lost", "late", "next"] {
        publish(&caller, id).await;
    }
    let (heard, ids) = client.poll().await;
    assert_eq!(heard, ["doubled", "doubled", "next", "late"]);
    assert!(ids[0] == ids[1] && ids[2] > ids[3], "{ids:?}");
    assert!(caller.org.event_faults().iter().all(|(_, hits)| *hits == 1));
    // What stays for replay is in order, and what was lost is lost.
    let all = Client::open(&caller).await;
    all.subscribe(json!(-2)).await;
    assert_eq!(all.poll().await.0, ["doubled", "late", "next"]);
}

#[tokio::test]
async fn a_dead_session_a_stranger_and_a_lost_cookie_are_told_apart() {
    let caller = agent().await;
    let client = Client::open(&caller).await;
    client.subscribe(json!(-1)).await;
    let message = json!([{ "channel": "/meta/connect", "clientId": "nobody", "connectionType": "long-polling" }]);
    let stranger = send(&caller.http, &client.url, &caller.token, &client.cookie, &message).await;
    assert_eq!(
        (&stranger.body[0]["error"], &stranger.body[0]["advice"]["reconnect"]),
        (&json!("403::Unknown client"), &json!("handshake"))
    );
    let message = json!([{ "channel": "/meta/connect", "clientId": client.id, "connectionType": "long-polling" }]);
    let bare = send(&caller.http, &client.url, &caller.token, "", &message).await;
    let told = format!("400::Client {} has established a session, but no BAYEUX_BROWSER cookie present", client.id);
    assert_eq!(bare.body[0]["error"], json!(told));
    for (subscription, told) in [
        (
            json!("/event/Nothing__e"),
            "400::The channel you requested to subscribe to does not exist {/event/Nothing__e}",
        ),
        (json!("event"), "400::Channel subscriptions must start with a leading '/'"),
        (Value::Null, "400::Channel name not specified"),
    ] {
        let refused = client.say(json!({ "channel": "/meta/subscribe", "subscription": subscription })).await;
        assert_eq!(refused[0]["error"], told);
    }
    let published = client.say(json!({ "channel": CHANNEL, "data": {} })).await;
    assert_eq!(published[0]["error"], "403::denied_by_security_policy:publish_denied");
    let message = json!([{ "channel": "/meta/connect", "clientId": client.id, "connectionType": "long-polling" }]);
    let anonymous = reply(caller.http.post(&client.url).header("Cookie", &client.cookie).json(&message)).await;
    assert_eq!(anonymous.body[0]["error"], "401::Request requires authentication");
    let odd = client.say(json!({ "channel": "/meta/connect", "connectionType": "websocket" })).await;
    assert_eq!(odd[0]["error"], "400::Invalid connection type websocket");

    caller.org.expire_sessions();
    let dead = client.connect().await;
    assert_eq!(
        (&dead[0]["error"], &dead[0]["advice"]["reconnect"]),
        (&json!("401::Authentication invalid"), &json!("none"))
    );
    let hello =
        json!([{ "channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"] }]);
    let denied = send(&caller.http, &client.url, &caller.token, "", &hello).await;
    assert_eq!(denied.body[0]["error"], "403::Handshake denied");
    assert_eq!(denied.body[0]["ext"]["sfdc"]["failureReason"], "401::Authentication invalid");
}

#[tokio::test]
async fn a_client_that_left_or_stayed_away_is_unknown() {
    let caller = agent().await;
    let client = Client::open(&caller).await;
    client.subscribe(json!(-1)).await;
    let unsubscribed = client.say(json!({ "channel": "/meta/unsubscribe", "subscription": CHANNEL })).await;
    assert_eq!(unsubscribed[0]["successful"], true);
    publish(&caller, "unheard").await;
    let polled = client
        .say(json!({ "channel": "/meta/connect", "connectionType": "long-polling", "advice": { "timeout": 0 } }))
        .await;
    assert_eq!(polled.len(), 1, "{polled:?}");
    assert_eq!(client.say(json!({ "channel": "/meta/disconnect" })).await[0]["successful"], true);
    assert_eq!(client.connect().await[0]["error"], "403::Unknown client");
    let client = Client::open(&caller).await;
    caller.org.advance_clock(41_000);
    assert_eq!(client.connect().await[0]["error"], "403::Unknown client");
}

#[tokio::test]
async fn only_long_polling_of_a_known_version_is_served() {
    let caller = agent().await;
    for (path, told) in [
        ("", "mandatory"),
        ("/", "mandatory"),
        ("/22.0", "Unsupported"),
        ("/999.0", "Unsupported"),
        ("/67.0", "long-polling"),
    ] {
        let request = caller.http.get(format!("{}/cometd{path}", caller.org.url())).header("Upgrade", "websocket");
        let refused = reply(request.header("Connection", "Upgrade")).await;
        assert_eq!(refused.status, 400, "{path}");
        assert!(refused.body.as_str().unwrap().contains(told), "{refused:?}");
    }
}
