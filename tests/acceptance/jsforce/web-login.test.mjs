// jsforce judges the web server flow: PKCE, refresh, identity, revocation.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import jsforce from "jsforce";

import { needsSimulator, org, version } from "../org.mjs";
import { visit } from "../visitor.mjs";
import { oauth2 } from "./session.mjs";

let connection;

before(async () => {
    if (org.admin) {
        connection = connecting();
        await connection.authorize(await code(connection));
    }
});

test("a code and its verifier give a session that can be refreshed", needsSimulator, async () => {
    assert.ok(connection.accessToken && connection.refreshToken);
    assert.match(connection.userInfo.id, /^005/);
    assert.match(connection.userInfo.organizationId, /^00D/);
});

test("a wrong verifier is refused", needsSimulator, async () => {
    const thief = connecting();
    const stolen = await code(thief);
    thief.oauth2.codeVerifier = connecting().oauth2.codeVerifier;
    await assert.rejects(thief.authorize(stolen), { name: "invalid_grant", message: "invalid code verifier" });
});

test("a code works once", needsSimulator, async () => {
    const twice = connecting();
    const once = await code(twice);
    await twice.authorize(once);
    await assert.rejects(twice.authorize(once), { name: "invalid_grant" });
});

test("the identity address tells who it is", needsSimulator, async () => {
    const about = await connection.identity();
    assert.equal(about.username, org.username);
    assert.equal(about.user_id, connection.userInfo.id);
    assert.match(about.urls.rest, /\/services\/data\/v/);
});

test("a session that ended is refreshed once, unseen by the caller", needsSimulator, async () => {
    let refreshed = 0;
    connection.on("refresh", () => (refreshed += 1));
    await connection.oauth2.revokeToken(connection.accessToken);
    await connection.limits();
    assert.equal(refreshed, 1);
});

test("revoking the refresh token ends everything", needsSimulator, async () => {
    const leaving = connecting();
    await leaving.authorize(await code(leaving));
    const { accessToken, refreshToken } = leaving;
    await leaving.logout(true);
    await assert.rejects(leaving.oauth2.refreshToken(refreshToken), { name: "invalid_grant" });
    const bearer = new jsforce.Connection({ accessToken, instanceUrl: org.http, version });
    await assert.rejects(bearer.limits(), { errorCode: "INVALID_SESSION_ID" });
});

/** With a verifier of its own, as every connection to an app that asks for PKCE needs one. */
function connecting() {
    return new jsforce.Connection({
        oauth2: oauth2({ redirectUri: process.env.ORG_REDIRECT_URI, useVerifier: true }),
        instanceUrl: org.http,
        version
    });
}

async function code(connection) {
    const start = connection.oauth2.getAuthorizationUrl({ scope: "api id refresh_token", state: "x y" });
    const back = new URL(await visit(start));
    assert.equal(back.searchParams.get("state"), "x y");
    return back.searchParams.get("code");
}
