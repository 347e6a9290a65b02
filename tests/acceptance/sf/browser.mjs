#!/usr/bin/env node
// Stands in for a person's browser: the CLI starts it with the address of the login page.
//
// The CLI waits for this program to end before it listens, so the visit happens in a process of its own.

import { spawn } from "node:child_process";

import { visit } from "../visitor.mjs";

const LISTENS_WITHIN_TENTHS = 100;
const [address, visiting] = process.argv.slice(2);

if (visiting) {
    await knock(await visit(address));
} else {
    spawn(process.execPath, [process.argv[1], address, "visit"], { detached: true, stdio: "ignore" }).unref();
}

/** Opens the CLI's own address, as soon as it answers. */
async function knock(back) {
    for (let tenth = 1; ; tenth += 1) {
        try {
            return await fetch(back);
        } catch (error) {
            if (tenth === LISTENS_WITHIN_TENTHS) {
                throw error;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }
}
