// jsforce judges files on a Case, the links that lead to them, and mails about it.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { buffer } from "node:stream/consumers";

import { admin, mark, needsSimulator, version } from "../org.mjs";
import { cleaned, connected } from "./session.mjs";

const BYTES = randomBytes(40_000);
let connection;
let caseId;

before(async () => {
    connection = await connected();
    caseId = (await connection.sobject("Case").create({ Subject: `${mark} with files` })).id;
});

after(() => cleaned(connection));

test("a file goes up in base64, comes down as bytes, and hangs on its Case", async () => {
    const made = await connection.sobject("ContentVersion").create({
        Title: `${mark} trace`,
        PathOnClient: "trace.bin",
        VersionData: BYTES.toString("base64"),
        FirstPublishLocationId: caseId
    });
    const path = `/services/data/v${version}/sobjects/ContentVersion/${made.id}/VersionData`;
    const { records } = await connection.query(
        `SELECT ContentDocumentId, VersionData, ContentSize, FileExtension, Checksum, IsLatest FROM ContentVersion WHERE Id = '${made.id}'`
    );
    const [file] = records;
    assert.deepEqual([file.VersionData, file.ContentSize, file.FileExtension], [path, BYTES.length, "bin"]);
    assert.deepEqual([file.Checksum, file.IsLatest], [createHash("md5").update(BYTES).digest("hex"), true]);
    const copy = await buffer(connection.sobject("ContentVersion").record(made.id).blob("VersionData"));
    assert.deepEqual(digest(copy), digest(BYTES));

    const links = await connection.query(
        `SELECT LinkedEntityId, ShareType, ContentDocument.Title FROM ContentDocumentLink WHERE ContentDocumentId = '${file.ContentDocumentId}'`
    );
    const link = links.records.find((found) => found.LinkedEntityId === caseId);
    assert.deepEqual([link.ShareType, link.ContentDocument.Title], ["V", `${mark} trace`]);

    await connection.sobject("ContentDocument").destroy(file.ContentDocumentId);
    const gone = await connection.query(
        `SELECT Id FROM ContentDocumentLink WHERE ContentDocumentId = '${file.ContentDocumentId}'`
    );
    assert.equal(gone.totalSize, 0);
});

test("links are found from a file or a record, and in no other way", async () => {
    for (const filter of ["", " WHERE ShareType = 'V'", ` WHERE LinkedEntityId != '${caseId}'`]) {
        await assert.rejects(connection.query(`SELECT Id FROM ContentDocumentLink${filter}`), {
            errorCode: "MALFORMED_QUERY",
            message: /requires a filter by a single Id on ContentDocumentId or LinkedEntityId/
        });
    }
    const soql = `SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId IN ('${caseId}')`;
    assert.equal((await connection.query(soql)).totalSize, 0);
});

test("a mail that an action sends lands with its reader", needsSimulator, async () => {
    const action = "/actions/standard/emailSimple";
    const about = await connection.requestGet(action);
    assert.ok(about.inputs.some((input) => input.name === "emailSubject" && input.required));
    const input = {
        recipientAddresses: "dana@example.test",
        emailSubject: `${mark} your files`,
        emailBody: "They arrived.",
        senderType: "CurrentUser"
    };
    const [sent] = await connection.requestPost(action, { inputs: [input] });
    assert.deepEqual([sent.actionName, sent.isSuccess, sent.errors], ["emailSimple", true, null]);
    const mail = (await admin("mails")).find((found) => found.subject === input.emailSubject);
    assert.deepEqual([mail.to[0].address, mail.text.trim()], ["dana@example.test", input.emailBody]);
});

test("a mail without a subject is refused", async () => {
    const input = { recipientAddresses: "dana@example.test", emailBody: "They arrived." };
    await assert.rejects(connection.requestPost("/actions/standard/emailSimple", { inputs: [input] }), {
        errorCode: "ERROR_HTTP_400",
        message: /"isSuccess":false/
    });
});

function digest(bytes) {
    return createHash("sha256").update(bytes).digest("hex");
}
