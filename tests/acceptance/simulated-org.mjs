// One simulated Org for one lane: started on free ports, described by environment variables, stopped by its pid.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

/** The built program: named by argument, by environment, or where cargo leaves it. */
export function binary(given) {
    return given ?? process.env.SIMULATED_ORG ?? join(target, "debug/simulated-org");
}

export async function startOrg(given, { bare = false, lie, user = "admin" }) {
    const folder = mkdtempSync(join(tmpdir(), "acceptance-"));
    const key = join(folder, "login.key");
    const certificate = join(folder, "login.crt");
    const args = ["--connector-url", "http://127.0.0.1:8443", "--https-listen", "127.0.0.1:0", "--print-ready"];
    args.push("--agent-key-file", key, "--agent-certificate-file", certificate);
    args.push(...(bare ? [] : ["--metadata", root]), ...(lie ? ["--lie", lie] : []));
    const child = spawn(binary(given), args, {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, RUST_LOG: "warn" }
    });
    const complaints = [];
    child.stderr.on("data", (piece) => complaints.push(piece));
    const ended = once(child, "exit");
    const line = await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
    if (typeof line[0] !== "string") {
        throw new Error(`the simulated org did not start: ${Buffer.concat(complaints)}`);
    }
    const ready = JSON.parse(line[0]);
    const admin = ready.admin_url;
    const seed = await (await fetch(`${admin}/__sim/seed`)).json();
    // An Org that knows several apps has one for scripts, whose users an admin approved.
    const app = seed.apps ? { app: "scripts" } : {};
    const registration = { ...app, certificate_pem: readFileSync(certificate, "utf8") };
    await post(`${admin}/__sim/client-certificates`, JSON.stringify(registration));
    return {
        environment: environment(ready, seed, folder, key, user),
        requests: () => requestsOf(admin),
        stop: async () => {
            child.kill("SIGINT");
            await ended;
            rmSync(folder, { recursive: true });
        }
    };
}

function environment(ready, seed, folder, key, user) {
    const app = seed.apps?.scripts ?? seed;
    const secure = {};
    if (ready.https_url) {
        secure.ORG_HTTPS = ready.https_url;
        secure.ORG_CA = join(folder, "ca.pem");
        writeFileSync(secure.ORG_CA, ready.ca_certificate_pem);
    }
    const person = seed.apps ? { ORG_PASSWORD: seed.password, ORG_REDIRECT_URI: app.callback_urls[0] } : {};
    return {
        ORG_HTTP: ready.url,
        ...secure,
        ...person,
        SIM_ADMIN: ready.admin_url,
        ORG_CLIENT_ID: app.client_id,
        ORG_CLIENT_SECRET: app.client_secret,
        ORG_USERNAME: seed.users[user].username,
        ORG_JWT_KEY_FILE: key,
        ORG_AUDIENCE: ready.url,
        LANE_FOLDER: folder
    };
}

async function post(url, body) {
    const answer = await fetch(url, { method: "POST", body });
    if (!answer.ok) {
        throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    }
}

async function requestsOf(admin) {
    const { requests } = await (await fetch(`${admin}/__sim/requests`)).json();
    return requests;
}
