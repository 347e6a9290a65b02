// Running a lane, and several at a time.

import { runProgram } from "./program.mjs";

/** Runs a lane, or only the checks of these names; answers what it found and printed. */
export async function runLane(lane, environment, only = []) {
    const checks = [];
    const { program, args, env = {}, cwd } = lane.command(only);
    const { output, code } = await runProgram(program, args, { env: { ...environment, ...env }, cwd }, (line) => {
        const check = lane.read(line);
        if (check) {
            checks.push(check);
        }
    });
    return { checks, output, code };
}

/** At most `atOnce` at a time, answers in the given order. */
export async function inTurn(items, atOnce, run) {
    const answers = new Array(items.length);
    let next = 0;
    const worker = async () => {
        while (next < items.length) {
            const place = next++;
            answers[place] = await run(items[place]);
        }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return answers;
}
