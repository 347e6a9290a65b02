// The sf CLI judges logins, records and descriptions.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";

import { admin, mark, needsPassword, needsSimulator, org, version, wholeId } from "../org.mjs";
import { done, home, login, sf } from "./cli.mjs";

let loggedIn;

before(async () => {
    loggedIn = await login();
});

after(async () => {
    if (!org.admin) {
        await sf(["org", "logout", "--no-prompt"]);
    }
});

test("org login jwt knows the Org and its user", () => {
    assert.equal(loggedIn.username, org.username);
    assert.match(loggedIn.orgId, /^00D[0-9A-Za-z]{15}$/);
    assert.equal(wholeId(loggedIn.orgId), loggedIn.orgId);
    assert.equal(loggedIn.instanceUrl, org.http);
    assert.equal(loggedIn.isDevHub, false);
});

test("org login jwt for nobody fails with the Org's reason", needsSimulator, async () => {
    const key = ["--client-id", org.clientId, "--jwt-key-file", org.keyFile];
    const nobody = ["--username", "nobody@example.invalid", "--instance-url", org.http];
    const answer = await sf(["org", "login", "jwt", ...key, ...nobody]);
    assert.notEqual(answer.status, 0);
    assert.match(answer.message, /user hasn't approved this consumer/);
});

test("a Case is made, found by its subject, changed and removed", async () => {
    const subject = `${mark} pump`;
    const made = await done(["data", "create", "record", "-s", "Case", "-v", `Subject='${subject}' Priority=High`]);
    assert.equal(wholeId(made.id), made.id);
    const found = await done(["data", "get", "record", "-s", "Case", "-w", `Subject='${subject}'`]);
    assert.deepEqual([found.Id, found.Priority], [made.id, "High"]);
    await done(["data", "update", "record", "-s", "Case", "-i", made.id, "-v", "Status=Working"]);
    assert.equal((await done(["data", "get", "record", "-s", "Case", "-i", made.id])).Status, "Working");
    await done(["data", "delete", "record", "-s", "Case", "-w", `Subject='${subject}'`]);
    const gone = await sf(["data", "get", "record", "-s", "Case", "-i", made.id]);
    assert.notEqual(gone.status, 0);
});

test("data query asks for the columns of its rows, parents among them", async () => {
    const subject = `${mark} queried`;
    const { id } = await done(["data", "create", "record", "-s", "Case", "-v", `Subject='${subject}'`]);
    const found = await done(["data", "query", "-q", `SELECT Subject, Owner.Username FROM Case WHERE Id = '${id}'`]);
    assert.equal(found.totalSize, 1);
    assert.deepEqual([found.records[0].Subject, found.records[0].Owner.Username], [subject, org.username]);
    if (!org.admin) {
        await done(["data", "delete", "record", "-s", "Case", "-i", id]);
    }
});

test("a record that breaks a rule is refused with the Org's words", async () => {
    const answer = await sf(["data", "create", "record", "-s", "Account", "-v", "Phone=1"]);
    assert.notEqual(answer.status, 0);
    assert.match(answer.message, /Required fields are missing: \[Name\]/);
});

test("our objects describe themselves", async () => {
    const about = await done(["sobject", "describe", "-s", "SecureFile__c"]);
    assert.deepEqual([about.name, about.custom], ["SecureFile__c", true]);
    assert.ok(about.fields.some((field) => field.name === "Sha256__c"));
});

test("org list limits knows the day's calls", async () => {
    const limits = await done(["org", "list", "limits"]);
    const daily = limits.find((limit) => limit.name === "DailyApiRequests");
    assert.ok(daily.max >= daily.remaining && daily.remaining > 0);
});

test("a session that ended is renewed by the next command", needsSimulator, async () => {
    await admin("sessions/expire", {});
    const answer = await done(["api", "request", "rest", `/services/data/v${version}/sobjects/Account/describe`]).catch(
        (error) => error
    );
    assert.ok(!(answer instanceof Error), String(answer));
});

test("org login access-token asks who it belongs to", async () => {
    const { accessToken } = await done(["org", "auth", "show-access-token", "--no-prompt"]);
    const answer = await done(
        ["org", "login", "access-token", "--no-prompt", "--instance-url", org.http, "--alias", "bearer"],
        { env: { SF_ACCESS_TOKEN: accessToken } }
    );
    assert.deepEqual([answer.username, answer.orgId], [org.username, loggedIn.orgId]);
});

test("org login web goes through login, consent and PKCE", needsPassword, async () => {
    const browser = join(dirname(fileURLToPath(import.meta.url)), "browser.mjs");
    const answer = await done(["org", "login", "web", "--instance-url", org.http, "--alias", "web"], {
        env: { BROWSER: browser, SF_CAPITALIZE_RECORD_TYPES: "true" }
    });
    assert.deepEqual([answer.username, answer.orgId], [org.username, loggedIn.orgId]);
});

test("org login sfdx-url refreshes what the web login left, over https", needsPassword, async () => {
    const { sfdxAuthUrl } = await done(["org", "auth", "show-sfdx-auth-url", "--target-org", "web", "--no-prompt"]);
    const file = join(home, "auth-url.txt");
    // The CLI speaks https to whatever such an address names.
    writeFileSync(file, sfdxAuthUrl.replace(/@.*/, `@${new URL(org.https).host}`));
    const answer = await done(["org", "login", "sfdx-url", "--sfdx-url-file", file, "--alias", "secure"]);
    assert.deepEqual([answer.username, answer.orgId], [org.username, loggedIn.orgId]);
    assert.equal(answer.instanceUrl, org.https);
});
