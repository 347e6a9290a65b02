/** Our client, in a real browser, against a tus server that is not ours, over a network that misbehaves. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launchChromium } from "../chromium.mjs";
import { startCuttingProxy } from "../servers/cutting_proxy.mjs";
import { startTusServer } from "../servers/tus_server.mjs";

const MODULE = new URL("../../../lwc/resumableUpload/resumableUpload.js", import.meta.url);
const MIB = 1024 * 1024;

let browser, host, origin, tus, proxy, page;

before(async () => {
    browser = await launchChromium();
    host = http.createServer(async (request, response) => {
        const isModule = request.url === "/resumableUpload.js";
        response.writeHead(200, { "Content-Type": isModule ? "text/javascript" : "text/html" });
        response.end(
            isModule ? await readFile(MODULE) : '<!doctype html><link rel="icon" href="data:,"><title>host</title>'
        );
    });
    await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${host.address().port}`;
});
after(async () => {
    await browser.close();
    host.closeAllConnections();
    await new Promise((resolve) => host.close(resolve));
});
beforeEach(async () => {
    tus = await startTusServer();
    proxy = await startCuttingProxy(tus.url);
    page = await browser.newPage();
    await openHost();
});
afterEach(async () => {
    await page
        .context()
        .close()
        .catch(() => {});
    await page.close().catch(() => {});
    await proxy.stop();
    await tus.stop();
});

async function openHost() {
    await page.goto(origin);
    await page.evaluate(installHarness);
}

/** Runs in the page: `begin(name, bytes, options)` starts an upload of reproducible bytes and returns its number. */
async function installHarness() {
    const module = await import("/resumableUpload.js");
    globalThis.client = module;
    globalThis.uploads = [];
    globalThis.bytesOf = (length, seed = 1) => {
        const words = new Uint32Array(Math.ceil(length / 4));
        let x = seed;
        for (let i = 0; i < words.length; i += 1) {
            x ^= x << 13;
            x ^= x >>> 17;
            x ^= x << 5;
            words[i] = x;
        }
        return new Uint8Array(words.buffer, 0, length);
    };
    globalThis.begin = ({ name, size, endpoint, bearers, relativePath, limits, known, seed, chunk }) => {
        const file = new File([globalThis.bytesOf(size, seed)], name, {
            type: "application/zip",
            lastModified: 1700000000000
        });
        const changes = [];
        let bearer = 0;
        const upload = new module.ResumableUpload(file, {
            endpoint,
            scope: "request-1",
            relativePath,
            known,
            limits: { firstDelayMs: 50, longestDelayMs: 200, ...limits },
            authorization: bearers && (async ({ renew }) => `Bearer ${bearers[(bearer += renew ? 1 : 0)]}`),
            onChange: (snapshot) => changes.push(snapshot)
        });
        if (chunk) upload._chunk = chunk;
        upload.start();
        return globalThis.uploads.push({ upload, changes }) - 1;
    };
    globalThis.sha256 = async (size, seed) => {
        const digest = await crypto.subtle.digest("SHA-256", globalThis.bytesOf(size, seed));
        return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
    };
}

const begin = (options) =>
    page.evaluate((o) => globalThis.begin(o), {
        name: "dump.zip",
        size: 5 * MIB,
        endpoint: `${proxy.url}/files`,
        ...options
    });
const settled = (index) => page.evaluate((i) => globalThis.uploads[i].upload.settled, index);
const snapshot = (index) => page.evaluate((i) => globalThis.uploads[i].upload.snapshot, index);
const call = (index, method) => page.evaluate(([i, m]) => globalThis.uploads[i].upload[m](), [index, method]);
const states = (index) =>
    page.evaluate(
        (i) => globalThis.uploads[i].changes.map((c) => c.state).filter((s, n, all) => s !== all[n - 1]),
        index
    );
const until = (index, condition) =>
    page.waitForFunction(
        ([i, text]) => Function("s", `return ${text}`)(globalThis.uploads[i].upload.snapshot),
        [index, condition]
    );
const idOf = (url) => url.split("/").pop();
const arrivedWhole = async (result, size, seed) => {
    assert.equal(result.state, "arrived");
    assert.equal(
        await tus.sha256(idOf(result.uploadUrl)),
        await page.evaluate(([n, s]) => globalThis.sha256(n, s), [size, seed])
    );
};
const metadata = async (url) => (await tus.tus.datastore.getUpload(idOf(url))).metadata;

test("a file arrives byte-identical and names itself in the metadata", async () => {
    const index = await begin({ name: "Größe „ä“ 文件 🧾.zip", relativePath: "Ordner/Größe „ä“ 文件 🧾.zip" });
    const result = await settled(index);
    await arrivedWhole(result, 5 * MIB);
    assert.deepEqual(await metadata(result.uploadUrl), {
        filename: "Größe „ä“ 文件 🧾.zip",
        filetype: "application/zip",
        client_id: result.clientId,
        relative_path: "Ordner/Größe „ä“ 文件 🧾.zip"
    });
    assert.equal(result.percent, 100);
});

test("an empty file arrives", async () => {
    const result = await settled(await begin({ size: 0 }));
    await arrivedWhole(result, 0);
    assert.equal(result.percent, 100);
});

test("a connection cut again and again loses only time", async () => {
    proxy.cutEveryBytes = 3 * MIB;
    const size = 40 * MIB;
    const result = await settled(await begin({ size }));
    await arrivedWhole(result, size);
    assert.ok(proxy.cuts >= 5, `only ${proxy.cuts} cuts`);
    // Chromium itself repeats a request whose reused connection was cut (answered 409), so a cut costs up to one request.
    assert.ok(
        proxy.bytesUp < size + proxy.cuts * 4 * MIB,
        `${proxy.bytesUp} bytes sent for ${size}, ${proxy.cuts} cuts`
    );
});

test("every PATCH starts where the server said it stands", async () => {
    proxy.cutEveryBytes = 2 * MIB;
    await settled(await begin({ size: 12 * MIB }));
    const asked = tus.requests.filter(({ method }) => method !== "OPTIONS").map(({ method }) => method);
    asked.forEach((method, i) => {
        if (method === "HEAD") assert.notEqual(asked[i + 1], "POST");
    });
    assert.ok(asked.includes("HEAD"));
});

test("an upload goes on after a reload when the same file is chosen again", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const size = 24 * MIB;
    const first = await begin({ size });
    await until(first, "s.confirmedBytes > 0");
    const before = await snapshot(first);
    await openHost();
    proxy.bytesPerSecond = Infinity;
    const result = await settled(await begin({ size }));
    assert.equal(result.uploadUrl, before.uploadUrl);
    await arrivedWhole(result, size);
    assert.equal(tus.requests.filter(({ method }) => method === "POST").length, 1);
    const resumed = tus.requests.findIndex(({ method }) => method === "HEAD");
    assert.ok(
        Number(tus.requests.slice(resumed).find(({ method }) => method === "PATCH").offset) >= before.confirmedBytes
    );
});

test("a file that arrived is not sent twice when it is chosen again", async () => {
    const first = await settled(await begin({}));
    await openHost();
    const second = await settled(await begin({}));
    assert.equal(second.uploadUrl, first.uploadUrl);
    assert.equal(tus.requests.filter(({ method }) => method === "POST").length, 1);
});

test("a lost creation answer does not make a second upload", async () => {
    proxy.dropAnswers = 1; // of the preflight
    const index = await begin({ size: 3 * MIB });
    await until(index, 's.state !== "preparing"');
    proxy.dropAnswers = 0;
    const result = await settled(index);
    await arrivedWhole(result, 3 * MIB);

    const creations = () => tus.requests.filter(({ method }) => method === "POST");
    const before = creations().length;
    const other = begin({ name: "other.zip", size: 3 * MIB });
    // the preflight of the first test run is cached, so the next answer is that of the creation
    proxy.dropAnswers = 1;
    const arrived = await settled(await other);
    await arrivedWhole(arrived, 3 * MIB);
    const repeated = creations().length - before;
    assert.ok(repeated >= 1);
    const held = (await import("node:fs")).readdirSync(tus.directory).filter((name) => !name.endsWith(".json"));
    assert.equal(held.length, 2, "one upload for each file");
});

test("paused, it sends nothing; resumed, it goes on from the same byte", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const size = 16 * MIB;
    const index = await begin({ size });
    await until(index, "s.confirmedBytes > 0");
    await call(index, "pause");
    const paused = await snapshot(index);
    assert.equal(paused.state, "paused");
    const seen = tus.requests.length;
    await page.waitForTimeout(300);
    assert.equal(tus.requests.length, seen);
    proxy.bytesPerSecond = Infinity;
    await call(index, "start");
    const result = await settled(index);
    await arrivedWhole(result, size);
    assert.equal(result.uploadUrl, paused.uploadUrl);
});

test("cancelled, it is gone from the server and from the memory", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const index = await begin({ size: 16 * MIB });
    await until(index, "s.confirmedBytes > 0");
    assert.equal(await call(index, "cancel"), true);
    assert.equal((await settled(index)).state, "cancelled");
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    assert.equal(tus.requests.at(-1).method, "DELETE");
});

test("cancelled while it is created, it leaves nothing behind", async () => {
    const answer = await page.evaluate(async (endpoint) => {
        const index = globalThis.begin({ name: "x.zip", size: 1000, endpoint });
        await new Promise((resolve) => setTimeout(resolve));
        return globalThis.uploads[index].upload.cancel();
    }, `${proxy.url}/files`);
    assert.equal(answer, true);
    const methods = tus.requests.map(({ method }) => method);
    assert.equal(methods.includes("POST"), methods.includes("DELETE"));
    assert.equal(await page.evaluate(() => localStorage.length), 0);
});

test("without a network it waits, and goes on by itself", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const size = 16 * MIB;
    const index = await begin({ size, limits: { firstDelayMs: 60000, longestDelayMs: 60000 } });
    await until(index, "s.confirmedBytes > 0");
    await page.context().setOffline(true);
    await until(index, 's.state === "waiting" && s.waitingFor === "network"');
    proxy.bytesPerSecond = Infinity;
    await page.context().setOffline(false); // the 60 s delay must not be waited for
    await arrivedWhole(await settled(index), size);
});

test("a server that is away is tried again until it is back", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const size = 16 * MIB;
    const index = await begin({ size });
    await until(index, "s.confirmedBytes > 0");
    proxy.down = true;
    proxy.cutAll();
    await until(index, 's.state === "waiting" && s.waitingFor === "server"');
    await page.waitForTimeout(600);
    proxy.down = false;
    proxy.bytesPerSecond = Infinity;
    await arrivedWhole(await settled(index), size);
});

test("a stalled connection is noticed and replaced", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const size = 16 * MIB;
    const index = await begin({ size, limits: { stallMs: 400, answerMs: 400, questionMs: 400 } });
    await until(index, "s.confirmedBytes > 0");
    proxy.stalled = true;
    await until(index, 's.state === "waiting"');
    proxy.stalled = false;
    proxy.bytesPerSecond = Infinity;
    proxy.cutAll();
    await arrivedWhole(await settled(index), size);
});

test("an expired credential is renewed and nothing is lost", async () => {
    tus.bearer = "second";
    const result = await settled(await begin({ size: 3 * MIB, bearers: ["first", "second"] }));
    await arrivedWhole(result, 3 * MIB);
});

test("a credential that expires in the middle is renewed", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    tus.bearer = "first";
    const index = await begin({ size: 12 * MIB, bearers: ["first", "second"] });
    await until(index, "s.confirmedBytes > 0");
    tus.bearer = "second";
    proxy.bytesPerSecond = Infinity;
    await arrivedWhole(await settled(index), 12 * MIB);
});

test("a credential that stays refused ends the upload", async () => {
    tus.bearer = "third";
    const result = await settled(await begin({ bearers: ["first", "second"] }));
    assert.equal(result.state, "refused");
    assert.equal(await page.evaluate(() => globalThis.uploads[0].upload.snapshot.refusal.code), "unauthenticated");
});

for (const [status, code] of [
    [410, "link_closed"],
    [413, "too_large"],
    [415, "type_not_accepted"],
    [422, "consent_required"]
]) {
    test(`a refusal reaches the caller with its code: ${code}`, async () => {
        tus.refuseNext.push({ method: "POST", status, problem: { code, title: "No", detail: "Because.", limit: 5 } });
        const result = await settled(await begin({}));
        assert.equal(result.state, "refused");
        const refusal = await page.evaluate(() => {
            const { code: c, status: s, problem, message } = globalThis.uploads[0].upload.snapshot.refusal;
            return { c, s, limit: problem.limit, message };
        });
        assert.deepEqual(refusal, { c: code, s: status, limit: 5, message: "Because." });
    });
}

test("a refusal in the middle of the upload reaches the caller too", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const index = await begin({ size: 12 * MIB });
    await until(index, "s.confirmedBytes > 0");
    tus.refuseNext.push({ method: "PATCH", status: 410, problem: { code: "link_closed" } });
    assert.equal((await settled(index)).state, "refused");
});

test("an offset that moved is asked for, not argued about", async () => {
    tus.refuseNext.push({ method: "PATCH", status: 409, problem: { code: "conflict" } });
    const index = await begin({ size: 3 * MIB });
    await arrivedWhole(await settled(index), 3 * MIB);
    const methods = tus.requests.map(({ method }) => method).filter((m) => m !== "OPTIONS");
    assert.deepEqual(methods.slice(0, 4), ["POST", "PATCH", "HEAD", "PATCH"]);
});

test("a conflict that never ends is a refusal", async () => {
    for (let i = 0; i < 12; i += 1)
        tus.refuseNext.push({ method: "PATCH", status: 409, problem: { code: "conflict" } });
    assert.equal((await settled(await begin({}))).state, "refused");
});

test("a busy server is given the time it asks for", async () => {
    tus.refuseNext.push({
        method: "PATCH",
        status: 429,
        headers: { "Retry-After": "1" },
        problem: { code: "slow_down" }
    });
    const started = Date.now();
    await arrivedWhole(await settled(await begin({ size: 3 * MIB })), 3 * MIB);
    assert.ok(Date.now() - started >= 1000);
});

test("a server error is tried again", async () => {
    for (const status of [500, 502, 503, 507]) tus.refuseNext.push({ method: "PATCH", status, body: "<html>" });
    tus.refuseNext.push({ method: "POST", status: 503 }, { method: "HEAD", status: 502 });
    await arrivedWhole(await settled(await begin({ size: 3 * MIB })), 3 * MIB);
});

test("a proxy's body limit makes the requests smaller", async () => {
    tus.refuseNext.push({ method: "PATCH", status: 413, body: "<html>413</html>" });
    await arrivedWhole(await settled(await begin({ size: 3 * MIB })), 3 * MIB);
});

test("an upload that the server forgot is begun anew", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const size = 12 * MIB;
    const index = await begin({ size });
    await until(index, "s.confirmedBytes > 0");
    await call(index, "pause");
    const first = await snapshot(index);
    await tus.tus.datastore.remove(idOf(first.uploadUrl));
    proxy.bytesPerSecond = Infinity;
    await call(index, "start");
    const result = await settled(index);
    assert.notEqual(result.clientId, first.clientId);
    await arrivedWhole(result, size);
});

test("another device goes on with an upload that the server told it about", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const size = 16 * MIB;
    const index = await begin({ size });
    await until(index, "s.confirmedBytes > 0");
    await call(index, "pause");
    const { uploadUrl, clientId } = await snapshot(index);
    const other = await browser.newContext();
    const first = page;
    page = await other.newPage();
    await openHost();
    proxy.bytesPerSecond = Infinity;
    const result = await settled(await begin({ size, known: { uploadUrl, clientId } }));
    assert.equal(result.uploadUrl, uploadUrl);
    await arrivedWhole(result, size);
    await other.close();
    page = first;
});

test("the credential never goes to another origin, whatever the answer says", async () => {
    tus.refuseNext.push({ method: "POST", status: 201, headers: { Location: "http://attacker.example/files/abc" } });
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).origin));
    await settled(await begin({ size: 1000 }));
    assert.deepEqual([...new Set(asked)], [proxy.url]);
});

test("a file that can no longer be read ends the upload with a reason", async () => {
    const code = await page.evaluate(async (endpoint) => {
        const file = new File(["x".repeat(1000)], "gone.bin");
        const gone = new Proxy(file, {
            get(target, name) {
                if (name === "slice") return () => ({ size: 10, arrayBuffer: () => Promise.reject(new Error("gone")) });
                const value = target[name];
                return typeof value === "function" ? value.bind(target) : value;
            }
        });
        const send = XMLHttpRequest.prototype.send;
        XMLHttpRequest.prototype.send = function broken() {
            this.onerror();
        };
        const upload = new globalThis.client.ResumableUpload(gone, { endpoint, scope: "s" });
        upload.start();
        const { refusal } = await upload.settled;
        XMLHttpRequest.prototype.send = send;
        return refusal.code;
    }, `${proxy.url}/files`);
    assert.equal(code, "file_unreadable");
});

test("progress never exceeds the whole, and the time left is told", async () => {
    proxy.bytesPerSecond = 4 * MIB;
    const index = await begin({ size: 12 * MIB });
    await until(index, "s.secondsLeft !== null");
    proxy.bytesPerSecond = Infinity;
    await settled(index);
    const changes = await page.evaluate((i) => globalThis.uploads[i].changes, index);
    assert.ok(changes.every(({ percent }) => percent >= 0 && percent <= 100));
    assert.deepEqual((await states(index)).slice(0, 2), ["preparing", "sending"]);
});

test("names of files are not kept in the browser", async () => {
    proxy.bytesPerSecond = 8 * MIB;
    const index = await begin({ name: "secret-merger.zip", size: 12 * MIB });
    await until(index, "s.confirmedBytes > 0");
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.ok(kept.includes("casegate.upload.request-1"));
    assert.ok(!kept.includes("secret-merger"));
    await call(index, "cancel");
});
