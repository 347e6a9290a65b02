/** What an agent does on the Case page, in their words. */
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createHash } from "node:crypto";

const PATIENCE = { timeout: 60_000 };

export function agentPage(page, caseUrl) {
    const panel = page.locator("c-file-request-panel");
    const requestButton = panel.locator("lightning-button.request button");
    const dialog = page.getByRole("dialog");
    return {
        page,
        panel,
        dialog,
        async open() {
            await page.goto(caseUrl);
            await requestButton.waitFor(PATIENCE);
        },
        loading: () => panel.locator(".loading").waitFor(PATIENCE),
        empty: () => panel.locator(".empty").first().waitFor(PATIENCE),
        failed: () => panel.locator("c-error-panel [role=alert]").first().waitFor(PATIENCE),
        async openDialog() {
            await requestButton.click();
            await dialog.locator("lightning-input").first().waitFor(PATIENCE);
        },
        async fill(fields) {
            for (const [name, value] of Object.entries(fields)) {
                const control = dialog.locator(`[data-member="${name}"]`);
                if (name === "language") {
                    await control.getByRole("combobox").click();
                    await control.locator(`lightning-base-combobox-item[data-value="${value}"]`).click();
                } else {
                    await control.locator("input, textarea").first().fill(value);
                    await control.locator("input, textarea").first().blur();
                }
            }
        },
        async send() {
            await dialog.locator("lightning-button.send button").click();
            await dialog.waitFor({ state: "detached", ...PATIENCE });
            await page.locator(".slds-notify_toast.slds-theme_success").first().waitFor(PATIENCE);
        },
        request: (needed) => panel.locator("c-file-request-row", { hasText: needed }),
        async sees(needed, state) {
            await panel
                .locator("c-file-request-row", { hasText: needed })
                .locator("lightning-badge", { hasText: state })
                .waitFor(PATIENCE);
        },
        file: (name) => panel.locator("c-secure-file-row", { hasText: name }),
        /** Resolves to the SHA-256 of what the browser wrote to disk. */
        async download(name) {
            const row = panel.locator("c-secure-file-row", { hasText: name });
            await row.waitFor(PATIENCE);
            const [download] = await Promise.all([
                page.waitForEvent("download", PATIENCE),
                row.locator("lightning-button.open button").click()
            ]);
            assert.equal(await download.failure(), null);
            const hash = createHash("sha256");
            for await (const bytes of createReadStream(await download.path())) hash.update(bytes);
            return { sha256: hash.digest("hex"), suggestedName: download.suggestedFilename() };
        },
        async revoke(needed) {
            await panel
                .locator("c-file-request-row", { hasText: needed })
                .locator("lightning-button.revoke button")
                .click();
            const confirm = page.locator("section[role=alertdialog]");
            await confirm.getByRole("button").last().click();
            await confirm.waitFor({ state: "detached", ...PATIENCE });
        }
    };
}
