//! The meta channels that answer at once: handshake, subscribe, unsubscribe, disconnect.

use serde_json::{Value, json};

use super::Sender;
use crate::org::Org;
use crate::randomness;
use crate::schema::Nature;
use crate::streaming::clients::Client;
use crate::streaming::{From, State, may_read};

/// The answer to a message: its channel and id again, and what else there is to say.
pub fn answer(message: &Value, rest: Value) -> Value {
    let mut answer = json!({ "channel": message["channel"] });
    for name in ["id", "clientId"] {
        if let Some(value) = message.get(name) {
            answer[name] = value.clone();
        }
    }
    if let (Some(members), Value::Object(rest)) = (answer.as_object_mut(), rest) {
        members.extend(rest);
    }
    answer
}

pub fn refused(message: &Value, error: impl Into<String>) -> Value {
    answer(message, json!({ "successful": false, "error": error.into() }))
}

pub fn unauthenticated(message: &Value, error: &str) -> Value {
    let advice = json!({ "reconnect": "none", "interval": 0 });
    answer(message, json!({ "successful": false, "error": error, "advice": advice }))
}

pub fn unknown_client(message: &Value) -> Value {
    let advice = json!({ "reconnect": "handshake", "interval": 0 });
    answer(message, json!({ "successful": false, "error": "403::Unknown client", "advice": advice }))
}

/// The answer, and the cookie that must come back from now on.
pub fn handshake(org: &Org, sender: &Sender, message: &Value) -> (Value, Option<String>) {
    let user = match &sender.session {
        Ok((user, _)) => *user,
        Err(reason) => {
            let ext = json!({ "sfdc": { "failureReason": reason } });
            let rest = json!({
                "successful": false, "error": "403::Handshake denied", "ext": ext, "advice": { "reconnect": "none" },
            });
            return (answer(message, rest), None);
        }
    };
    let offered = message["supportedConnectionTypes"].as_array();
    if offered.is_some_and(|offered| !offered.iter().any(|kind| kind == "long-polling")) {
        return (refused(message, "400::Invalid connection type: only long-polling is supported"), None);
    }
    let (client_id, cookie) = (randomness::text(20), randomness::text(20));
    let now = org.clock.now();
    org.streaming.state().clients.insert(client_id.clone(), Client::new(user, cookie.clone(), now));
    let mut whole = answer(message, json!({ "successful": true }));
    for (name, value) in [
        ("version", json!("1.0")),
        ("minimumVersion", json!("1.0")),
        ("supportedConnectionTypes", json!(["long-polling"])),
        ("clientId", json!(client_id)),
        ("ext", json!({ "replay": true, "payload.format": true })),
    ] {
        whole[name] = value;
    }
    (whole, Some(cookie))
}

/// The client a message is from, or what is wrong with it. One that stayed away too long is forgotten here.
pub fn client<'s>(state: &'s mut State, sender: &Sender, message: &Value, now: i64) -> Result<&'s mut Client, Value> {
    let user = match &sender.session {
        Ok((user, _)) => *user,
        Err(reason) => return Err(unauthenticated(message, reason)),
    };
    state.clients.retain(|_, client| now <= client.expected_by);
    let id = message["clientId"].as_str().unwrap_or_default();
    let client =
        state.clients.get_mut(id).filter(|client| client.user == user).ok_or_else(|| unknown_client(message))?;
    match &sender.cookie {
        Some(cookie) if *cookie == client.cookie => Ok(client),
        Some(_) => Err(unknown_client(message)),
        None => {
            let error = format!("400::Client {id} has established a session, but no BAYEUX_BROWSER cookie present");
            Err(refused(message, error))
        }
    }
}

/// One answer per channel named.
pub fn subscribe(org: &Org, sender: &Sender, message: &Value) -> Vec<Value> {
    each_channel(message, |channel| {
        let now = org.clock.now();
        let mut state = org.streaming.state();
        let client = client(&mut state, sender, message, now)?;
        let user = client.user;
        let channel = known_channel(org, user, channel).map_err(|error| refused(message, error))?;
        let from = from(&message["ext"]["replay"], &channel).map_err(|error| refused(message, error))?;
        let Some(missed) = state.missed(&channel, from, now) else {
            let id = if let From::After(id) = from { id } else { 0 };
            let error = format!(
                "400::The replayId {{{id}}} you provided was invalid.  Please provide a valid ID, -2 to replay all \
                 events, or -1 to replay only new events."
            );
            return Err(refused(message, error));
        };
        let client = self::client(&mut state, sender, message, now)?;
        if client.subscriptions.insert(channel) {
            for event in missed {
                client.hand(event);
            }
        }
        Ok(())
    })
}

pub fn unsubscribe(org: &Org, sender: &Sender, message: &Value) -> Vec<Value> {
    each_channel(message, |channel| {
        let mut state = org.streaming.state();
        let client = client(&mut state, sender, message, org.clock.now())?;
        client.subscriptions.retain(|known| !known.eq_ignore_ascii_case(channel));
        Ok(())
    })
}

pub fn disconnect(org: &Org, sender: &Sender, message: &Value) -> Value {
    let mut state = org.streaming.state();
    match client(&mut state, sender, message, org.clock.now()) {
        Err(refused) => refused,
        Ok(client) => {
            // A poll of its own that still waits must not wait for nobody.
            client.woken.notify_one();
            state.clients.remove(message["clientId"].as_str().unwrap_or_default());
            answer(message, json!({ "successful": true }))
        }
    }
}

fn each_channel(message: &Value, mut run: impl FnMut(&str) -> Result<(), Value>) -> Vec<Value> {
    let channels: Vec<&str> = match &message["subscription"] {
        Value::String(channel) => vec![channel],
        Value::Array(channels) => channels.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if channels.is_empty() {
        return vec![refused(message, "400::Channel name not specified")];
    }
    let each = channels.into_iter().map(|channel| {
        let mut told = run(channel).map_or_else(|refused| refused, |()| answer(message, json!({ "successful": true })));
        told["subscription"] = json!(channel);
        told
    });
    each.collect()
}

/// The channel in canonical case, if this user may listen there.
fn known_channel(org: &Org, user: crate::record_id::RecordId, channel: &str) -> Result<String, String> {
    if !channel.starts_with('/') {
        return Err("400::Channel subscriptions must start with a leading '/'".to_owned());
    }
    let object = channel.strip_prefix("/event/").and_then(|name| org.schema.object(name));
    let canonical =
        object.filter(|object| object.nature == Nature::Event).map(|object| format!("/event/{}", object.name));
    canonical
        .filter(|canonical| may_read(org, user, canonical))
        .ok_or_else(|| format!("400::The channel you requested to subscribe to does not exist {{{channel}}}"))
}

/// `{"/event/X__e": -1}`: -1 new events only, -2 everything kept, else what came after that replay id.
fn from(replay: &Value, channel: &str) -> Result<From, String> {
    let wanted = replay.as_object().and_then(|map| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(channel)));
    match wanted.map(|(_, place)| place) {
        None => Ok(From::New),
        Some(place) => match (place.as_i64(), place.as_u64()) {
            (Some(-1), _) => Ok(From::New),
            (Some(-2), _) => Ok(From::All),
            (_, Some(id)) => Ok(From::After(id)),
            _ => Err(format!(
                "400::The replayId {{{place}}} you provided was invalid.  Please provide a valid ID, -2 to replay all \
                 events, or -1 to replay only new events."
            )),
        },
    }
}
