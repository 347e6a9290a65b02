// jsforce judges logins, records, collections, composite calls and queries.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import jsforce from "jsforce";

import { JWT_BEARER, assertion, mark, org, version, wholeId } from "../org.mjs";
import { cleaned, connected, oauth2 } from "./session.mjs";

let connection;

before(async () => {
    connection = await connected();
});

after(() => cleaned(connection));

test("client credentials give a session that works", async () => {
    const own = new jsforce.Connection({ oauth2: oauth2(), instanceUrl: org.http, version });
    await own.authorize({ grant_type: "client_credentials" });
    const about = await own.request("/services/oauth2/userinfo");
    assert.match(about.user_id, /^005/);
    assert.match(about.organization_id, /^00D/);
});

test("a login for nobody is refused with its reason", async () => {
    const own = new jsforce.Connection({ oauth2: oauth2(), instanceUrl: org.http, version });
    const claims = { sub: "nobody@example.invalid" };
    await assert.rejects(own.authorize({ grant_type: JWT_BEARER, assertion: assertion(claims) }), {
        name: "invalid_grant",
        message: "user hasn't approved this consumer"
    });
});

test("a session that ended is renewed once and the call repeated", async () => {
    let renewals = 0;
    const own = await connected({
        refreshFn: async (_, done) => {
            renewals += 1;
            const fresh = await connected();
            done(null, fresh.accessToken);
        }
    });
    await own.oauth2.revokeToken(own.accessToken);
    const made = await own.sobject("Account").create({ Name: `${mark} after renewal` });
    assert.ok(made.success);
    assert.equal(renewals, 1);
});

test("a revoked session is refused", async () => {
    const own = await connected();
    await own.oauth2.revokeToken(own.accessToken);
    const bearer = new jsforce.Connection({ accessToken: own.accessToken, instanceUrl: org.http, version });
    await assert.rejects(bearer.limits(), { errorCode: "INVALID_SESSION_ID" });
});

test("a record is made, read, changed and removed", async () => {
    const accounts = connection.sobject("Account");
    const made = await accounts.create({ Name: `${mark} one`, NumberOfEmployees: 12 });
    assert.equal(wholeId(made.id), made.id);
    const read = await accounts.retrieve(made.id.slice(0, 15));
    assert.deepEqual([read.Id, read.Name, read.NumberOfEmployees], [made.id, `${mark} one`, 12]);
    assert.equal(read.attributes.url, `/services/data/v${version}/sobjects/Account/${made.id}`);
    await accounts.update({ Id: made.id, NumberOfEmployees: 13 });
    assert.equal((await accounts.retrieve(made.id)).NumberOfEmployees, 13);
    await accounts.destroy(made.id);
    await assert.rejects(accounts.retrieve(made.id), (error) => /NOT_FOUND|ENTITY_IS_DELETED/.test(error.errorCode));
    const kept = await connection.query(`SELECT Id, IsDeleted FROM Account WHERE Id = '${made.id}'`, { scanAll: true });
    assert.deepEqual([kept.totalSize, kept.records[0].IsDeleted], [1, true]);
});

test("an external id finds its record, and makes it where there is none", async () => {
    const requests = connection.sobject("FileRequest__c");
    const key = { ExternalId__c: `${mark}.1` };
    const made = await requests.upsert({ ...key, State__c: "Requested" }, "ExternalId__c");
    const changed = await requests.upsert({ ...key, State__c: "Sent" }, "ExternalId__c");
    assert.deepEqual([made.created, changed.created, changed.id], [true, false, made.id]);
    const found = await connection.requestGet(`/sobjects/FileRequest__c/ExternalId__c/${key.ExternalId__c}`);
    assert.deepEqual([found.Id, found.State__c], [made.id, "Sent"]);
    await assert.rejects(requests.create({ ...key, State__c: "Requested" }), { errorCode: "DUPLICATE_VALUE" });
    await requests.destroy(made.id);
});

test("names are found in any case and answered in their own", async () => {
    const made = await connection.sobject("ACCOUNT").create({ name: `${mark} cased` });
    const { records } = await connection.query(`select id, NAME from account where name = '${mark} CASED'`);
    assert.equal(records[0].Id, made.id);
    assert.deepEqual(Object.keys(records[0]), ["attributes", "Id", "Name"]);
    assert.equal(records[0].attributes.type, "Account");
});

test("refusals carry their codes and fields", async () => {
    const accounts = connection.sobject("Account");
    const refusals = [
        [() => accounts.create({}), "REQUIRED_FIELD_MISSING"],
        [() => accounts.create({ Name: mark, Nonsense__c: 1 }), "INVALID_FIELD"],
        [() => accounts.create({ Name: "x".repeat(256) }), "STRING_TOO_LONG"],
        [() => accounts.create({ Name: mark, CreatedById: null }), "INVALID_FIELD_FOR_INSERT_UPDATE"],
        [() => accounts.update({ Id: "001000000000000AAA", Name: mark }), "NOT_FOUND"],
        [
            () => connection.query("SELECT Id FROM Account WHERE Name = 'a' AND Phone = 'b' OR Phone = 'c'"),
            "MALFORMED_QUERY"
        ],
        [() => connection.query("SELECT Id FROM Account FOR UPDATE"), "MALFORMED_QUERY"],
        [() => connection.query("SELECT Id FROM Account WHERE Description = 'x'"), "INVALID_FIELD"],
        [() => connection.query("SELECT Id FROM Account WHERE Id = 'no id'"), "INVALID_QUERY_FILTER_OPERATOR"],
        [() => connection.sobject("Nonsense__c").describe(), "NOT_FOUND"]
    ];
    for (const [ask, errorCode] of refusals) {
        await assert.rejects(ask(), { errorCode });
    }
});

test("a collection tells each row's fate under statusCode", async () => {
    const rows = [{ Name: `${mark} good` }, { Name: `${mark} bad`, Nonsense__c: 1 }, { Phone: "no name" }];
    const fates = await connection.sobject("Account").create(rows);
    assert.deepEqual(
        fates.map((fate) => fate.success),
        [true, false, false]
    );
    assert.equal(fates[1].errors[0].statusCode, "INVALID_FIELD");
    assert.deepEqual(fates[2].errors[0].fields, ["Name"]);
    assert.equal(fates[2].errors[0].statusCode, "REQUIRED_FIELD_MISSING");
    assert.equal(await counted(`${mark} good`), 1);
});

test("all or none really leaves none", async () => {
    const rows = [{ Name: `${mark} innocent` }, { Name: `${mark} guilty`, Nonsense__c: 1 }];
    const fates = await connection.sobject("Account").create(rows, { allOrNone: true });
    assert.equal(fates[0].success, false);
    assert.equal(fates[0].errors[0].statusCode, "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert.equal(fates[1].errors[0].statusCode, "INVALID_FIELD");
    assert.equal(await counted(`${mark} innocent`), 0);
});

test("many records are updated, read together and removed", async () => {
    const accounts = connection.sobject("Account");
    const made = await accounts.create([1, 2, 3].map((number) => ({ Name: `${mark} many ${number}` })));
    const ids = made.map((fate) => fate.id);
    const changed = await accounts.update(ids.map((id) => ({ Id: id, Industry: "Energy" })));
    assert.ok(changed.every((fate) => fate.success));
    const read = await accounts.retrieve(ids);
    assert.deepEqual(
        read.map((record) => [record.Id, record.Industry]),
        ids.map((id) => [id, "Energy"])
    );
    assert.ok((await accounts.destroy(ids)).every((fate) => fate.success));
    assert.equal(await counted(`${mark} many 1`), 0);
});

test("a composite uses what it made a moment ago", async () => {
    const { compositeResponse: parts } = await connection.requestPost("/composite", {
        allOrNone: true,
        compositeRequest: [
            part("POST", "sobjects/Account", "account", { Name: `${mark} parent` }),
            part("POST", "sobjects/Contact", "contact", { LastName: `${mark} child`, AccountId: "@{account.id}" }),
            part("GET", "query?q=SELECT+Account.Name+FROM+Contact+WHERE+Id='@{contact.id}'", "found")
        ]
    });
    assert.deepEqual(
        parts.map((answer) => answer.httpStatusCode),
        [201, 201, 200]
    );
    assert.equal(parts[0].httpHeaders.Location, `/services/data/v${version}/sobjects/Account/${parts[0].body.id}`);
    assert.equal(parts[2].body.records[0].Account.Name, `${mark} parent`);
});

test("a composite that fails takes everything back", async () => {
    const { compositeResponse: parts } = await connection.requestPost("/composite", {
        allOrNone: true,
        compositeRequest: [
            part("POST", "sobjects/Account", "first", { Name: `${mark} undone` }),
            part("POST", "sobjects/Account", "second", {}),
            part("POST", "sobjects/Account", "third", { Name: `${mark} undone` })
        ]
    });
    assert.deepEqual(
        parts.map((answer) => [answer.httpStatusCode, answer.body[0].errorCode]),
        [
            [400, "PROCESSING_HALTED"],
            [400, "REQUIRED_FIELD_MISSING"],
            [400, "PROCESSING_HALTED"]
        ]
    );
    assert.equal(await counted(`${mark} undone`), 0);
});

test("450 rows come in pages, each row once", async () => {
    const accounts = connection.sobject("Account");
    const rows = Array.from({ length: 450 }, (_, number) => ({ Name: `${mark} paged ${number}` }));
    const made = await accounts.create(rows, { allowRecursive: true });
    assert.equal(made.filter((fate) => fate.success).length, 450);
    const soql = `SELECT Id, Name FROM Account WHERE Name LIKE '${mark} paged%' ORDER BY Id`;
    const first = await connection.query(soql, { headers: { "Sforce-Query-Options": "batchSize=200" } });
    assert.deepEqual([first.totalSize, first.done], [450, false]);
    assert.match(first.nextRecordsUrl, /\/query\/01g[0-9A-Za-z]+-\d+$/);
    const all = [...first.records];
    for (let page = first; !page.done; all.push(...page.records)) {
        page = await connection.queryMore(page.nextRecordsUrl);
    }
    assert.equal(new Set(all.map((record) => record.Id)).size, 450);
    assert.ok(all.every((record) => wholeId(record.Id) === record.Id));
    await assert.rejects(connection.queryMore("/query/01g000000000000AAA-200"), { errorCode: "INVALID_QUERY_LOCATOR" });
});

test("parents nest, and are null when there is none", async () => {
    const account = await connection.sobject("Account").create({ Name: `${mark} with people` });
    await connection
        .sobject("Contact")
        .create([{ LastName: `${mark} a`, AccountId: account.id }, { LastName: `${mark} b` }]);
    const { records } = await connection.query(
        `SELECT LastName, Account.Name, Account.Owner.Username FROM Contact WHERE LastName LIKE '${mark} _' ORDER BY LastName`
    );
    assert.equal(records[0].Account.Name, `${mark} with people`);
    assert.equal(records[0].Account.attributes.type, "Account");
    assert.equal(typeof records[0].Account.Owner.Username, "string");
    assert.equal(records[1].Account, null);
});

test("an object describes itself wholly", async () => {
    const about = await connection.sobject("Case").describe();
    assert.deepEqual([about.name, about.keyPrefix, about.labelPlural], ["Case", "500", "Cases"]);
    for (const field of about.fields) {
        assert.equal(typeof field.filterable, "boolean", field.name);
        assert.ok(Array.isArray(field.picklistValues), field.name);
    }
    const { sobjects } = await connection.describeGlobal();
    assert.ok(sobjects.every((object) => typeof object.labelPlural === "string"));
    assert.ok(sobjects.some((object) => object.name === "Contact" && object.urls.describe));
});

test("who may see a record is answered for at most 200 records", async () => {
    const { user_id: user } = await connection.request("/services/oauth2/userinfo");
    const { id } = await connection.sobject("Account").create({ Name: `${mark} seen` });
    const select = "SELECT RecordId, HasReadAccess, HasEditAccess, MaxAccessLevel FROM UserRecordAccess";
    const { records } = await connection.query(`${select} WHERE UserId = '${user}' AND RecordId = '${id}'`);
    assert.deepEqual([records[0].RecordId, records[0].HasReadAccess, records[0].HasEditAccess], [id, true, true]);
    await assert.rejects(connection.query(`${select} WHERE UserId = '${user}'`));
});

test("calls used are counted alike in header and limits", async () => {
    const before = connection.limitInfo.apiUsage;
    const limits = await connection.limits();
    assert.equal(limits.DailyApiRequests.Max, connection.limitInfo.apiUsage.limit);
    assert.ok(connection.limitInfo.apiUsage.used > before.used);
});

function part(method, path, referenceId, body) {
    return { method, url: `/services/data/v${version}/${path}`, referenceId, ...(body ? { body } : {}) };
}

async function counted(name) {
    return (await connection.query(`SELECT COUNT() FROM Account WHERE Name = '${name}'`)).totalSize;
}
