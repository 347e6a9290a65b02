// Running another program: its lines as they come, its whole output, its end.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Hands every line of standard output to `read`; the answer holds both streams, in the order they arrived. */
export function runProgram(program, args, { env, cwd }, read) {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { env: { ...process.env, ...env }, cwd, stdio: ["ignore", "pipe", "pipe"] });
        const lines = [];
        const each = (stream, take) =>
            createInterface({ input: stream }).on("line", (line) => {
                lines.push(line);
                take?.(line);
            });
        each(child.stdout, read);
        each(child.stderr);
        child.on("error", reject);
        child.on("close", (code, signal) => resolve({ output: lines.join("\n"), code: code ?? signal }));
    });
}
