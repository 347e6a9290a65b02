/** Two people's browsers, what they must not do, and pictures of what they see. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import axe from "axe-core";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const DESK = { viewport: { width: 1366, height: 900 }, locale: "en-US", acceptDownloads: true };
const PHONE = {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    locale: "en-GB"
};
/** Chromium's own remark about the frame in which Lightning Web Security lives. */
const ALWAYS = [/iframe which has both allow-scripts and allow-same-origin/];

export async function openStage({ shots }) {
    if (!existsSync(EXECUTABLE)) {
        throw new Error(`${EXECUTABLE} is missing: install the Debian package chromium, or set CHROMIUM`);
    }
    if (shots) mkdirSync(shots, { recursive: true });
    const browser = await chromium.launch({
        executablePath: EXECUTABLE,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    });
    const surprises = [];
    const expected = [...ALWAYS];
    const started = Date.now();

    function watch(page, who) {
        const note = (text) => {
            if (!expected.some((pattern) => pattern.test(text))) surprises.push(`${who}: ${text}`);
        };
        page.on("console", (message) => {
            if (["error", "warning"].includes(message.type())) note(`console ${message.type()}: ${message.text()}`);
        });
        page.on("pageerror", (error) => note(`page error: ${error.stack ?? error}`));
        return page;
    }

    return {
        async agent() {
            const context = await browser.newContext(DESK);
            return watch(await context.newPage(), "agent");
        },
        async customer() {
            const context = await browser.newContext(PHONE);
            return watch(await context.newPage(), "customer");
        },
        /** What `act` provokes on purpose (a network taken away) is no surprise, until it has ended. */
        async provoke(pattern, act) {
            expected.push(pattern);
            try {
                return await act();
            } finally {
                expected.splice(expected.indexOf(pattern), 1);
            }
        },
        async picture(page, name, { fullPage = true } = {}) {
            if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage, animations: "disabled" });
        },
        /** Nothing that keeps a person with a disability from the task. */
        async assertAccessible(page, name, { within, frames = true } = {}) {
            const violations = frames ? await violationsOf(page, within) : await violationsOutsideFrames(page);
            const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
            assert.deepEqual(
                grave.map(({ id, impact, nodes }) => `${name}: ${id} (${impact}) ${nodes[0].target}`),
                []
            );
        },
        say(text) {
            console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
        },
        assertNoSurprises() {
            assert.deepEqual(surprises, []);
        },
        close: () => browser.close()
    };
}

async function violationsOf(page, within) {
    const builder = new AxeBuilder({ page });
    if (within) builder.include(within);
    return (await builder.analyze()).violations;
}

/** For pages with a frame in which no script may run: the builder would wait for it for ever. */
async function violationsOutsideFrames(page) {
    await page.evaluate(axe.source);
    return (await page.evaluate(() => globalThis.axe.run(document, { iframes: false }))).violations;
}
