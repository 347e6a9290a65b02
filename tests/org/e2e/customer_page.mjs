/** What a customer does on the upload page, in their words. */
const PATIENCE = { timeout: 60_000 };

export function customerPage(page) {
    const screen = (name) => page.locator(`[data-screen~="${name}"]`);
    return {
        page,
        at: (name) => screen(name).waitFor(PATIENCE),
        async openLink(link) {
            await page.goto(link);
            await page.locator("h1:visible").waitFor(PATIENCE);
        },
        async openRequest() {
            await page.locator("#open").click();
            await screen("start").waitFor({ state: "hidden", ...PATIENCE });
            await screen("opening").waitFor({ state: "hidden", ...PATIENCE });
        },
        speak: (language) => page.locator("#language").selectOption(language),
        async proceed() {
            const tick = page.locator("#agree");
            if (await tick.isVisible()) await tick.check();
            await page.locator("#continue").click();
        },
        choose: (paths) => page.locator("#files").setInputFiles(paths),
        add: (paths) => page.locator("#more").setInputFiles(paths),
        chooseAgain: (paths) => page.locator("#again").setInputFiles(paths),
        file: (name) => page.locator("#list .file", { hasText: name }),
        async sees(name, state) {
            await page.locator(`#list .file[data-state="${state}"]`, { hasText: name }).waitFor(PATIENCE);
        },
        allArrived: () =>
            page.waitForFunction(
                () => {
                    const files = [...document.querySelectorAll("#list .file")];
                    return files.length > 0 && files.every(({ dataset }) => dataset.state === "arrived");
                },
                null,
                PATIENCE
            ),
        async finish() {
            await page.locator("#finish").click();
            await screen("receipt").waitFor(PATIENCE);
        },
        /** Bytes per second that leave the phone; 0 means no limit. */
        async throttle(bytesPerSecond) {
            const session = await page.context().newCDPSession(page);
            await session.send("Network.enable");
            await session.send("Network.emulateNetworkConditions", {
                offline: false,
                latency: 0,
                downloadThroughput: -1,
                uploadThroughput: bytesPerSecond || -1
            });
        }
    };
}
