// The sf CLI deploys our own package into an Org that has never seen it, and then works with our objects there.
//
// This judges packaging, not Apex: nothing here compiles a class.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { before, test } from "node:test";

import { mark } from "../org.mjs";
import { done, home, login, sf } from "./cli.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
let caseId;

before(login);

test("our objects are unknown before the deployment", async () => {
    const answer = await sf(["sobject", "describe", "-s", "SecureFile__c"]);
    assert.notEqual(answer.status, 0);
    assert.equal(answer.name, "NOT_FOUND");
});

test("project deploy start takes the whole manifest", async () => {
    const deployed = await done(["project", "deploy", "start", "--manifest", "manifest/package.xml"], { cwd: root });
    assert.deepEqual([deployed.success, deployed.status, deployed.numberComponentErrors], [true, "Succeeded", 0]);
    assert.equal(deployed.numberComponentsDeployed, deployed.numberComponentsTotal);
    const names = deployed.files.map((file) => `${file.type} ${file.fullName}`);
    for (const part of ["CustomObject SecureFile__c", "PermissionSet Casegate_Integration", "ApexClass AgentToken"]) {
        assert.ok(names.includes(part), part);
    }
});

test("our objects are there after it, with their fields", async () => {
    const about = await done(["sobject", "describe", "-s", "SecureFile__c"]);
    assert.deepEqual([about.name, about.custom, about.keyPrefix.length], ["SecureFile__c", true, 3]);
    assert.ok(about.fields.some((field) => field.name === "ExternalId__c" && field.externalId));
});

test("data import tree brings rows of our objects", async () => {
    const subject = `${mark} about a trace`;
    caseId = (await done(["data", "create", "record", "-s", "Case", "-v", `Subject='${subject}'`])).id;
    const records = ["Requested", "Sent"].map((state, number) => ({
        attributes: { type: "FileRequest__c", referenceId: `request${number}` },
        ExternalId__c: `${mark}.${number}`,
        Case__c: caseId,
        State__c: state
    }));
    const file = join(home, "requests.json");
    writeFileSync(file, JSON.stringify({ records }));
    const imported = await done(["data", "import", "tree", "--files", file]);
    assert.deepEqual(
        imported.map((row) => [row.refId, row.type]),
        [
            ["request0", "FileRequest__c"],
            ["request1", "FileRequest__c"]
        ]
    );
});

test("data query finds rows of our objects, with their columns", async () => {
    const soql = `SELECT Name, State__c, Case__r.Subject FROM FileRequest__c WHERE Case__c = '${caseId}' ORDER BY ExternalId__c`;
    const { records } = await done(["data", "query", "-q", soql]);
    assert.deepEqual(
        records.map((row) => [row.State__c, row.Case__r.Subject]),
        [
            ["Requested", `${mark} about a trace`],
            ["Sent", `${mark} about a trace`]
        ]
    );
});

test("data create file attaches a file to the Case", async () => {
    const file = join(home, "trace.txt");
    writeFileSync(file, "eth0 is down\n");
    const made = await done(["data", "create", "file", "--file", file, "--parent-id", caseId]);
    const soql = `SELECT ContentDocumentId, ShareType FROM ContentDocumentLink WHERE LinkedEntityId = '${caseId}'`;
    const { records } = await done(["data", "query", "-q", soql]);
    assert.deepEqual(
        records.map((link) => [link.ContentDocumentId, link.ShareType]),
        [[made.ContentDocumentId, "V"]]
    );
});
