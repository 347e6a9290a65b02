// jsforce judges long answers: every row comes once, also those of children, and in the order that was asked for.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { mark } from "../org.mjs";
import { cleaned, connected } from "./session.mjs";

const ROWS = 4_500;
const CHILDREN = 450;
let connection;

before(async () => {
    connection = await connected();
});

after(() => cleaned(connection));

test("4,500 rows are fetched page by page until there are no more", async () => {
    await made("Account", ROWS, (number) => ({ Name: `${mark} row ${String(number).padStart(4, "0")}` }));
    const soql = `SELECT Id, Name FROM Account WHERE Name LIKE '${mark} row %' ORDER BY Name DESC`;
    const query = connection.query(soql, { autoFetch: true, maxFetch: 10_000 });
    const names = [];
    let pages = 0;
    query.on("record", (record) => names.push(record.Name));
    query.on("fetch", () => (pages += 1));
    const { totalSize, records } = await query;
    assert.deepEqual([totalSize, records.length, names.length], [ROWS, ROWS, ROWS]);
    assert.equal(new Set(records.map((record) => record.Id)).size, ROWS);
    assert.deepEqual(names, [...names].sort().reverse());
});

test("children have pages of their own", async () => {
    const account = await connection.sobject("Account").create({ Name: `${mark} crowded` });
    const lonely = await connection.sobject("Account").create({ Name: `${mark} lonely` });
    await made("Contact", CHILDREN, (number) => ({ LastName: `${mark} ${number}`, AccountId: account.id }));
    const soql = `SELECT Name, (SELECT Id, LastName FROM Contacts ORDER BY Id) FROM Account WHERE Id IN ('${account.id}', '${lonely.id}') ORDER BY Name`;
    const { records } = await connection.query(soql, { headers: { "Sforce-Query-Options": "batchSize=200" } });
    const [crowded, nobody] = records;
    assert.equal(nobody.Contacts, null);
    assert.deepEqual([crowded.Contacts.totalSize, crowded.Contacts.done], [CHILDREN, false]);
    const ids = new Set(crowded.Contacts.records.map((record) => record.Id));
    for (let page = crowded.Contacts; !page.done; page.records.forEach((record) => ids.add(record.Id))) {
        page = await connection.queryMore(page.nextRecordsUrl);
    }
    assert.equal(ids.size, CHILDREN);
});

async function made(object, count, record) {
    const records = Array.from({ length: count }, (_, number) => record(number));
    const fates = await connection.sobject(object).create(records, { allowRecursive: true });
    assert.equal(fates.filter((fate) => fate.success).length, count);
}
