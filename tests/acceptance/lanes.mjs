// The lanes, cheapest first: how each is run, and how a line of its output is read.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** What the clients need, which is newer than what everything else here needs: npm's own build of it. */
const node22 = join(here, "sf/node_modules/node/bin/node");

export const LANES = [
    node("raw", "bytes over a bare socket", "raw/raw.test.mjs"),
    node("jsforce", "npm jsforce", "jsforce/jsforce.test.mjs", { program: node22 }),
    node("sf", "npm @salesforce/cli", "sf/sf.test.mjs")
];

/** A file of `node:test`; its TAP lines are the checks. */
function node(name, about, file, more = {}) {
    return {
        name,
        about,
        command: () => ({ program: more.program ?? process.execPath, args: ["--test-reporter=tap", join(here, file)] }),
        read: tap,
        ...more
    };
}

/** `ok 3 - name`, `not ok 4 - name`, `ok 5 - name # SKIP reason`; nested lines belong to the line around them. */
function tap(line) {
    const found = /^(not )?ok \d+ - (.*?)(?: # (SKIP)(.*))?$/.exec(line);
    if (!found) {
        return undefined;
    }
    const [, not, name, directive, reason] = found;
    if (directive) {
        return { result: "skip", name: `${name} (${reason.trim()})` };
    }
    return { result: not ? "FAIL" : "ok", name };
}
