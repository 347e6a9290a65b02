/** A customer's phone with the upload page on it; the page is expected to be silent and to keep to its policy. */
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { collectSurprises } from "../chromium.mjs";

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "en-GB" };
export const DESKTOP = { viewport: { width: 1200, height: 900 }, locale: "en-GB" };

/** What Chromium itself writes when a test takes the network or the server away, or is refused. */
const PROVOKED = [
    /Failed to load resource: net::ERR_(?!BLOCKED)/, // blocked would be our own policy at work
    /Failed to load resource: the server responded with a status of (401|404|409|410|413|415|422|503)/
];

export async function openPage(browser, address, options = PHONE) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const surprises = collectSurprises(page, PROVOKED);
    await page.goto(address);
    return {
        page,
        context,
        open: () => page.locator("#open").click(),
        proceed: () => page.locator("#continue").click(),
        choose: (...files) => page.locator("#files").setInputFiles(files),
        add: (...files) => page.locator("#more").setInputFiles(files),
        row: (name) => page.locator(".file", { hasText: name }),
        heading: () => page.locator("h1:visible").innerText(),
        async until(text) {
            await page.locator("h1:visible", { hasText: text }).waitFor({ timeout: 15000 });
        },
        async done() {
            assert.deepEqual(surprises, []);
            await context.close();
        }
    };
}

export const aFile = (name, size, fill = 7) => ({
    name,
    mimeType: "application/octet-stream",
    buffer: Buffer.alloc(size, fill)
});

/** Nothing serious, nothing wider than the screen, no target smaller than a finger. */
export async function assertUsable(page) {
    const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
        .analyze();
    assert.deepEqual(
        violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes[0].target}`),
        []
    );
    const { tooWide, tooSmall } = await page.evaluate(() => ({
        tooWide: document.documentElement.scrollWidth > window.innerWidth,
        tooSmall: [...document.querySelectorAll("button, label.button, select, summary, label.tick")]
            .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 43.9)
            .map((element) => element.outerHTML.slice(0, 100))
    }));
    assert.equal(tooWide, false, "the page is wider than the screen");
    assert.deepEqual(tooSmall, []);
}
