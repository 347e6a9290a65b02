// Salesforce's own SOQL grammar says which queries are well-formed: the Org must call all others malformed, and none of
// these. It may still refuse them for what they name, with another code: semantics have no such oracle.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { before, test } from "node:test";

import { JWT_BEARER, assertion, org, version } from "../org.mjs";
import { WELL_FORMED, mutations } from "./queries.mjs";

const { SOQLParser } = createRequire(import.meta.url)("@salesforce/soql-common/lib/soql-parser");
const grammar = SOQLParser({ isApex: false, isMultiCurrencyEnabled: false, apiVersion: 55.0 });
let token;

/** Why an Org says MALFORMED_QUERY to what the grammar lets pass: it leaves these to a later stage, or to nobody. */
const JUSTIFIED = [
    /only aggregate expressions use field aliasing/,
    /duplicate field selected/,
    /FIELDS takes ALL, CUSTOM or STANDARD/,
    /unknown scope/,
    /in the subquery and the left operand field in the where expression/,
    /Non-grouped query that uses overall aggregate functions cannot also use LIMIT/,
    /Field must be grouped or aggregated/,
    /Semi join sub-selects are not allowed with the 'OR' operator/,
    // Semantics that no document settles, and clauses that are not played: docs/salesforce-divergences.md.
    /the simulated org (refuses|does not play)/
];
/**
 * What the grammar takes and no Org does: a path for an alias, a period without its number. And an operator in two pieces:
 * the grammar has it as two tokens, no document says that an Org does, and what is not known is refused.
 */
const NOT_SEEN_BY_GRAMMAR = [/(^SELECT|,) [\w.]+ \w+\.\w+/, /\bLAST_N_DAYS (?!:)/, /[<>] =/];

before(async () => {
    const form = new URLSearchParams({ grant_type: JWT_BEARER, assertion: assertion() });
    const answer = await fetch(`${org.http}/services/oauth2/token`, { method: "POST", body: form });
    const body = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(body));
    token = body.access_token;
});

test("well-formed queries are answered", async () => {
    const refused = await disagreements(WELL_FORMED);
    assert.deepEqual(refused, []);
});

test("traps are refused where the grammar refuses them", async () => {
    const traps = [
        "SELECT Id FROM Case WHERE Subject = 'a' AND Status = 'b' OR Priority = 'c'",
        "SELECT Id FROM Case FOR UPDATE",
        "SELECT Id FROM Case ALL ROWS",
        'SELECT Id FROM Case WHERE Subject = "a"',
        "SELECT Id, FROM Case",
        "SELECT * FROM Case",
        "SELECT Id FROM Case WHERE NOT",
        "SELECT Id FROM Case ORDER BY",
        "SELECT Id FROM Case LIMIT",
        "SELECT Id FROM Case WHERE Subject = 'unterminated",
        "SELECT Id FROM Case WHERE (Subject = 'a'",
        "SELECT Id FROM Case WHERE Subject IN ()",
        "SELECT Id FROM",
        "FROM Case SELECT Id"
    ];
    for (const trap of traps) {
        assert.equal(wellFormed(trap), false, trap);
    }
    assert.deepEqual(await disagreements(traps), []);
});

test("mutated queries are accepted and refused alike", async () => {
    const usual = process.env.CASEGATE_TEST_FULL === "1" ? 6_000 : 400;
    const count = Number(process.env.ACCEPTANCE_MUTATIONS ?? usual);
    assert.deepEqual(await disagreements(mutations(count)), []);
});

function wellFormed(query) {
    return grammar.parseQuery(query).getSuccess();
}

/** Queries on which grammar and Org differ. */
async function disagreements(queries) {
    const found = [];
    for (const query of queries) {
        const url = `${org.http}/services/data/v${version}/query?q=${encodeURIComponent(query)}`;
        const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
        const body = await answer.json();
        const malformed = answer.status === 400 && body[0].errorCode === "MALFORMED_QUERY";
        const reason = answer.ok ? "accepted" : body[0].message.trim().split("\n").at(-1);
        const justified =
            JUSTIFIED.some((known) => known.test(reason)) || NOT_SEEN_BY_GRAMMAR.some((known) => known.test(query));
        if (wellFormed(query) ? malformed && !justified : !malformed) {
            found.push(`${query}: ${reason}`);
        }
    }
    return found;
}
