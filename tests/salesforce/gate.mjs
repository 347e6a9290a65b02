/**
 * The offline gate for everything that is installed into a Salesforce org.
 *
 * `node tests/salesforce/gate.mjs` runs every part, two at a time; `--only part[,part]` runs some. Prints a line per
 * part, what a failed part said, and a summary; any finding makes the exit code 1. Needs `npm ci`, and Java 11 or later.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { performance } from "node:perf_hooks";
import path from "node:path";
import { root } from "./report.mjs";

const AT_ONCE = 2;
const JAVA_LIBRARY = "node_modules/@salesforce/code-analyzer-pmd-engine/dist/java-lib/*";

/** These programs run for seconds, so the thorough compiler and the parallel collector cost more than they give. */
const JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

const check = (file, ...args) => [process.execPath, `tests/salesforce/${file}`, ...args];
const tool = (name, ...args) => [path.join("node_modules/.bin", name), ...args];

/** Longest first, so that two cores are busy until the end. */
const PARTS = {
    graph: { says: "Graph Engine: data flow in Apex", command: () => check("analyze.mjs", "graph"), java: true },
    security: {
        says: "Code Analyzer: AppExchange, Recommended:Security",
        command: () => check("analyze.mjs", "security"),
        java: true
    },
    jest: { says: "bundles in each of their states, accessible", command: () => tool("sfdx-lwc-jest", "--", "--ci") },
    schema: { says: "metadata against the WSDL's types", command: () => check("schema.mjs") },
    eslint: {
        says: "LWC and Lightning Web Security rules",
        command: () => tool("eslint", "--max-warnings", "0", "--report-unused-disable-directives", "lwc")
    },
    apex: {
        says: "Apex types and names",
        command: () => [
            "java",
            "-cp",
            JAVA_LIBRARY,
            "io.github.apexdevtools.apexls.CheckForIssues",
            ...["-w", ".", "--nocache", "--detail", "warnings"]
        ],
        java: true
    },
    prettier: {
        says: "format of Apex, bundles and checks",
        command: () =>
            tool(
                "prettier",
                "--check",
                "lwc",
                "salesforce/classes",
                "tests/salesforce",
                "*.{js,json}",
                "!package-lock.json"
            )
    },
    convert: { says: "conversion, counts per type, manifest", command: () => check("convert.mjs") },
    slds: { says: "Lightning Design System", command: () => check("slds.mjs") },
    labels: { says: "labels in every language, no literals", command: () => check("labels.mjs") },
    references: { says: "names from file to file, golden token", command: () => check("references.mjs") }
};

main();

async function main() {
    const started = performance.now();
    const names = chosen();
    needs(names);
    const waiting = [...names];
    const failed = [];
    const worker = async () => {
        for (let name = waiting.shift(); name; name = waiting.shift()) {
            if (!(await passes(name))) {
                failed.push(name);
            }
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (failed.length) {
        console.log(
            `Salesforce gate: ${failed.length} of ${names.length} parts failed (${failed.join(", ")}), ${seconds} s`
        );
        process.exitCode = 1;
    } else {
        console.log(`Salesforce gate: ${names.length} parts passed, ${seconds} s`);
    }
}

function chosen() {
    const index = process.argv.indexOf("--only");
    const names = index < 0 ? Object.keys(PARTS) : (process.argv[index + 1] ?? "").split(",");
    const unknown = names.filter((name) => !PARTS[name]);
    if (unknown.length) {
        stop(`no part "${unknown}"; parts are ${Object.keys(PARTS).join(", ")}`);
    }
    return names;
}

function needs(names) {
    if (!existsSync(path.join(root, "node_modules/.package-lock.json"))) {
        stop("node_modules is missing: run `npm ci` in the repository's root");
    }
    if (names.some((name) => PARTS[name].java) && spawnSync("java", ["-version"]).status !== 0) {
        stop("Java is missing: install the Debian package default-jre-headless");
    }
}

function stop(sentence) {
    console.error(`Salesforce gate: ${sentence}`);
    process.exit(2);
}

function passes(name) {
    const { says, command } = PARTS[name];
    const [program, ...args] = command();
    const started = performance.now();
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", JDK_JAVA_OPTIONS: JAVA_OPTIONS };
    const child = spawn(program, args, { cwd: root, env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text) => {
            output += text;
        });
    }
    return new Promise((resolve) => {
        child.on("error", (error) => {
            output += error.message;
        });
        child.on("close", (code) => {
            const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
            console.log(`${code === 0 ? "ok  " : "FAIL"} ${name.padEnd(10)} ${seconds} s  ${says}`);
            if (code !== 0) {
                console.log(output.trimEnd().replace(/^/gm, "     "));
            }
            resolve(code === 0);
        });
    });
}
