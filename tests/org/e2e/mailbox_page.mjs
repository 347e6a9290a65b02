/** The customers' mailbox: opens the newest mail that carries a link nobody has used yet, and gives that link. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 500;

export async function openMail(page, mailboxUrl, usedLinks = []) {
    const deadline = Date.now() + PATIENCE_MS;
    const used = usedLinks.map(requestOf);
    while (Date.now() < deadline) {
        await page.goto(mailboxUrl);
        await page.waitForTimeout(LOOK_AGAIN_MS);
        const count = await page.locator("#mails a").count();
        for (let newest = 0; newest < count; newest += 1) {
            const mail = page.locator("#mails a").nth(newest);
            const number = (await mail.getAttribute("href")).slice(1);
            await mail.click();
            const link = await linkIn(page, number);
            if (link && !used.includes(requestOf(link))) return link;
            await page.locator("#back").click();
        }
    }
    throw new Error("no mail with a new link came into the mailbox");
}

/** The mail is shown in a frame of its own; what is behind the # is the link's secret. */
async function linkIn(page, number) {
    await page.waitForFunction((wanted) => {
        const { contentDocument } = document.getElementById("body");
        return contentDocument.readyState === "complete" && contentDocument.URL.endsWith(`/mails/${wanted}`);
    }, number);
    const links = await page
        .frameLocator("#body")
        .locator('a[href*="/r/"]')
        .evaluateAll((found) => found.map(({ href }) => href));
    return links.find((href) => /\/r\/[0-9a-z]{26}#./.test(href)) ?? null;
}

function requestOf(link) {
    return /\/r\/([0-9a-z]+)/.exec(link)[1];
}
