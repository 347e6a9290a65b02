/** How a check of this folder says what it found: one line each, and an exit code. */
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

export function fail(finding) {
    console.log(finding);
    process.exitCode = 1;
}
