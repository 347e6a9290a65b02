/** Runs the Lightning Design System linter, whose exit code forgives warnings; here a warning is a finding. */
import { spawnSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { fail, root } from "./report.mjs";

const { stdout, stderr } = spawnSync("node_modules/.bin/slds-linter", ["lint", "lwc"], { cwd: root, encoding: "utf8" });
const report = stripVTControlCharacters(stdout + stderr);
if (!/^0 errors +0 warnings$/m.test(report)) {
    fail(report);
}
