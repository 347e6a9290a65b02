/** The customer's way from the link to the receipt, with what happens to people on the way. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launchChromium } from "../chromium.mjs";
import { startCustomerApi } from "../servers/customer_api.mjs";
import { startCuttingProxy } from "../servers/cutting_proxy.mjs";
import { DESKTOP, PHONE, aFile, openPage } from "./open_page.mjs";

const MB = 1_000_000;
let browser, api, proxy, link;

before(async () => {
    browser = await launchChromium();
});
after(() => browser.close());
beforeEach(async () => {
    api = await startCustomerApi();
    proxy = await startCuttingProxy(api.url);
    link = proxy.url + api.link;
});
afterEach(async () => {
    await proxy.stop();
    await api.stop();
});

async function atTheFileButton(options) {
    const customer = await openPage(browser, link, options);
    await customer.open();
    await customer.until("asks you for files");
    await customer.proceed();
    await customer.until("Choose your files");
    return customer;
}

async function finished(customer) {
    await customer.until("Everything has arrived");
    await customer.page.locator("#finish").click();
    await customer.until("Thank you");
}

test("from the link to the receipt", async () => {
    const customer = await openPage(browser, link);
    await customer.page.waitForTimeout(200);
    assert.deepEqual(api.seen, [], "opening the link changes nothing");
    await customer.open();
    await customer.until("Anna Berger of Nordwind Storage GmbH asks you for files");
    const told = await customer.page.locator("main").innerText();
    for (const fact of [
        "Diagnostic bundle of node 3",
        "Friday, 4 December 2026",
        "90 days",
        "Frankfurt",
        "Art. 6(1)(b)",
        "privacy@nordwind.example"
    ]) {
        assert.ok(told.includes(fact), `${fact} is told before anything is sent`);
    }
    await customer.proceed();
    await customer.choose(aFile("log.zip", 3 * MB), aFile("photo.jpg", 200_000));
    await finished(customer);
    const receipt = await customer.page.locator("main").innerText();
    const [held] = await Promise.all([api.request.receipt]);
    for (const { file_name, sha256 } of held.files) assert.ok(receipt.includes(file_name) && receipt.includes(sha256));
    assert.ok(receipt.includes("00001042") && receipt.includes("19 February 2027"));
    assert.deepEqual(await customer.page.evaluate(() => Object.keys(localStorage)), [], "nothing stays in the browser");
    await customer.page.reload();
    await customer.until("Thank you");
    await customer.done();
});

test("the secret is sent to no server but in the body of one call", async () => {
    const customer = await openPage(browser, link);
    const urls = [];
    customer.page.on("request", (request) => urls.push(request.url() + JSON.stringify(request.headers())));
    await customer.open();
    await customer.until("asks you");
    assert.ok(urls.length > 0);
    assert.ok(urls.every((text) => !text.includes(api.secret)));
    assert.deepEqual(
        await customer.page.evaluate(
            (s) => [...Object.values(localStorage), ...Object.values(sessionStorage)].some((v) => v.includes(s)),
            api.secret
        ),
        false
    );
    await customer.done();
});

test("consent comes before the first byte", async () => {
    api.request.consent = { required: true, given: false, wording: "I allow it.", wording_version: "1" };
    const customer = await openPage(browser, link);
    await customer.open();
    await customer.until("asks you");
    await customer.proceed();
    await customer.page.getByText("Please tick the box first").waitFor();
    assert.equal(await customer.page.evaluate(() => document.activeElement.id), "agree");
    await customer.page.getByLabel("I have read this and I agree").check();
    await customer.proceed();
    await customer.until("Choose your files");
    assert.equal(api.request.consent.given, true);
    await customer.done();
});

test("without a network it says so, and goes on by itself", async () => {
    const customer = await atTheFileButton();
    proxy.bytesPerSecond = 3 * MB;
    await customer.choose(aFile("big.zip", 8 * MB));
    await customer.row("big.zip").getByText("%").waitFor();
    await customer.context.setOffline(true);
    await customer.page.locator("#banner", { hasText: "No network. Will continue by itself." }).waitFor();
    proxy.bytesPerSecond = Infinity;
    await customer.context.setOffline(false);
    await finished(customer);
    await customer.done();
});

test("a server that restarts costs nothing", async () => {
    const customer = await atTheFileButton();
    proxy.bytesPerSecond = 3 * MB;
    await customer.choose(aFile("big.zip", 8 * MB));
    await customer.row("big.zip").getByText("%").waitFor();
    proxy.down = true;
    proxy.cutAll();
    await customer.page.locator("#banner", { hasText: "The server does not answer" }).waitFor();
    api.forgetSessions();
    proxy.down = false;
    proxy.bytesPerSecond = Infinity;
    await finished(customer);
    await customer.done();
});

for (const [how, again] of [
    ["loaded again", async (customer) => customer.page.reload()],
    [
        "closed and opened from the mail",
        async (customer) => {
            const { context, page } = customer;
            customer.page = await context.newPage();
            await page.close();
            await customer.page.goto(link);
            await customer.page.locator("#open").click();
        }
    ]
]) {
    test(`a page that was ${how} asks for the file once more and continues`, async () => {
        const customer = await atTheFileButton();
        proxy.bytesPerSecond = 6 * MB;
        await customer.choose(aFile("big.zip", 24 * MB));
        await customer
            .row("big.zip")
            .getByText(/[3-9]\d%/)
            .waitFor();
        await again(customer);
        const { page } = customer;
        await page.locator("h1:visible", { hasText: "Please choose these files again" }).waitFor();
        await page.getByText("what was sent is kept").waitFor();
        await page
            .locator(".file", { hasText: "big.zip" })
            .getByText(/sent. Choose this file again/)
            .waitFor();
        proxy.bytesPerSecond = Infinity;
        await page.locator("#again").setInputFiles(aFile("big.zip", 24 * MB));
        await page.locator("h1:visible", { hasText: "Everything has arrived" }).waitFor({ timeout: 15000 });
        await page.locator("#finish").click();
        await page.locator("h1:visible", { hasText: "Thank you" }).waitFor();
        assert.equal(api.request.receipt.files.length, 1);
        assert.equal(api.tus.requests.filter(({ method }) => method === "POST").length, 1);
        await customer.done();
    });
}

test("another device continues what this one began", async () => {
    const phone = await atTheFileButton(PHONE);
    proxy.bytesPerSecond = 6 * MB;
    await phone.choose(aFile("big.zip", 24 * MB));
    await phone
        .row("big.zip")
        .getByText(/[3-9]\d%/)
        .waitFor();
    await phone.done();
    proxy.bytesPerSecond = Infinity;
    const desktop = await openPage(browser, link, DESKTOP);
    await desktop.open();
    await desktop.until("Please choose these files again");
    await desktop.add(aFile("big.zip", 24 * MB));
    await finished(desktop);
    assert.equal(api.request.receipt.files.length, 1);
    await desktop.done();
});

test("pause, continue, and cancel after a question", async () => {
    const customer = await atTheFileButton();
    proxy.bytesPerSecond = 3 * MB;
    await customer.choose(aFile("keep.zip", 8 * MB), aFile("drop.zip", 30 * MB));
    await customer.row("keep.zip").getByText("%").waitFor();
    await customer.page.getByRole("button", { name: "Pause keep.zip" }).click();
    await customer.row("keep.zip").getByText("Paused at").waitFor();
    await customer
        .row("drop.zip")
        .getByText(/[1-9]%/)
        .waitFor();
    await customer.page.getByRole("button", { name: "Cancel drop.zip" }).click();
    await customer.row("drop.zip").getByText("Stop and remove this file?").waitFor();
    await customer.page.getByRole("button", { name: "No, keep drop.zip" }).click();
    await customer.page.getByRole("button", { name: "Cancel drop.zip" }).click();
    await customer.page.getByRole("button", { name: "Yes, remove drop.zip" }).click();
    await customer.row("drop.zip").waitFor({ state: "detached" });
    proxy.bytesPerSecond = Infinity;
    await customer.page.getByRole("button", { name: "Continue keep.zip" }).click();
    await finished(customer);
    assert.deepEqual(
        api.request.receipt.files.map(({ file_name }) => file_name),
        ["keep.zip"]
    );
    await customer.done();
});

test("finished is not possible while a file is incomplete, and says why", async () => {
    const customer = await atTheFileButton();
    proxy.bytesPerSecond = 2 * MB;
    await customer.choose(aFile("big.zip", 5 * MB));
    await customer.row("big.zip").getByText("%").waitFor();
    await customer.page.locator("#finish").click();
    await customer.page.getByText("Not yet: some files are incomplete.").waitFor();
    proxy.bytesPerSecond = Infinity;
    await finished(customer);
    await customer.done();
});

test("the same file twice is sent once; another of the same name is sent too", async () => {
    const customer = await atTheFileButton();
    await customer.choose(aFile("a.txt", 1000));
    await customer.until("Everything has arrived");
    await customer.add(aFile("a.txt", 1001));
    await customer.page.waitForFunction(() => document.querySelectorAll("#list .file").length === 2);
    await finished(customer);
    assert.equal(api.request.receipt.files.length, 2);
    await customer.done();
});

test("many small files of a folder arrive, clutter stays", async () => {
    const customer = await atTheFileButton(DESKTOP);
    const drop = await customer.page.evaluateHandle(() => {
        const transfer = new DataTransfer();
        for (let i = 0; i < 12; i += 1) transfer.items.add(new File([`line ${i}`], `log-${i}.txt`));
        transfer.items.add(new File(["x"], ".DS_Store"));
        return transfer;
    });
    for (const type of ["dragenter", "dragover", "drop"])
        await customer.page.locator(".drop").dispatchEvent(type, { dataTransfer: drop });
    await finished(customer);
    assert.equal(api.request.receipt.files.length, 12);
    await customer.done();
});

test("what the request does not accept is said before it is sent", async () => {
    api.request.limits = { max_file_bytes: 1_000_000, accepted_extensions: ["zip", ".txt"], max_files: 2 };
    const customer = await atTheFileButton();
    await customer.page.getByText("Up to 1 MB per file. Accepted: zip, .txt. At most 2 files.").waitFor();
    await customer.choose(
        aFile("huge.zip", 1_000_001),
        aFile("run.exe", 10),
        aFile("a.txt", 10),
        aFile("b.ZIP", 10),
        aFile("c.txt", 10)
    );
    await customer.row("huge.zip").getByText("larger than 1 MB").waitFor();
    await customer.row("run.exe").getByText("this kind of file is not accepted").waitFor();
    await customer.row("c.txt").getByText("too many files").waitFor();
    await finished(customer);
    assert.equal(api.request.receipt.files.length, 2);
    await customer.done();
});

test("a refusal of the server is told in plain words", async () => {
    const customer = await atTheFileButton();
    api.tus.refuseNext.push({ method: "POST", status: 415, problem: { code: "type_not_accepted" } });
    await customer.choose(aFile("a.exe", 1000));
    await customer.row("a.exe").getByText("this kind of file is not accepted").waitFor();
    await customer.page.getByRole("button", { name: "Remove a.exe" }).click();
    await customer.row("a.exe").waitFor({ state: "detached" });
    await customer.done();
});

test("a link that is closed in the middle ends the page in plain words", async () => {
    const customer = await atTheFileButton();
    proxy.bytesPerSecond = 2 * MB;
    await customer.choose(aFile("big.zip", 20 * MB));
    await customer.row("big.zip").getByText("%").waitFor();
    api.request.state = "revoked";
    proxy.bytesPerSecond = Infinity;
    await customer.until("This request is closed");
    await customer.done();
});

test("leaving while a file is under way is asked about, and the screen stays awake", async () => {
    const customer = await openPage(browser, link);
    await customer.page.evaluate(() => {
        globalThis.wakeLocks = [];
        navigator.wakeLock.request = async (type) => {
            globalThis.wakeLocks.push(type);
            return { addEventListener() {}, release: () => globalThis.wakeLocks.push("released") };
        };
    });
    await customer.open();
    await customer.until("asks you");
    await customer.proceed();
    proxy.bytesPerSecond = 3 * MB;
    await customer.choose(aFile("big.zip", 4 * MB));
    await customer.row("big.zip").getByText("%").waitFor();
    const isAsked = () =>
        customer.page.evaluate(() => !window.dispatchEvent(new Event("beforeunload", { cancelable: true })));
    assert.equal(await isAsked(), true);
    proxy.bytesPerSecond = Infinity;
    await customer.until("Everything has arrived");
    assert.equal(await isAsked(), false);
    await customer.row("big.zip").getByText("Arrived safely").waitFor();
    await customer.page.waitForFunction(() => globalThis.wakeLocks.at(-1) === "released");
    await customer.done();
});
