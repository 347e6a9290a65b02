//! `/meta/connect`: the long poll. It ends when events wait, when the Org's clock says so, or when a newer one comes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Sender;
use super::messages::{answer, client, refused, unauthenticated, unknown_client};
use crate::org::Org;
use crate::streaming::clients::MAX_ABSENCE_MS;

/// How long an Org lets a poll wait.
const TIMEOUT_MS: i64 = 110_000;

/// Events first, the answer to the poll last. Only a message that came alone waits.
pub async fn connect(org: &Arc<Org>, sender: &Sender, message: &Value, alone: bool) -> Vec<Value> {
    let now = org.clock.now();
    let (woken, poll) = {
        let mut state = org.streaming.state();
        let client = match client(&mut state, sender, message, now) {
            Ok(client) => client,
            Err(refused) => return vec![refused],
        };
        if message["connectionType"].as_str() != Some("long-polling") {
            let kind = message["connectionType"].as_str().unwrap_or_default();
            return vec![refused(message, format!("400::Invalid connection type {kind}"))];
        }
        client.polls += 1;
        client.expected_by = now + TIMEOUT_MS + MAX_ABSENCE_MS;
        // An older poll of the same client ends now.
        client.woken.notify_waiters();
        (client.woken.clone(), client.polls)
    };
    let waits = alone && poll > 1 && message["advice"]["timeout"] != json!(0);
    let deadline = if waits { now + TIMEOUT_MS } else { now };
    let mut clock = org.clock.watch();
    loop {
        // Registered before looking, so that nothing slips in between.
        let notified = woken.notified();
        if let Some(answers) = look(org, sender, message, poll, deadline) {
            return answers;
        }
        let left = u64::try_from(deadline - org.clock.now()).unwrap_or(0);
        tokio::select! {
            () = notified => {}
            // The test clock moved.
            _ = clock.changed() => {}
            // Real time, where the Org's clock follows it.
            () = tokio::time::sleep(Duration::from_millis(left.max(1))) => {}
        }
    }
}

/// The answer, once there is one.
fn look(org: &Org, sender: &Sender, message: &Value, poll: u64, deadline: i64) -> Option<Vec<Value>> {
    let now = org.clock.now();
    let alive = sender.session.as_ref().is_ok_and(|(_, token)| org.world().sessions.user(token, now).is_some());
    if !alive {
        return Some(vec![unauthenticated(message, "401::Authentication invalid")]);
    }
    let mut state = org.streaming.state();
    let Some(client) = state.clients.get_mut(message["clientId"].as_str().unwrap_or_default()) else {
        return Some(vec![unknown_client(message)]);
    };
    let is_newest = client.polls == poll;
    if is_newest && client.waiting.is_empty() && now < deadline {
        return None;
    }
    let mut answers: Vec<Value> = if is_newest { client.waiting.drain(..).collect() } else { Vec::new() };
    client.expected_by = now + MAX_ABSENCE_MS;
    let mut told = json!({ "successful": true });
    if poll == 1 {
        told["advice"] = json!({ "reconnect": "retry", "interval": 0, "timeout": TIMEOUT_MS });
    }
    answers.push(answer(message, told));
    Some(answers)
}
