/**
 * Sends a file with tus-js-client, a client that is not ours.
 *
 * Environment: UPLOAD_URL (the creation endpoint), BEARER. Options: --size BYTES (of reproducible bytes), or --file PATH;
 * --chunk BYTES (default: one request); --name FILE_NAME; --cut-after BYTES aborts once there and resumes, as a closed tab would.
 */
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import * as tus from "tus-js-client";

const { values } = parseArgs({
    options: {
        size: { type: "string", default: String(20 * 1024 * 1024) },
        file: { type: "string" },
        chunk: { type: "string" },
        name: { type: "string" },
        "cut-after": { type: "string" }
    }
});
const endpoint = required("UPLOAD_URL");
const bearer = required("BEARER");
const folder = mkdtempSync(join(tmpdir(), "tus-js-"));
const path = values.file ?? (await writeFile(join(folder, "sample.bin"), Number(values.size)));
const size = statSync(path).size;
let cut = values["cut-after"] ? Number(values["cut-after"]) : Infinity;
let retries = 0;

const upload = await new Promise((resolve, reject) => {
    const sending = new tus.Upload(createReadStream(path), {
        endpoint,
        uploadSize: size,
        chunkSize: values.chunk ? Number(values.chunk) : 64 * 1024 * 1024,
        headers: { Authorization: `Bearer ${bearer}` },
        metadata: { filename: values.name ?? basename(path), filetype: "application/octet-stream" },
        retryDelays: Array(1000).fill(200),
        onShouldRetry: (error) => {
            retries += 1;
            const status = error.originalResponse?.getStatus() ?? 0;
            return status < 400 || status >= 500 || [409, 423, 429].includes(status);
        },
        onProgress: (sent) => {
            if (sent < cut) return;
            cut = Infinity;
            retries += 1;
            sending.abort().then(() => sending.start(), reject);
        },
        onError: reject,
        onSuccess: () => resolve(sending)
    });
    sending.start();
});

const head = await fetch(upload.url, {
    method: "HEAD",
    headers: { "Tus-Resumable": "1.0.0", Authorization: `Bearer ${bearer}` }
});
const offset = Number(head.headers.get("Upload-Offset"));
const hash = createHash("sha256");
for await (const bytes of createReadStream(path)) hash.update(bytes);
console.log(
    JSON.stringify({
        upload_url: upload.url,
        size_bytes: size,
        sha256: hash.digest("hex"),
        offset_bytes: offset,
        requests_cut: retries
    })
);
rmSync(folder, { recursive: true, force: true });
process.exitCode = offset === size ? 0 : 1;

function required(name) {
    if (!process.env[name]) throw new Error(`set ${name}`);
    return process.env[name];
}

/** Every 4 KiB begin with their own position, so that a lost, doubled or moved block cannot go unnoticed. */
async function writeFile(target, length) {
    const file = await open(target, "w");
    const block = Buffer.alloc(1024 * 1024, "casegate sample ");
    for (let at = 0; at < length; at += block.length) {
        for (let i = 0; i < block.length; i += 4096) block.writeBigUInt64LE(BigInt(at + i), i);
        await file.write(block, 0, Math.min(block.length, length - at));
    }
    await file.close();
    return target;
}
