// The sf CLI judges files: up by multipart, linked to a Case, down again.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { mark, org, version } from "../org.mjs";
import { done, home, login } from "./cli.mjs";

let caseId;

before(async () => {
    await login();
    const values = `Subject='${mark} with a file'`;
    caseId = (await done(["data", "create", "record", "-s", "Case", "-v", values])).id;
});

after(async () => {
    if (!org.admin) {
        await done(["data", "delete", "record", "-s", "Case", "-i", caseId]);
    }
});

test("data create file attaches a file to the Case, and it comes back byte for byte", async () => {
    const file = join(home, "trace.bin");
    writeFileSync(file, randomBytes(300_000));
    const options = ["--file", file, "--title", `${mark} trace`, "--parent-id", caseId];
    const made = await done(["data", "create", "file", ...options]);
    const query = `/services/data/v${version}/query?q=${encodeURIComponent(linksOf(caseId))}`;
    const { body: links } = await done(["api", "request", "rest", query]);
    assert.deepEqual([links.totalSize, links.records[0].ContentDocumentId], [1, made.ContentDocumentId]);
    const copy = join(home, "copy.bin");
    const path = `/services/data/v${version}/sobjects/ContentVersion/${made.Id}/VersionData`;
    await done(["api", "request", "rest", path, "--stream-to-file", copy]);
    assert.equal(digest(copy), digest(file));
    if (!org.admin) {
        await done(["data", "delete", "record", "-s", "ContentDocument", "-i", made.ContentDocumentId]);
    }
});

function linksOf(id) {
    return `SELECT ContentDocumentId, ShareType FROM ContentDocumentLink WHERE LinkedEntityId = '${id}'`;
}

function digest(file) {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
}
