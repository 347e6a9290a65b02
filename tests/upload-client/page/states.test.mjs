/** Each state of the page: its words, accessible, on a small screen, in every language, light and dark. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launchChromium } from "../chromium.mjs";
import { startCustomerApi } from "../servers/customer_api.mjs";
import { startCuttingProxy } from "../servers/cutting_proxy.mjs";
import { aFile, assertUsable, openPage } from "./open_page.mjs";

const PAGE = new URL("../../../crates/connector/upload-page/", import.meta.url);
const SMALLEST = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true };
let browser;

before(async () => {
    browser = await launchChromium();
});
after(() => browser.close());

/** Ends with the test, also when it fails: a server left open would keep the runner alive. */
async function apiFor(t, options) {
    const api = await startCustomerApi(options);
    t.after(() => api.stop());
    return api;
}

for (const [language, colorScheme] of [
    ["en", "light"],
    ["de", "dark"],
    ["fr", "light"]
]) {
    test(`every screen is accessible at 320 px: ${language}, ${colorScheme}`, async (t) => {
        const api = await apiFor(t, {
            request: {
                language: "en",
                consent: { required: true, given: false, wording: "Text", wording_version: "1" }
            }
        });
        const proxy = await startCuttingProxy(api.url);
        t.after(() => proxy.stop());
        const customer = await openPage(browser, proxy.url + api.link, { ...SMALLEST, locale: language, colorScheme });
        const { page } = customer;
        const at = async (screen) => {
            await page.locator(`[data-screen~="${screen}"]`).waitFor();
            await assertUsable(page);
        };
        await at("start");
        await page.locator("#language").selectOption(language);
        await customer.open();
        await at("welcome");
        assert.equal(await page.locator("html").getAttribute("lang"), language);
        await customer.proceed();
        await at("welcome");
        await page.locator("#agree").check();
        await customer.proceed();
        await at("choosing");
        proxy.bytesPerSecond = 1_000_000;
        await customer.choose(
            aFile("a-very-long-name-without-any-space-that-must-not-make-the-page-wide.tar.gz", 16_000_000),
            aFile("b.txt", 10)
        );
        await page.locator('.file[data-state="sending"]').first().waitFor();
        await at("sending");
        await customer.context.setOffline(true);
        await page.locator("#banner").waitFor();
        await at("sending");
        await customer.context.setOffline(false);
        await page.reload();
        await page.locator('.file[data-state="missing"]').waitFor();
        await at("sending");
        await page.locator('.file[data-state="missing"] button:visible').last().click();
        await at("sending");
        await page.locator('[data-deed="cancel_yes"]:visible').click();
        await page.locator('.file[data-state="arrived"]').waitFor();
        await page.locator("#finish").click();
        await at("receipt");
        await customer.done();
    });
}

test("closed, wrong and incomplete links, and an absent server, are told in plain words", async (t) => {
    const api = await apiFor(t);
    const told = async (address, click, heading) => {
        const customer = await openPage(browser, address, SMALLEST);
        if (click) await customer.open();
        await customer.until(heading);
        await assertUsable(customer.page);
        assert.equal(await customer.page.evaluate(() => document.activeElement.tagName), click ? "H1" : "BODY");
        await customer.done();
    };
    await told(api.url + api.link + "x", true, "This link does not work");
    await told(`${api.url}/r/${api.id}`, false, "This link does not work");
    api.request.state = "revoked";
    await told(api.url + api.link, true, "This request is closed");
    api.unavailable = true;
    await told(api.url + api.link, true, "We cannot be reached right now");
});

test("the page comes back by itself when the server does", async (t) => {
    const api = await apiFor(t);
    api.unavailable = true;
    const customer = await openPage(browser, api.url + api.link);
    await customer.open();
    await customer.until("We cannot be reached right now");
    api.unavailable = false;
    await customer.until("asks you for files");
    await customer.done();
});

test("without a network the page says so instead of blaming the server, and comes back with it", async (t) => {
    const api = await apiFor(t);
    const customer = await openPage(browser, api.url + api.link);
    await customer.context.setOffline(true);
    await customer.open();
    await customer.until("No network");
    await customer.context.setOffline(false);
    await customer.until("asks you for files");
    await customer.done();
});

test("the request chooses the language, the customer may choose another", async (t) => {
    const api = await apiFor(t, { request: { language: "de" } });
    const customer = await openPage(browser, api.url + api.link);
    await customer.until("You have been asked");
    await customer.open();
    await customer.until("Anna Berger von Nordwind Storage GmbH bittet Sie um Dateien");
    await customer.page.locator("#language").selectOption("fr");
    await customer.until("vous demande des fichiers");
    await customer.page.reload();
    await customer.until("vous demande des fichiers");
    await customer.done();
});

test("what people typed is shown as text, never as markup", async (t) => {
    const evil = '<img src=x onerror="document.title=1">';
    const api = await apiFor(t, {
        request: { message: evil, needed: evil, organisation: evil, asked_by: evil, dpo_contact: "javascript:alert(1)" }
    });
    const customer = await openPage(browser, api.url + api.link);
    await customer.open();
    await customer.until("asks you");
    assert.equal(await customer.page.locator("main img").count(), 0);
    assert.equal(await customer.page.locator("[data-dpo] a").count(), 0);
    await customer.proceed();
    await customer.choose(aFile("<b>x</b>\u202Egpj.exe", 10));
    await customer.page.locator(".file").waitFor();
    assert.equal(await customer.page.locator(".file b").count(), 0);
    await customer.done();
});

test("the keyboard alone is enough", async (t) => {
    const api = await apiFor(t);
    const customer = await openPage(browser, api.url + api.link, {
        viewport: { width: 1000, height: 800 },
        locale: "en"
    });
    const { page } = customer;
    const reach = async (selector) => {
        for (let i = 0; i < 20; i += 1) {
            await page.keyboard.press("Tab");
            if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
        }
        assert.fail(`${selector} cannot be reached`);
    };
    await reach("#open");
    await page.keyboard.press("Enter");
    await customer.until("asks you");
    await reach("#continue");
    await page.keyboard.press("Enter");
    await customer.until("Choose your files");
    await reach("#files");
    const dialog = new Promise((resolve) => {
        page.once("filechooser", resolve);
    });
    await page.waitForTimeout(200); // the browser is told to hand dialogs over
    await page.keyboard.press("Enter");
    await (await dialog).setFiles(aFile("a.txt", 100));
    await customer.until("Everything has arrived");
    await reach("#finish");
    await page.keyboard.press("Enter");
    await customer.until("Thank you");
    await customer.done();
});

test("every string has three languages and a place, and every key in the page exists", async () => {
    const source = await readFile(new URL("strings.js", PAGE), "utf8");
    const { say, LANGUAGES } = await import(new URL("strings.js", PAGE));
    const keys = [...source.matchAll(/^ {4}(\w+): \[/gm)].map(([, key]) => key);
    assert.ok(keys.length > 80);
    for (const key of keys)
        for (const language of LANGUAGES)
            for (const count of [1, 5]) assert.ok(say(language, key, { count }).length > 0, `${key} ${language}`);
    const placeholders = (text) =>
        [...text.matchAll(/\{(\w+)\}/g)]
            .map(([, name]) => name)
            .sort()
            .join();
    const named = new Proxy({}, { get: (_, name) => `{${String(name)}}` });
    for (const key of keys) {
        const [first, ...others] = LANGUAGES.map((language) => placeholders(say(language, key, named)));
        others.forEach((other) => assert.equal(other, first, `placeholders of ${key}`));
    }
    const html = await readFile(new URL("index.html", PAGE), "utf8");
    const used = [...html.matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, key]) => key);
    assert.deepEqual(
        used.filter((key) => !keys.includes(key)),
        []
    );
    const scripts = await Promise.all(
        ["upload.js", "rows.js", "format.js", "receipt.js", "screens.js", "transfers.js"].map((name) =>
            readFile(new URL(name, PAGE), "utf8")
        )
    );
    const mentioned = `${scripts.join("\n")}\n${html}`;
    const dynamic = /^(file_|closed_)/;
    assert.deepEqual(
        keys.filter((key) => !dynamic.test(key) && !new RegExp(`['"\`]${key}['"\`]`).test(mentioned)),
        [],
        "words that nobody reads"
    );
});
