// Untruths that the simulated Org can be made to tell (`--lie`), and whether a lane notices each of them.
//
// A lie is noticed when the check named here passes on an honest Org, fails on the lying one, and complains of just that:
// a lane that fails anyway, or for another reason, notices nothing.

import { spawnSync } from "node:child_process";

import { LANES } from "./lanes.mjs";
import { inTurn, runLane } from "./running.mjs";
import { binary, startOrg } from "./simulated-org.mjs";

const AT_ONCE = 2;

const LIES = [
    {
        name: "wrong-checksum",
        lane: "raw",
        check: "a created record is 201 with its Location, and its id has 18 characters",
        complaint: /expected: '(001\w{12})\w{3}'\s+actual: '\1\w{3}'/
    },
    {
        name: "created-with-200",
        lane: "raw",
        check: "a created record is 201 with its Location, and its id has 18 characters",
        complaint: /expected: 201\s+actual: 200/
    },
    {
        name: "bare-error",
        lane: "raw",
        check: "every refusal of the API is an array of errors",
        complaint: /error: '\{"errorCode":"NOT_FOUND"/
    },
    {
        name: "expires-in",
        lane: "raw",
        check: "a JWT bearer answer has five members and never expires_in",
        complaint: /error: 'expires_in'/
    },
    {
        name: "colon-in-time-zone",
        lane: "raw",
        check: "moments have milliseconds and a zone without a colon",
        complaint: /actual: '[^']+\+00:00'/
    },
    {
        name: "error-code-in-collections",
        lane: "jsforce",
        check: "a collection tells each row's fate under statusCode",
        complaint: /expected: 'INVALID_FIELD'/
    },
    {
        name: "no-rollback",
        lane: "jsforce",
        check: "all or none really leaves none",
        complaint: /expected: 0\s+actual: 1/
    },
    {
        name: "case-sensitive-names",
        lane: "jsforce",
        check: "names are found in any case and answered in their own",
        complaint: /name: 'NOT_FOUND'/
    },
    {
        name: "lost-next-records-url",
        lane: "jsforce",
        check: "450 rows come in pages, each row once",
        complaint: /Received type undefined/
    },
    {
        name: "unfiltered-links",
        lane: "jsforce-files",
        check: "links are found from a file or a record, and in no other way",
        complaint: /Missing expected rejection/
    },
    {
        name: "for-update",
        lane: "soql",
        check: "traps are refused where the grammar refuses them",
        complaint: /SELECT Id FROM Case FOR UPDATE: accepted/
    },
    {
        name: "any-verifier",
        lane: "jsforce-web",
        check: "a wrong verifier is refused",
        complaint: /Missing expected rejection \(invalid_grant\)/
    },
    {
        name: "missing-label-plural",
        lane: "salesforce-core",
        check: "every description decodes",
        complaint: /missing field `labelPlural`/
    },
    {
        name: "missing-column-metadata",
        lane: "sf",
        check: "data query asks for the columns of its rows, parents among them",
        complaint: /sf data query .*Value is not a JsonArray/
    }
];

/** Tells every lie; answers how many were believed. */
export async function tellLies(program) {
    const known = liesOf(binary(program));
    const strangers = known.filter((name) => LIES.every((lie) => lie.name !== name));
    if (known.length !== LIES.length || strangers.length > 0) {
        throw new Error(`the simulated org tells ${known.join(", ") || "no lies: it is a release build"}`);
    }
    const honest = new Map();
    const lanes = LANES.filter((lane) => LIES.some((lie) => lie.lane === lane.name));
    await inTurn(lanes, AT_ONCE, async (lane) => {
        const checks = LIES.filter((lie) => lie.lane === lane.name).map((lie) => lie.check);
        honest.set(lane.name, await judged(program, lane, checks));
    });
    const verdicts = await inTurn(LIES, AT_ONCE, async (lie) => {
        const lane = LANES.find((known) => known.name === lie.lane);
        const lying = await judged(program, lane, [lie.check], lie.name);
        const doubt = doubted(lie, honest.get(lie.lane), lying);
        console.log(`${doubt ? "FAIL" : "ok  "} lie ${lie.name}: ${doubt ?? `${lie.lane}: ${lie.check}`}`);
        return doubt;
    });
    const believed = verdicts.filter(Boolean).length;
    console.log(`${verdicts.length - believed} lies noticed, ${believed} believed`);
    return believed;
}

/** What the program says it can be made to say: a lie that nobody listens to is no test. */
function liesOf(program) {
    const { stderr } = spawnSync(program, ["--lie", "?"], { encoding: "utf8" });
    return /possible values: ([^\]]*)/.exec(stderr)?.[1].split(", ") ?? [];
}

async function judged(program, lane, checks, lie) {
    const org = await startOrg(program, { ...lane, lie });
    try {
        return await runLane(lane, org.environment, checks);
    } finally {
        await org.stop();
    }
}

/** Why a lie cannot count as noticed. */
function doubted({ lane, check, complaint }, honest, lying) {
    const result = (run) => run.checks.find((known) => known.name === check)?.result ?? "missing";
    if (result(honest) !== "ok") {
        return `on an honest Org, "${check}" of ${lane} is ${result(honest)}:\n${honest.output}`;
    }
    if (result(lying) !== "FAIL") {
        return `believed: "${check}" of ${lane} is ${result(lying)}`;
    }
    if (!complaint.test(lying.output)) {
        return `"${check}" of ${lane} failed without a word of ${complaint}:\n${lying.output}`;
    }
    return undefined;
}
