// The Org under judgement, as the environment describes it: the simulator, or a Developer Edition org.
//
// Every Node lane reads it from here. What only the simulator can do goes through `needsSimulator`, which says why a
// test is skipped; what a lane writes carries `mark`, so that it can be found and removed again.

import { createSign, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

function required(name) {
    const value = process.env[name];
    if (!value) {
        throw new Error(`${name} is not set: node tests/acceptance/run.mjs sets it`);
    }
    return value.replace(/\/$/, "");
}

export const org = {
    http: required("ORG_HTTP"),
    https: process.env.ORG_HTTPS,
    ca: process.env.ORG_CA,
    admin: process.env.SIM_ADMIN,
    clientId: required("ORG_CLIENT_ID"),
    clientSecret: required("ORG_CLIENT_SECRET"),
    username: required("ORG_USERNAME"),
    password: process.env.ORG_PASSWORD,
    audience: required("ORG_AUDIENCE"),
    keyFile: required("ORG_JWT_KEY_FILE")
};

export const version = process.env.ORG_API_VERSION ?? "67.0";
export const mark = `acc-${randomBytes(4).toString("hex")}`;

/** Options of a test that plays with what no client of a real Org can reach. */
export const needsSimulator = org.admin ? {} : { skip: "needs the simulator's admin port" };

/** Options of a test in which a person logs in; a real Org may ask them for more than a password. */
export const needsPassword =
    org.admin && org.password ? {} : { skip: "needs a login page that asks for a password only" };

/** Calls the admin port and answers its JSON. */
export async function admin(path, body) {
    const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(`${org.admin}/__sim/${path}`, {
        ...options,
        headers: { "content-type": "application/json" }
    });
    if (!answer.ok) {
        throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    }
    return answer.json();
}

/** A signed JWT bearer assertion; `claims` replaces single claims, so that a lane can spoil them. */
export function assertion(claims = {}) {
    const now = Math.floor(Date.now() / 1000);
    const whole = { iss: org.clientId, sub: org.username, aud: org.audience, exp: now + 180, ...claims };
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "RS256" })}.${part(whole)}`;
    const signature = createSign("RSA-SHA256").update(signed).sign(readFileSync(org.keyFile));
    return `${signed}.${signature.toString("base64url")}`;
}

export const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** The checksum that turns 15 characters of a record id into 18, computed here and nowhere else. */
export function wholeId(id) {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    const blocks = [0, 5, 10].map((start) => id.slice(start, start + 5));
    const bits = (block) => [...block].reduce((sum, letter, place) => sum + (/[A-Z]/.test(letter) ? 2 ** place : 0), 0);
    return id.slice(0, 15) + blocks.map((block) => letters[bits(block)]).join("");
}
