// Starts a simulated Org for each acceptance lane, runs the lanes, and says what they found.
//
//   node tests/acceptance/run.mjs [--org-binary PATH] [--lane NAME]… [--lies] [--list]
//
// With ORG_URL set nothing is started: the same lanes then judge that org (docs/acceptance.md). A lane is a published
// client, pinned, that knows nothing of the simulator; it gets addresses and credentials from the environment.

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { coverage } from "./coverage.mjs";
import { developerOrg } from "./developer-org.mjs";
import { LANES } from "./lanes.mjs";
import { tellLies } from "./lies.mjs";
import { inTurn, runLane } from "./running.mjs";
import { startOrg } from "./simulated-org.mjs";

const { values: options } = parseArgs({
    options: {
        "org-binary": { type: "string" },
        lane: { type: "string", multiple: true, default: [] },
        lies: { type: "boolean", default: false },
        list: { type: "boolean", default: false }
    }
});
const full = process.env.CASEGATE_TEST_FULL === "1";
const real = process.env.ORG_URL ? developerOrg() : undefined;

if (options.list) {
    LANES.forEach((lane) => console.log(`${lane.name.padEnd(18)} ${lane.about}`));
} else if (options.lies && real) {
    throw new Error("a real org cannot be made to lie: unset ORG_URL");
} else if (options.lies) {
    process.exitCode = (await tellLies(options["org-binary"])) > 0 ? 1 : 0;
} else {
    process.exitCode = await runLanes();
}

async function runLanes() {
    const unknown = options.lane.filter((name) => LANES.every((lane) => lane.name !== name));
    if (unknown.length > 0) {
        throw new Error(`there is no lane ${unknown.join(", ")}; --list names them`);
    }
    const wanted = LANES.filter((lane) => options.lane.length === 0 || options.lane.includes(lane.name));
    const atOnce = real ? 1 : Math.min(availableParallelism(), 4);
    const outcomes = await inTurn(wanted, atOnce, judge);
    console.log(`\n${"lane".padEnd(18)}  passed  failed skipped      time  requests distinct routes codes`);
    for (const { lane, checks, seconds, seen } of outcomes) {
        const counts = ["ok", "FAIL", "skip"].map((result) => String(tally(checks, result)).padStart(7));
        console.log(`${lane.name.padEnd(18)} ${counts.join(" ")} ${seconds.toFixed(1).padStart(7)} s  ${seen.shown}`);
    }
    if (!real) {
        const clients = outcomes.filter(({ lane }) => lane.client).flatMap(({ seen }) => seen.requests);
        const { distinct, routes, codes } = coverage(clients);
        console.log(
            `\nreal clients sent ${clients.length} requests: ${distinct} distinct, on ${routes.length} routes; ` +
                `${codes.length} error codes met`
        );
        console.log(`routes: ${routes.join(", ")}`);
        console.log(`error codes: ${codes.join(", ")}`);
    }
    const checks = outcomes.flatMap((outcome) => outcome.checks);
    console.log(`${tally(checks, "ok")} passed, ${tally(checks, "FAIL")} failed, ${tally(checks, "skip")} skipped`);
    return tally(checks, "FAIL") > 0 ? 1 : 0;
}

/** Runs one lane against an Org of its own, and prints its checks when it is through. */
async function judge(lane) {
    const skipped = reasonToSkip(lane);
    if (skipped) {
        return told(lane, [{ result: "skip", name: skipped }], 0, []);
    }
    const org = real ?? (await startOrg(options["org-binary"], lane));
    const missing = (lane.needs ?? []).filter((name) => !(org.environment[name] ?? process.env[name]));
    if (missing.length > 0) {
        await org.stop();
        return told(lane, [{ result: "skip", name: `needs ${missing.join(", ")}` }], 0, []);
    }
    const began = performance.now();
    try {
        const { checks, output, code } = await runLane(lane, org.environment);
        const requests = real ? [] : await org.requests();
        checks.push(...(lane.strays ? [] : strays(requests)));
        if (checks.every((check) => check.result !== "FAIL") && (code !== 0 || checks.length === 0)) {
            checks.push({ result: "FAIL", name: `ended with ${code} after ${checks.length} checks` });
        }
        const failed = checks.some((check) => check.result === "FAIL");
        return told(lane, checks, (performance.now() - began) / 1000, requests, failed ? output : "");
    } finally {
        await org.stop();
    }
}

/** A published client knows its way: what it asks for in vain is missing in the Org, unless it is an object of ours. */
function strays(requests) {
    const lost = requests.filter(({ unknown_route: unknown, path }) => unknown && !/\w+__c\/describe$/.test(path));
    const routes = new Set(lost.map(({ method, path }) => `${method} ${path}`));
    return [...routes].map((route) => ({ result: "FAIL", name: `${route} is no route that the Org knows` }));
}

function told(lane, checks, seconds, requests, output = "") {
    if (output) {
        console.log(output);
    }
    for (const { result, name } of checks) {
        console.log(`${result.padEnd(4)} ${lane.name}: ${name}`);
    }
    return { lane, checks, seconds, seen: { ...coverage(requests), requests } };
}

function reasonToSkip(lane) {
    if (real && lane.simulatorOnly) {
        return lane.simulatorOnly;
    }
    if (lane.full && !full) {
        return lane.full;
    }
    return undefined;
}

function tally(checks, result) {
    return checks.filter((check) => check.result === result).length;
}
