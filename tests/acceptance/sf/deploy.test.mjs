// The sf CLI deploys our own package into an Org that has never seen it, and then finds our objects there.
//
// This judges packaging, not Apex: nothing here compiles a class.

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { before, test } from "node:test";

import { done, login, sf } from "./cli.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

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
    const found = await done(["data", "query", "-q", "SELECT COUNT() FROM SecureFile__c"]);
    assert.equal(found.totalSize, 0);
});
