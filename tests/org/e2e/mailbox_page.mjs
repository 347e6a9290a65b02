/** The customer's mailbox: finds the newest mail about something and the link in it. */
const PATIENCE = 60_000;

export async function openMail(page, mailboxUrl, about) {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
        await page.goto(mailboxUrl);
        const mail = page
            .getByRole("link", { name: about })
            .or(page.getByRole("button", { name: about }))
            .first();
        if (await mail.isVisible().catch(() => false)) {
            await mail.click();
            const link = await linkIn(page);
            if (link) return link;
        }
        if (Date.now() > deadline) throw new Error(`no mail about ${about} in the mailbox`);
        await page.waitForTimeout(500);
    }
}

/** The mail is shown in a frame of its own; the link to the upload page carries its secret behind the #. */
async function linkIn(page) {
    await page.waitForTimeout(500);
    for (const frame of page.frames()) {
        const links = await frame.locator('a[href*="/r/"]').evaluateAll((found) => found.map(({ href }) => href));
        const link = links.find((href) => /\/r\/[0-9a-z]{26}#./.test(href));
        if (link) return link;
    }
    return null;
}
