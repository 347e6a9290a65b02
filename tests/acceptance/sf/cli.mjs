// The published CLI, kept in a home of its own and on this machine, asked for JSON.

import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { org } from "../org.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const node = join(here, "node_modules/node/bin/node");
const program = join(here, "node_modules/@salesforce/cli/bin/run.js");
export const home = mkdtempSync(join(process.env.LANE_FOLDER ?? tmpdir(), "sf-"));

const environment = {
    ...process.env,
    HOME: home,
    SF_DISABLE_TELEMETRY: "true",
    SF_AUTOUPDATE_DISABLE: "true",
    SF_SKIP_NEW_VERSION_CHECK: "true",
    SF_USE_GENERIC_UNIX_KEYCHAIN: "true",
    SF_DISABLE_DNS_CHECK: "true",
    SF_DISABLE_LOG_FILE: "true",
    SF_TARGET_ORG: "judged",
    ...(org.ca ? { NODE_EXTRA_CA_CERTS: org.ca } : {}),
    ...(org.admin ? { NODE_OPTIONS: `--require ${join(here, "loopback-only.cjs")}` } : {})
};

/** Runs one command; answers `{status, result, message, name}` as the CLI's `--json` has it. */
export function sf(command, { cwd = home, env = {} } = {}) {
    const args = [program, ...command, "--json"];
    return new Promise((resolve, reject) => {
        const child = spawn(node, args, { cwd, env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"] });
        const out = [];
        const complaints = [];
        child.stdout.on("data", (piece) => out.push(piece));
        child.stderr.on("data", (piece) => complaints.push(piece));
        child.on("error", reject);
        child.on("close", () => {
            const text = Buffer.concat(out).toString();
            try {
                resolve(JSON.parse(text));
            } catch {
                reject(new Error(`sf ${command.join(" ")}: ${text}${Buffer.concat(complaints)}`));
            }
        });
    });
}

/** The same, which must succeed; answers its result. */
export async function done(command, options) {
    const answer = await sf(command, options);
    if (answer.status !== 0) {
        throw new Error(`sf ${command.join(" ")}: ${answer.name}: ${answer.message}`);
    }
    return answer.result;
}

/** Logs in as the lane's user, under the name that every other command takes as its target. */
export function login() {
    const key = ["--client-id", org.clientId, "--jwt-key-file", org.keyFile];
    return done([
        "org",
        "login",
        "jwt",
        ...key,
        "--username",
        org.username,
        "--instance-url",
        org.http,
        "--alias",
        "judged"
    ]);
}
