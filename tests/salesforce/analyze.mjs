/**
 * Runs Salesforce Code Analyzer's engines through their core, without the sf command line.
 *
 * `analyze.mjs security` applies what the security review asks for (AppExchange and Recommended:Security);
 * `analyze.mjs graph` follows data through Apex with the Graph Engine. A finding of severity 1 to 3 fails.
 */
import { createRequire } from "node:module";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, root } from "./report.mjs";

const require = createRequire(import.meta.url);
const {
    CodeAnalyzer,
    CodeAnalyzerConfig,
    EventType,
    LogLevel,
    OutputFormat
} = require("@salesforce/code-analyzer-core");

const RUNS = {
    security: {
        engines: ["eslint", "pmd", "regex", "retirejs"],
        rules: ["AppExchange", "Recommended:Security"],
        folders: ["lwc", "salesforce"]
    },
    graph: { engines: ["sfge"], rules: ["sfge"], folders: ["salesforce"] }
};
const WORST_ACCEPTED = 4;
/** False positives, each once and with its reason; a second one at the same place fails. */
const ACCEPTED = {
    "salesforce/objects/CasegateSetting__mdt/fields/Certificate__c.field-meta.xml": [
        {
            rule_selector: "pmd:ProtectSensitiveData",
            max_suppressed_violations: 1,
            reason: "holds the unique name of a certificate, which is no secret; the key never leaves the org"
        }
    ]
};

const name = process.argv[2];
const run = RUNS[name];
process.chdir(root);

const analyzer = new CodeAnalyzer(
    CodeAnalyzerConfig.fromObject({
        // A path that takes long on a busy machine is no finding.
        engines: { sfge: { java_thread_timeout: 300_000 } },
        suppressions: ACCEPTED
    })
);
for (const type of [EventType.LogEvent, EventType.EngineLogEvent]) {
    analyzer.onEvent(type, (event) => {
        if (event.logLevel > LogLevel.Error) {
            return;
        }
        // PMD reads JavaScript with Rhino, which knows no classes; its own rules for bundles then see nothing of such
        // a file, and ESLint's see all of it.
        const isOnlyRhino = event.message.includes("org.mozilla.javascript") && event.message.includes("/lwc/");
        (isOnlyRhino ? console.log : fail)(event.message);
    });
}
for (const engine of run.engines) {
    await analyzer.addEnginePlugin(require(`@salesforce/code-analyzer-${engine}-engine`).createEnginePlugin());
}
const workspace = await analyzer.createWorkspace(run.folders.map((folder) => path.join(root, folder)));
const rules = await analyzer.selectRules(run.rules, { workspace });
if (rules.getCount() === 0) {
    fail("no rule was selected");
}
const results = await analyzer.run(rules, { workspace });
for (const violation of results.getViolations()) {
    const rule = violation.getRule();
    const place = violation.getPrimaryLocation();
    const file = path.relative(root, place.getFile() ?? "");
    const line =
        `severity ${rule.getSeverityLevel()} ${rule.getEngineName()}:${rule.getName()} ` +
        `${file}:${place.getStartLine()} ${violation.getMessage().split("\n")[0]}`;
    if (rule.getSeverityLevel() < WORST_ACCEPTED) {
        fail(line);
    } else {
        console.log(line);
    }
}
await mkdir("build", { recursive: true });
await writeFile(`build/code-analyzer-${name}.sarif`, results.toFormattedOutput(OutputFormat.SARIF));
console.log(`${rules.getCount()} rules`);
