/** Runs the Lightning Design System linter, whose exit code forgives warnings; here a warning is a finding. */
import { spawnSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { fail, root } from "./report.mjs";

const run = spawnSync("node_modules/.bin/slds-linter", ["lint", "lwc"], { cwd: root, encoding: "utf8" });
if (run.error) {
    throw run.error;
}
const report = stripVTControlCharacters(run.stdout + run.stderr);
if (!/^0 errors +0 warnings$/m.test(report)) {
    fail(report);
}
