// Byte-exact checks that no client makes, over a bare socket: casing, Location, empty bodies, error arrays.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { JWT_BEARER, assertion, mark, needsSimulator, org, version, wholeId } from "../org.mjs";

const base = `/services/data/v${version}`;
const made = [];
let token;

before(async () => {
    token = JSON.parse((await login({ grant_type: JWT_BEARER, assertion: assertion() })).body).access_token;
});

after(async () => {
    for (const path of made.reverse()) {
        await call("DELETE", path);
    }
});

test("a JWT bearer answer has five members and never expires_in", async () => {
    const answer = await login({ grant_type: JWT_BEARER, assertion: assertion() });
    assert.equal(answer.status, 200);
    const body = JSON.parse(answer.body);
    const five = ["access_token", "id", "instance_url", "scope", "token_type"];
    assert.deepEqual(
        five.filter((name) => name in body),
        five
    );
    for (const never of ["expires_in", "refresh_token"]) {
        assert.ok(!(never in body), never);
    }
    assert.match(body.access_token, /^00D[0-9A-Za-z]{12}![!-~]+$/);
    assert.match(body.id, /\/id\/00D[0-9A-Za-z]{15}\/005[0-9A-Za-z]{15}$/);
});

test("client credentials say nothing of expiry either", async () => {
    const answer = await login({
        grant_type: "client_credentials",
        client_id: org.clientId,
        client_secret: org.clientSecret
    });
    assert.equal(answer.status, 200, answer.body);
    const body = JSON.parse(answer.body);
    assert.ok(!("expires_in" in body));
    assert.match(body.issued_at, /^\d{13}$/);
    assert.equal(typeof body.signature, "string");
});

test("a refused login is an object with two members and status 400", async () => {
    const wrong = { grant_type: JWT_BEARER, assertion: assertion({ aud: "https://elsewhere.example" }) };
    const refusals = [
        [wrong, "invalid_grant"],
        [{ grant_type: "password_of_some_kind" }, "unsupported_grant_type"],
        [{ grant_type: JWT_BEARER, assertion: "a.b.c" }, "invalid_grant"],
        [{ grant_type: "client_credentials", client_id: "nobody", client_secret: "x" }, "invalid_client_id"]
    ];
    for (const [form, code] of refusals) {
        const answer = await login(form);
        assert.equal(answer.status, 400, answer.body);
        const body = JSON.parse(answer.body);
        assert.deepEqual(Object.keys(body).sort(), ["error", "error_description"]);
        assert.equal(body.error, code);
    }
});

test("a created record is 201 with its Location, and its id has 18 characters", async () => {
    const answer = await create("Account", { Name: mark });
    const { id, success, errors } = JSON.parse(answer.body);
    assert.equal(success, true);
    assert.deepEqual(errors, []);
    assert.equal(answer.header("Location"), `${base}/sobjects/Account/${id}`);
    assert.match(id, /^001[0-9A-Za-z]{15}$/);
    assert.equal(wholeId(id), id);
});

test("headers are spelled as documented", async () => {
    const answer = await call("GET", `${base}/limits`);
    assert.equal(answer.header("Content-Type")?.replace(" ", ""), "application/json;charset=UTF-8");
    assert.match(answer.header("Sforce-Limit-Info") ?? "", /^api-usage=\d+\/\d+/);
});

test("an update and a deletion answer 204 and not one byte more", async () => {
    const { id } = JSON.parse((await create("Account", { Name: `${mark} short-lived` })).body);
    const path = `${base}/sobjects/Account/${id}`;
    for (const [method, body] of [["PATCH", { Name: `${mark} renamed` }], ["DELETE"]]) {
        const answer = await call(method, path, body);
        assert.equal(answer.status, 204);
        assert.equal(answer.body, "");
        assert.equal(answer.header("Transfer-Encoding"), undefined);
    }
    const gone = await call("GET", path);
    assert.equal(gone.status, 404);
    assert.match(JSON.parse(gone.body)[0].errorCode, /^(NOT_FOUND|ENTITY_IS_DELETED)$/);
});

test("every refusal of the API is an array of errors", async () => {
    const account = { Name: mark, Nonsense__c: 1 };
    const refusals = [
        [["GET", `${base}/sobjects/Nonsense__c/describe`], 404, "NOT_FOUND"],
        [["GET", `${base}/query?q=SELEC`], 400, "MALFORMED_QUERY"],
        [["GET", `${base}/query?q=SELECT+Id+FROM+Nonsense__c`], 400, "INVALID_TYPE"],
        [["GET", `${base}/query?q=SELECT+Nonsense__c+FROM+Account`], 400, "INVALID_FIELD"],
        [["POST", `${base}/sobjects/Account`, {}], 400, "REQUIRED_FIELD_MISSING"],
        [["POST", `${base}/sobjects/Account`, account], 400, "INVALID_FIELD"],
        [["GET", `${base}/sobjects/Account/001000000000000AAA`], 404, "NOT_FOUND"],
        [["GET", `/services/data/v99.0/limits`], 404, "NOT_FOUND"]
    ];
    for (const [request, status, code] of refusals) {
        const answer = await call(...request);
        assert.equal(answer.status, status, `${request.join(" ")}: ${answer.body}`);
        const body = JSON.parse(answer.body);
        assert.ok(Array.isArray(body), answer.body);
        assert.equal(body[0].errorCode, code);
        assert.equal(typeof body[0].message, "string");
    }
    const missing = JSON.parse((await call("POST", `${base}/sobjects/Account`, {})).body);
    assert.deepEqual(missing[0].fields, ["Name"]);
    assert.equal(missing[0].message, "Required fields are missing: [Name]");
});

test("a body that is no JSON is refused as such", async () => {
    const answer = await call("POST", `${base}/sobjects/Account`, "{not json");
    assert.equal(answer.status, 400);
    assert.equal(JSON.parse(answer.body)[0].errorCode, "JSON_PARSER_ERROR");
});

test("no session, no answer", async () => {
    const answer = await call("GET", `${base}/limits`, undefined, "00D000000000000!none");
    assert.equal(answer.status, 401);
    assert.deepEqual(JSON.parse(answer.body), [
        { message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" }
    ]);
});

test("moments have milliseconds and a zone without a colon", async () => {
    const { id } = JSON.parse((await create("Account", { Name: `${mark} dated` })).body);
    const answer = await call("GET", `${base}/sobjects/account/${id}/?fields=CreatedDate`);
    const record = JSON.parse(answer.body);
    assert.match(record.CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    assert.deepEqual(Object.keys(record)[0], "attributes");
    assert.deepEqual(record.attributes, { type: "Account", url: `${base}/sobjects/Account/${id}` });
});

test("every API version from 31 on is answered, and listed ones look alike", async () => {
    for (const known of ["31.0", "50.0", "51.0", "67.0"]) {
        assert.equal((await call("GET", `/services/data/v${known}/limits`)).status, 200, known);
    }
    const listed = JSON.parse((await call("GET", "/services/data", undefined, null)).body);
    assert.deepEqual(Object.keys(listed.at(-1)).sort(), ["label", "url", "version"]);
    assert.equal(listed.at(-1).url, `/services/data/v${listed.at(-1).version}`);
});

test("queries past 16 KiB of URL are refused", async () => {
    const padding = " ".repeat(17_000).replaceAll(" ", "+");
    const answer = await call("GET", `${base}/query?q=SELECT+Id+FROM+Account${padding}LIMIT+1`);
    assert.ok([414, 431].includes(answer.status), String(answer.status));
});

test("an unknown path is not found, and the simulator notes it", needsSimulator, async () => {
    assert.equal((await call("GET", `${base}/nothing/here`)).status, 404);
});

/** POSTs a form to the token endpoint. */
function login(form) {
    const body = new URLSearchParams(form).toString();
    return send("POST", "/services/oauth2/token", { "Content-Type": "application/x-www-form-urlencoded" }, body);
}

async function create(object, fields) {
    const answer = await call("POST", `${base}/sobjects/${object}`, fields);
    assert.equal(answer.status, 201, answer.body);
    made.push(`${base}/sobjects/${object}/${JSON.parse(answer.body).id}`);
    return answer;
}

/** One REST call; a string body goes out as it is. */
function call(method, path, body, bearer = token) {
    const headers = bearer === null ? {} : { Authorization: `Bearer ${bearer}` };
    if (body === undefined) {
        return send(method, path, headers, "");
    }
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return send(method, path, { ...headers, "Content-Type": "application/json" }, text);
}

/** Writes one HTTP/1.1 request and reads until the peer closes. */
function send(method, path, headers, body) {
    const url = new URL(org.http);
    const lines = [`${method} ${path} HTTP/1.1`, `Host: ${url.host}`, "Connection: close"];
    lines.push(...Object.entries(headers).map(([name, value]) => `${name}: ${value}`));
    if (body !== "" || method === "POST") {
        lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    }
    return new Promise((resolve, reject) => {
        const secure = url.protocol === "https:";
        const port = Number(url.port || (secure ? 443 : 80));
        const ca = org.ca ? readFileSync(org.ca) : undefined;
        const socket = secure
            ? connectTls({ host: url.hostname, port, servername: url.hostname, ca })
            : connect(port, url.hostname);
        const pieces = [];
        socket.on("data", (piece) => pieces.push(piece));
        socket.on("error", reject);
        socket.on("end", () => resolve(parsed(Buffer.concat(pieces))));
        // Not `end`: many servers drop a request whose sender has closed its half.
        socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
    });
}

/** `header(name)` compares names byte for byte first and then without case, as HTTP/2 would carry them. */
function parsed(bytes) {
    const split = bytes.indexOf("\r\n\r\n");
    const [status, ...lines] = bytes.subarray(0, split).toString().split("\r\n");
    const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
    const header = (name) => headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
    let body = bytes.subarray(split + 4);
    if (header("Transfer-Encoding") === "chunked") {
        body = unchunked(body);
    }
    return {
        status: Number(status.split(" ")[1]),
        header,
        names: headers.map(([name]) => name),
        body: body.toString()
    };
}

function unchunked(bytes) {
    const pieces = [];
    let at = 0;
    for (;;) {
        const end = bytes.indexOf("\r\n", at);
        const size = parseInt(bytes.subarray(at, end).toString(), 16);
        if (!size) {
            return Buffer.concat(pieces);
        }
        pieces.push(bytes.subarray(end + 2, end + 2 + size));
        at = end + 2 + size + 2;
    }
}
