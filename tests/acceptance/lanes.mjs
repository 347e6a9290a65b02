// The lanes, cheapest first: how each is run, and how a line of its output is read.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { target } from "./simulated-org.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** What the clients need, which is newer than what everything else here needs: npm's own build of it. */
const node22 = join(here, "sf/node_modules/node/bin/node");

/** What a lane is unless it says otherwise: a published client, which asks for nothing that is not there. */
const USUAL = { client: true, strays: false };

export const LANES = [
    node("raw", "bytes over a bare socket", "raw/raw.test.mjs", { client: false, strays: true }),
    node("soql", "Salesforce's own SOQL grammar", "soql/soql.test.mjs", { client: false }),
    node("jsforce", "npm jsforce", "jsforce/jsforce.test.mjs", { program: node22 }),
    node("jsforce-paging", "the same: long answers", "jsforce/paging.test.mjs", { program: node22 }),
    node("jsforce-files", "the same: files and mails", "jsforce/files.test.mjs", { program: node22 }),
    node("jsforce-events", "the same: platform events", "jsforce/events.test.mjs", { program: node22 }),
    node("jsforce-web", "npm jsforce: login by people", "jsforce/web-login.test.mjs", {
        program: node22,
        needs: ["ORG_PASSWORD"]
    }),
    pytest("simple-salesforce", "PyPI simple-salesforce, over https", "simple-salesforce", { needs: ["ORG_HTTPS"] }),
    cargo("salesforce-core", "the Rust crate salesforce_core, with strict types", "salesforce-core"),
    node("sf", "npm @salesforce/cli", "sf/sf.test.mjs"),
    node("sf-files", "the same: files", "sf/files.test.mjs"),
    node("sf-deploy", "the same: our package into an Org without it", "sf/deploy.test.mjs", {
        bare: true,
        simulatorOnly: "an Org that already has the package cannot show its deployment"
    })
];

/** A file of `node:test`; its TAP lines are the checks. `only` names the checks to run; none means all. */
function node(name, about, file, more = {}) {
    return {
        ...USUAL,
        name,
        about,
        command: (only) => ({
            program: more.program ?? process.execPath,
            args: ["--test-reporter=tap", ...only.map((name) => `--test-name-pattern=^${name}$`), join(here, file)]
        }),
        read: tap,
        ...more
    };
}

/** A folder of pytest, with the Python that `cargo xtask test` set up, or the one on the path. */
function pytest(name, about, folder, more) {
    const own = join(target, "tools/python/bin/python3");
    const quiet = ["-v", "--tb=short", "-p", "no:cacheprovider", "--color=no"];
    return {
        ...USUAL,
        name,
        about,
        command: (only) => ({
            program: existsSync(own) ? own : "python3",
            args: [
                ...["-m", "pytest", ...quiet, join(here, folder)],
                ...(only.length > 0 ? ["-k", only.map(written).join(" or ")] : [])
            ],
            // Room for the reason of a skipped test, which pytest cuts to the width of its screen.
            env: { PYTHONDONTWRITEBYTECODE: "1", COLUMNS: "200" }
        }),
        read: (line) => {
            const found = /::(test_\w+) (PASSED|FAILED|ERROR|SKIPPED)(?: \((.*)\))?/.exec(line);
            return found && { result: PYTEST_RESULTS[found[2]], name: spoken(found[1], found[3]) };
        },
        ...more
    };
}

/** A crate outside the workspace, built beside the rest of what cargo leaves. */
function cargo(name, about, folder, more) {
    return {
        ...USUAL,
        name,
        about,
        command: (only) => ({
            program: "cargo",
            args: ["test", "--locked", "--manifest-path", join(here, folder, "Cargo.toml"), "--", ...only.map(written)],
            env: { CARGO_TARGET_DIR: join(target, "acceptance", name) }
        }),
        read: (line) => {
            const found = /^test (?:\w+::)*(\w+) \.\.\. (ok|FAILED)$/.exec(line);
            return found && { result: found[2] === "ok" ? "ok" : "FAIL", name: spoken(found[1]) };
        },
        ...more
    };
}

const PYTEST_RESULTS = { PASSED: "ok", FAILED: "FAIL", ERROR: "FAIL", SKIPPED: "skip" };

function written(check) {
    return check.replaceAll(" ", "_");
}

function spoken(name, reason) {
    const sentence = name.replace(/^test_/, "").replaceAll("_", " ");
    return reason ? `${sentence} (${reason})` : sentence;
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
