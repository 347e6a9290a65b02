/** The distribution's Chromium, headless, with every surprise (console error, page error, policy violation) collected. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

export async function launchChromium() {
    if (!existsSync(EXECUTABLE))
        throw new Error(`${EXECUTABLE} is missing: install the Debian package chromium, or set CHROMIUM`);
    return chromium.launch({
        executablePath: EXECUTABLE,
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync"
        ]
    });
}

/** Collects what a page must not do; `expected` are patterns of what a test provokes on purpose. */
export function collectSurprises(page, expected = []) {
    const surprises = [];
    const note = (text) => {
        if (!expected.some((pattern) => pattern.test(text))) surprises.push(text);
    };
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) note(`console ${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => note(`page error: ${error.stack ?? error}`));
    return surprises;
}
