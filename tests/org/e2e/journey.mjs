/**
 * The whole main job in two browsers: from the agent's click on the Case page to the agent's download of the customer's file.
 *
 *     node e2e/journey.mjs --urls '{"case_url":…,"mailbox_url":…,"admin_url":…,"connector_url":…}' [--shots FOLDER]
 *
 * The addresses may also stand in the environment variable CASEGATE_URLS. Fails on a grave accessibility finding, a
 * console error, a page error or a policy violation on any page, and unless the agent's file is byte-identical.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { agentPage } from "./agent_page.mjs";
import { customerPage } from "./customer_page.mjs";
import { openMail } from "./mailbox_page.mjs";
import { openStage } from "./stage.mjs";

const { values } = parseArgs({ options: { urls: { type: "string" }, shots: { type: "string" } } });
const urls = JSON.parse(values.urls ?? process.env.CASEGATE_URLS ?? "null");
if (!urls) throw new Error("give the addresses with --urls or CASEGATE_URLS");

const MIB = 1024 * 1024;
const NEEDED = "Core dump of the gateway and a photo of the display";
const NEEDED_DE = "Protokolle des Scanners an Tor 7";
const folder = mkdtempSync(join(tmpdir(), "journey-"));
const dump = aFile("core-gateway-2026-11-21.zst", 48 * MIB);
const photo = aFile("Anzeige – Störung № 7 (äöü).jpg", 700_000);

const stage = await openStage({ shots: values.shots });
try {
    await journey();
    stage.assertNoSurprises();
    stage.say("the agent's files are byte-identical; no page complained");
} catch (problem) {
    stage.say(`failed: ${problem.stack}`);
    process.exitCode = 1;
} finally {
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
}

async function journey() {
    const agent = agentPage(await stage.agent(), urls.case_url);
    await panelStates(agent);
    const link = await askForFiles(agent);
    await customerSends(link, agent);
    await agentOpens(agent);
    await closedLink(agent, link);
    await brokenPanel();
}

async function panelStates(agent) {
    const minting = "**/org/apex/FileRequestController/mintToken";
    let letGo;
    const held = new Promise((resolve) => {
        letGo = resolve;
    });
    await agent.page.route(minting, async (route) => {
        await held;
        await route.continue();
    });
    await agent.open();
    await agent.loading();
    await stage.picture(agent.page, "panel-loading", { fullPage: false });
    letGo();
    await agent.empty();
    await agent.page.unroute(minting);
    await stage.assertAccessible(agent.page, "Case page, empty");
    await stage.picture(agent.page, "panel-empty", { fullPage: false });
    stage.say("the agent sees the Case and an empty panel");
}

async function askForFiles(agent) {
    await agent.openDialog();
    await stage.assertAccessible(agent.page, "dialog", { within: "lightning-overlay-container" });
    await agent.fill({
        needed: NEEDED,
        due_on: inTwoWeeks(),
        message: "Thank you for your patience.\nWith the dump we can see which job starves the watchdog.",
        language: "en"
    });
    await stage.picture(agent.page, "modal", { fullPage: false });
    await agent.send();
    await agent.request(NEEDED).waitFor();
    stage.say("the agent asked for files");
    const mailbox = await stage.customer();
    const link = await openMail(mailbox, urls.mailbox_url);
    await stage.assertAccessible(mailbox, "mailbox", { frames: false });
    await stage.picture(mailbox, "mail", { fullPage: false });
    await mailbox.context().close();
    stage.say("the customer got the mail");
    return link;
}

async function customerSends(link, agent) {
    const customer = customerPage(await stage.customer());
    const screen = async (name, state) => {
        await customer.at(state);
        await stage.assertAccessible(customer.page, name);
        await stage.picture(customer.page, name);
    };
    await customer.openLink(link);
    await screen("upload-start-en", "start");
    await customer.openRequest();
    await screen("upload-welcome-en", "welcome");
    await customer.speak("de");
    await screen("upload-welcome-de", "welcome");
    await customer.speak("en");
    await customer.proceed();
    await screen("upload-choosing-en", "choosing");
    await customer.speak("de");
    await screen("upload-choosing-de", "choosing");
    await customer.speak("en");

    await customer.throttle(MIB);
    await customer.choose([dump.path, photo.path]);
    await customer.sees(dump.name, "sending");
    await agent.sees(NEEDED, /[2-9]\d\s?%/);
    stage.say("the agent watches the upload");
    await stage.picture(agent.page, "panel-data", { fullPage: false });
    await stage.assertAccessible(agent.page, "Case page, uploading");
    await screen("upload-sending-en", "sending");
    await customer.speak("de");
    await screen("upload-sending-de", "sending");
    await customer.speak("en");

    await stage.provoke(/net::ERR_(INTERNET|NETWORK|CONNECTION|SOCKET)_/, async () => {
        await customer.page.context().setOffline(true);
        await customer.sees(dump.name, "offline");
        await screen("upload-offline-en", "sending");
        await customer.speak("de");
        await screen("upload-offline-de", "sending");
        await customer.speak("en");
        await customer.page.context().setOffline(false);
        await customer.sees(dump.name, "sending");
    });
    stage.say("the network went and came back");

    await customer.page.reload();
    await customer.sees(dump.name, "missing");
    await screen("upload-choose-again-en", "sending");
    await customer.throttle(0);
    await customer.chooseAgain([dump.path]);
    await customer.allArrived();
    await screen("upload-arrived-en", "sending");
    await customer.finish();
    await screen("upload-receipt-en", "receipt");
    const receipt = await customer.page.locator('[data-screen~="receipt"]').innerText();
    for (const { name, sha256 } of [dump, photo]) {
        assert.ok(receipt.includes(sha256), `the receipt proves ${name}`);
    }
    await customer.speak("de");
    await screen("upload-receipt-de", "receipt");
    await customer.page.context().close();
    stage.say("the customer has the receipt");
}

async function agentOpens(agent) {
    for (const sent of [dump, photo]) {
        const got = await agent.download(sent.name);
        assert.equal(got.sha256, sent.sha256, `${sent.name} is byte-identical`);
        assert.equal(got.suggestedName, sent.name);
    }
    await agent.request(NEEDED).waitFor({ state: "detached" }); // complete, so no longer among the open ones
    await stage.assertAccessible(agent.page, "Case page, files");
    await stage.picture(agent.page, "panel-files", { fullPage: false });
    stage.say("the agent opened both files");
}

async function closedLink(agent, firstLink) {
    await agent.openDialog();
    await agent.fill({ needed: NEEDED_DE, language: "de" });
    await agent.send();
    await agent.request(NEEDED_DE).waitFor();
    const mailbox = await stage.customer();
    const link = await openMail(mailbox, urls.mailbox_url, [firstLink]);
    await stage.picture(mailbox, "mail-de", { fullPage: false });
    // The button that was pressed is gone with its request: the confirmation has nowhere to return the focus to.
    await stage.provoke(/Nothing to return focus to/, () => agent.revoke(NEEDED_DE));
    const customer = customerPage(await stage.customer());
    await customer.openLink(link);
    await stage.provoke(/status of 410/, async () => {
        await customer.openRequest();
        await customer.at("closed");
    });
    await stage.assertAccessible(customer.page, "closed link");
    await stage.picture(customer.page, "upload-closed-en");
    await customer.speak("de");
    await stage.picture(customer.page, "upload-closed-de");
    await customer.openLink(`${urls.connector_url}/r/00000000000000000000000000#nothing`);
    await stage.provoke(/status of 404/, async () => {
        await customer.openRequest();
        await customer.at("wrong_link");
    });
    await stage.picture(customer.page, "upload-wrong-link-de");
    stage.say("a revoked link and a wrong link are told in plain words");
}

/** The connector does not answer: the panel says so and stays usable. */
async function brokenPanel() {
    const agent = agentPage(await stage.agent(), urls.case_url);
    await agent.page.route(`${urls.connector_url}/**`, (route) => route.abort("connectionrefused"));
    await stage.provoke(/ERR_CONNECTION_REFUSED/, async () => {
        await agent.open();
        await agent.failed();
        await stage.assertAccessible(agent.page, "Case page, error");
        await stage.picture(agent.page, "panel-error", { fullPage: false });
        await agent.page.context().close();
    });
    stage.say("without the connector the panel says so");
}

function aFile(name, size) {
    const bytes = randomBytes(size);
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return { name, path, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** As the platform's date field takes it from an agent with an American locale. */
function inTwoWeeks() {
    const day = new Date(Date.now() + 14 * 24 * 60 * 60 * 1000);
    return new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", year: "numeric" }).format(day);
}
