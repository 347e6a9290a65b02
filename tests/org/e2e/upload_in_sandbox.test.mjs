/**
 * The upload client inside the real Lightning Web Security sandbox, against a foreign tus server on another origin.
 *
 * `node --test e2e/`; needs `npm ci` here and in tests/upload-client.
 */
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import lwc from "@lwc/rollup-plugin";
import { rolldown } from "rolldown";
import { startCuttingProxy } from "../../upload-client/servers/cutting_proxy.mjs";
import { startTusServer } from "../../upload-client/servers/tus_server.mjs";
import { openStage } from "./stage.mjs";

const CLIENT = new URL("../../../lwc/resumableUpload/resumableUpload.js", import.meta.url).pathname;
const MIB = 1024 * 1024;
let stage, host, origin, tus, proxy;

before(async () => {
    const client = await bundle(CLIENT, {
        plugins: [lwc({ apiVersion: 66, enableLightningWebSecurityTransforms: true })],
        output: { format: "iife", name: "__c", exports: "named" }
    });
    const sandbox = await bundle("virtual:sandbox", {
        plugins: [
            {
                name: "sandbox",
                resolveId: (id) => (id === "virtual:sandbox" ? `${import.meta.dirname}/sandbox.js` : null),
                load: (id) =>
                    id.endsWith("/sandbox.js") ? 'export { evaluateInSandbox } from "@locker/sandbox";' : null
            }
        ],
        output: { format: "es" }
    });
    const files = { "/client.js": client, "/sandbox.js": sandbox };
    host = http.createServer((request, response) => {
        const script = files[request.url];
        response.writeHead(200, { "Content-Type": script ? "text/javascript" : "text/html" });
        response.end(script ?? '<!doctype html><link rel="icon" href="data:,"><title>host</title>');
    });
    await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${host.address().port}`;
    tus = await startTusServer();
    proxy = await startCuttingProxy(tus.url);
    stage = await openStage({});
});
after(async () => {
    await stage.close();
    host.closeAllConnections();
    host.close();
    await proxy.stop();
    await tus.stop();
});

test("a file arrives whole although the connection is cut, and its upload is remembered", async () => {
    const page = await stage.agent();
    await page.goto(origin);
    proxy.cutEveryBytes = 3 * MIB;
    const result = await stage.provoke(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|status of 409/, () =>
        page.evaluate(upload, { endpoint: `${proxy.url}/files`, size: 10 * MIB })
    );
    assert.equal(result.state, "arrived");
    assert.equal(await tus.sha256(result.uploadUrl.split("/").pop()), result.sha256);
    assert.ok(proxy.cuts >= 2);
    assert.ok(result.kept.some((key) => key.includes("casegate.upload.case-1")));
    assert.equal(result.isSandboxed, true);
    stage.assertNoSurprises();
});

/** Runs in the page; everything after the evaluation is code of the sandboxed namespace. */
async function upload({ endpoint, size }) {
    const { evaluateInSandbox } = await import("/sandbox.js");
    const source = await (await fetch("/client.js")).text();
    const send = `(async () => {
        const bytes = new Uint8Array(${size});
        for (let i = 0; i < bytes.length; i += 1) bytes[i] = (i * 2654435761) >>> 24;
        const file = new File([bytes], "dump.zip", { type: "application/zip" });
        const digest = await crypto.subtle.digest("SHA-256", bytes);
        const upload = new __c.ResumableUpload(file, {
            endpoint: ${JSON.stringify(endpoint)},
            scope: "case-1",
            authorization: async () => "Bearer token",
            limits: { firstDelayMs: 50, longestDelayMs: 200 }
        });
        upload.start();
        const { state, uploadUrl } = await upload.settled;
        let isSandboxed = false;
        try { new Worker("data:,"); } catch { isSandboxed = true; }
        const sha256 = Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
        return JSON.stringify({ state, uploadUrl, sha256, isSandboxed });
    })()`;
    let promise;
    evaluateInSandbox("c", `${source}\n;$lockerEvalContext$(${send});`, (started) => {
        promise = started;
    });
    return { ...JSON.parse(await promise), kept: Object.keys(localStorage) };
}

async function bundle(input, { plugins, output }) {
    const built = await rolldown({ input, plugins, platform: "browser", onLog() {} });
    const { output: files } = await built.generate(output);
    return files[0].code;
}
