// jsforce judges platform events: published over REST, received over CometD, replayed, refused once the session has ended.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import streaming from "jsforce/lib/api/streaming.js";

import { mark } from "../org.mjs";
import { connected } from "./session.mjs";

const { AuthFailure, Replay } = streaming.StreamingExtension;
const EVENT = "CaseFileEvent__e";
const CHANNEL = `/event/${EVENT}`;
const EVERYTHING_KEPT = -2;
/** A client that waits for what never comes would wait for ever. */
const patience = { timeout: 60_000 };

let publisher;
const clients = [];

before(async () => {
    publisher = await connected();
});

after(() => clients.forEach((client) => client.disconnect()));

test("an event that was published reaches its subscriber", patience, async () => {
    const { of, subscribed } = listen(await connected(), []);
    await subscribed;
    const fate = await publish("live");
    assert.equal(fate.success, true);
    assert.match(fate.id, /^e[0-9A-Za-z]{17}$/);
    assert.equal(fate.errors[0].statusCode, "OPERATION_ENQUEUED");
    const { schema, payload, event } = await of("live");
    assert.equal(typeof schema, "string");
    assert.match(payload.CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
    assert.match(payload.CreatedById, /^005[0-9A-Za-z]{15}$/);
    assert.equal(typeof event.replayId, "number");
});

test("what was missed is replayed, all of it or what came after an event", patience, async () => {
    await publish("first");
    await publish("second");
    const all = listen(await connected(), [new Replay(CHANNEL, EVERYTHING_KEPT)]);
    const [first, second] = [await all.of("first"), await all.of("second")];
    assert.ok(first.event.replayId < second.event.replayId);
    const rest = listen(await connected(), [new Replay(CHANNEL, first.event.replayId)]);
    assert.equal((await rest.of("second")).event.replayId, second.event.replayId);
    assert.ok(rest.received.every(({ event }) => event.replayId > first.event.replayId));
});

test("a subscriber whose session has ended is told so", patience, async () => {
    const listener = await connected();
    let complain;
    const refused = new Promise((resolve) => (complain = resolve));
    await listen(listener, [new AuthFailure(complain)]).subscribed;
    await listener.oauth2.revokeToken(listener.accessToken);
    // Ends the poll that waits.
    await publish("too late");
    const { channel, error, advice } = await refused;
    assert.deepEqual([channel, error, advice.reconnect], ["/meta/connect", "401::Authentication invalid", "none"]);
});

test("a dead session is refused at the handshake", patience, async () => {
    const dead = await connected();
    await dead.oauth2.revokeToken(dead.accessToken);
    const { error, ext } = await new Promise((resolve) => listen(dead, [new AuthFailure(resolve)]));
    assert.equal(error, "403::Handshake denied");
    assert.equal(ext.sfdc.failureReason, "401::Authentication invalid");
});

function publish(name) {
    return publisher.sobject(EVENT).create({ CaseId__c: "500000000000000AAA", Kind__c: `${mark} ${name}` });
}

/** What a new CometD client receives; `of` waits for the event that `publish` gave that name. */
function listen(connection, extensions) {
    const client = connection.streaming.createClient(extensions);
    clients.push(client);
    const received = [];
    const waiting = new Map();
    const subscribed = client.subscribe(CHANNEL, (message) => {
        received.push(message);
        waiting.get(message.payload.Kind__c)?.(message);
    });
    const of = (name) => {
        const kind = `${mark} ${name}`;
        const there = received.find(({ payload }) => payload.Kind__c === kind);
        return there ?? new Promise((resolve) => waiting.set(kind, resolve));
    };
    return { client, received, subscribed, of };
}
