import { createElement } from "@lwc/engine-dom";
import FileRequestPanel from "c/fileRequestPanel";
import RequestFileModal from "c/requestFileModal";
import { listCase, onFileRequestCreated } from "c/connectorClient";

jest.mock("c/connectorClient");
jest.mock("c/requestFileModal", () => ({ __esModule: true, default: { open: jest.fn() } }));
jest.mock("@salesforce/customPermission/Casegate_Request_Files", () => ({ __esModule: true, default: true }), {
    virtual: true
});

const CASE_ID = "500000000000001AAA";

const aFile = (id, changes) => ({
    id,
    file_name: `${id}.log`,
    size_bytes: 1,
    state: "held",
    attached: true,
    ...changes
});
const aRequest = (id, changes) => ({
    id,
    progress: "sent",
    state: "open",
    recipient_name: "Carla Kunde",
    recipient_email: "carla@example.test",
    uploads: [],
    ...changes
});
const anAnswer = (changes) => ({ requests: [], files: [], next_files_cursor: null, busy: false, ...changes });

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const findAll = (element, selector) => [...element.shadowRoot.querySelectorAll(selector)];
const announcement = (element) => find(element, "[aria-live]").textContent;
const pass = (milliseconds) => jest.advanceTimersByTimeAsync(milliseconds);

async function mount() {
    const element = createElement("c-file-request-panel", { is: FileRequestPanel });
    element.recordId = CASE_ID;
    document.body.appendChild(element);
    await pass(0);
    return element;
}

/** axe uses timers of its own. */
function withRealTimers(element) {
    jest.useRealTimers();
    return element;
}

function hide(hidden) {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new CustomEvent("visibilitychange"));
}

describe("c-file-request-panel", () => {
    let created;
    beforeEach(() => {
        jest.useFakeTimers();
        listCase.mockReset().mockResolvedValue(anAnswer());
        onFileRequestCreated.mockReset().mockImplementation((caseId, heard) => {
            created = heard;
            return () => {
                created = undefined;
            };
        });
    });
    afterEach(() => {
        document.body.replaceChildren();
        hide(false);
        jest.useRealTimers();
    });

    it("waits for the first answer", async () => {
        listCase.mockReturnValue(new Promise(() => {}));
        const element = await mount();

        expect(find(element, "lightning-spinner").alternativeText).toBe("c.Casegate_FileRequestPanel_Loading");
        expect(find(element, ".request")).not.toBeNull();
        await expect(withRealTimers(element)).toBeAccessible();
    });

    it("explains itself when there is nothing yet", async () => {
        const element = await mount();

        expect(find(element, ".empty").textContent).toContain("c.Casegate_FileRequestPanel_EmptyText");
        expect(find(element, "c-secure-file-list")).toBeNull();
        await expect(withRealTimers(element)).toBeAccessible();
    });

    it("shows open requests, then files, and closed requests when asked", async () => {
        listCase.mockResolvedValue(
            anAnswer({
                requests: [aRequest("r2"), aRequest("r1", { state: "revoked", progress: "revoked" })],
                files: [aFile("f1")]
            })
        );
        const element = await mount();

        const rows = () => findAll(element, "c-file-request-row").map((row) => row.request.id);
        expect(rows()).toEqual(["r2"]);
        expect(find(element, "c-secure-file-list").files.map((file) => file.id)).toEqual(["f1"]);
        find(element, ".toggle-closed").click();
        await pass(0);
        expect(rows()).toEqual(["r2", "r1"]);
        expect(find(element, ".toggle-closed").label).toBe("c.Casegate_FileRequestPanel_HideClosed");
        await expect(withRealTimers(element)).toBeAccessible();
    });

    it("says why nothing can be shown, and tries again when asked", async () => {
        listCase.mockRejectedValueOnce({ code: "not_found" });
        const element = await mount();

        const panel = find(element, "c-error-panel");
        expect(panel.problem).toEqual({ code: "not_found" });
        panel.dispatchEvent(new CustomEvent("retry"));
        await pass(0);
        expect(find(element, "c-error-panel")).toBeNull();
        expect(find(element, ".empty")).not.toBeNull();
    });

    it("is accessible when nothing can be shown", async () => {
        listCase.mockRejectedValue({ code: "unreachable" });

        await expect(withRealTimers(await mount())).toBeAccessible();
    });

    it("keeps old data and says that it is old", async () => {
        listCase.mockResolvedValueOnce(anAnswer({ files: [aFile("f1")] })).mockRejectedValue({ code: "unreachable" });
        const element = await mount();
        await pass(20_000);

        expect(find(element, "c-connector-status").problem).toEqual({ code: "unreachable" });
        expect(find(element, "c-secure-file-list")).not.toBeNull();
        listCase.mockResolvedValue(anAnswer({ files: [aFile("f1")] }));
        find(element, "c-connector-status").dispatchEvent(new CustomEvent("retry"));
        await pass(0);
        expect(find(element, "c-connector-status").problem).toBeUndefined();
    });

    describe("asks again", () => {
        it("after two seconds while something is under way, else after twenty", async () => {
            listCase.mockResolvedValueOnce(anAnswer({ busy: true }));
            await mount();
            await pass(1_999);
            expect(listCase).toHaveBeenCalledTimes(1);
            await pass(1);
            expect(listCase).toHaveBeenCalledTimes(2);
            await pass(19_999);
            expect(listCase).toHaveBeenCalledTimes(2);
            await pass(1);
            expect(listCase).toHaveBeenCalledTimes(3);
        });

        it("never while hidden, at once when seen again", async () => {
            await mount();
            hide(true);
            await pass(600_000);
            expect(listCase).toHaveBeenCalledTimes(1);
            hide(false);
            await pass(0);
            expect(listCase).toHaveBeenCalledTimes(2);
        });

        it("never after it was taken off the page", async () => {
            const element = await mount();
            element.remove();
            await pass(600_000);
            hide(false);
            await pass(0);

            expect(listCase).toHaveBeenCalledTimes(1);
            expect(created).toBeUndefined();
        });

        it("later and later while nobody answers, and not before it may", async () => {
            listCase.mockRejectedValueOnce({ code: "unreachable" });
            listCase.mockRejectedValueOnce({ code: "unreachable" });
            listCase.mockRejectedValueOnce({ code: "slow_down", retryAfterMs: 90_000 });
            await mount();
            await pass(4_000);
            expect(listCase).toHaveBeenCalledTimes(2);
            await pass(7_999);
            expect(listCase).toHaveBeenCalledTimes(2);
            await pass(1);
            expect(listCase).toHaveBeenCalledTimes(3);
            await pass(89_999);
            expect(listCase).toHaveBeenCalledTimes(3);
            await pass(1);
            expect(listCase).toHaveBeenCalledTimes(4);
        });
    });

    it("drops what it knew when the page shows another Case", async () => {
        let answerLate;
        listCase.mockResolvedValueOnce(anAnswer({ files: [aFile("f1")] })).mockReturnValueOnce(
            new Promise((resolve) => {
                answerLate = resolve;
            })
        );
        const element = await mount();
        await pass(20_000);
        listCase.mockReturnValue(new Promise(() => {}));

        element.recordId = "500000000000002AAA";
        answerLate(anAnswer({ files: [aFile("f1"), aFile("f0")] }));
        await pass(0);

        expect(element.recordId).toBe("500000000000002AAA");
        expect(listCase).toHaveBeenLastCalledWith("500000000000002AAA", expect.anything());
        expect(find(element, "c-secure-file-list")).toBeNull();
        expect(find(element, "lightning-spinner")).not.toBeNull();
    });

    it("ignores a late failure of another Case", async () => {
        let failLate;
        listCase.mockReturnValueOnce(
            new Promise((_, reject) => {
                failLate = reject;
            })
        );
        const element = await mount();

        element.recordId = "500000000000002AAA";
        failLate({ code: "not_found" });
        await pass(0);

        expect(find(element, "c-error-panel")).toBeNull();
    });

    describe("says aloud", () => {
        async function after(before, now) {
            listCase.mockResolvedValueOnce(anAnswer({ busy: true, ...before })).mockResolvedValue(anAnswer(now));
            const element = await mount();
            expect(announcement(element)).toBe("");
            await pass(2_000);
            return announcement(element);
        }

        it.each([
            ["sent", "SaysSent"],
            ["undelivered", "SaysUndelivered"],
            ["opened", "SaysOpened"],
            ["uploading", "SaysUploading"],
            ["fulfilled", "SaysFulfilled"]
        ])("that a request became %s", async (progress, meaning) => {
            const before = { requests: [aRequest("r1", { progress: "sending" })] };
            const now = { requests: [aRequest("r1", { progress })] };

            expect(await after(before, now)).toBe(`c.Casegate_FileRequestPanel_${meaning}`);
        });

        it("that a file arrived", async () => {
            const said = await after({ files: [aFile("f1")] }, { files: [aFile("f2"), aFile("f1")] });

            expect(said).toBe("c.Casegate_FileRequestPanel_SaysArrived");
        });

        it("that several files arrived, once", async () => {
            const said = await after({}, { files: [aFile("f3"), aFile("f2")] });

            expect(said).toBe("c.Casegate_FileRequestPanel_SaysArrivedMany");
        });

        it("nothing about percentages, revocations and unnamed recipients' silence", async () => {
            const before = {
                requests: [aRequest("r1", { progress: "uploading" }), aRequest("r2", { recipient_name: "" })]
            };
            const now = {
                requests: [
                    aRequest("r1", { progress: "uploading", uploads: [{ id: "u1", state: "receiving" }] }),
                    aRequest("r2", { recipient_name: "", progress: "revoked", state: "revoked" })
                ]
            };

            expect(await after(before, now)).toBe("");
        });
    });

    describe("a new request", () => {
        it("is made in the dialog and confirmed", async () => {
            RequestFileModal.open.mockResolvedValue(aRequest("r1"));
            const element = await mount();
            const toasted = jest.fn();
            element.addEventListener("lightning__showtoast", toasted);

            find(element, ".request").click();
            await pass(0);

            expect(RequestFileModal.open.mock.calls[0][0].caseId).toBe(CASE_ID);
            expect(toasted.mock.calls[0][0].detail.title).toBe("c.Casegate_FileRequestPanel_RequestedTitle");
        });

        it("may be cancelled", async () => {
            RequestFileModal.open.mockResolvedValue(undefined);
            const element = await mount();
            const toasted = jest.fn();
            element.addEventListener("lightning__showtoast", toasted);

            find(element, ".request").click();
            await pass(0);

            expect(toasted).not.toHaveBeenCalled();
        });

        it("is shown at once, whoever on this page made it", async () => {
            const element = await mount();
            listCase.mockReturnValue(new Promise(() => {}));

            created(aRequest("r1"));
            await pass(0);

            expect(find(element, "c-file-request-row").request.id).toBe("r1");
            expect(listCase).toHaveBeenCalledTimes(2);
        });

        it("waits for the first answer when there is none yet", async () => {
            listCase.mockReturnValue(new Promise(() => {}));
            const element = await mount();

            created(aRequest("r1"));
            await pass(0);

            expect(find(element, "c-file-request-row")).toBeNull();
        });
    });

    it("shows a changed request at once", async () => {
        listCase.mockResolvedValueOnce(anAnswer({ requests: [aRequest("r1"), aRequest("r2")] }));
        const element = await mount();
        listCase.mockReturnValue(new Promise(() => {}));

        find(element, "c-file-request-row").dispatchEvent(
            new CustomEvent("changed", { detail: { request: aRequest("r1", { state: "revoked" }) } })
        );
        await pass(0);

        expect(findAll(element, "c-file-request-row").map((row) => row.request.id)).toEqual(["r2"]);
        expect(element.shadowRoot.activeElement).toBe(find(element, ".toggle-closed"));
    });

    describe("older files", () => {
        const ids = (element) => find(element, "c-secure-file-list").files.map((file) => file.id);
        const more = async (element) => {
            find(element, "c-secure-file-list").dispatchEvent(new CustomEvent("more"));
            await pass(0);
        };

        it("are added below and stay when newer ones arrive", async () => {
            listCase
                .mockResolvedValueOnce(anAnswer({ files: [aFile("f4"), aFile("f3")], next_files_cursor: "c1" }))
                .mockResolvedValueOnce(anAnswer({ files: [aFile("f2"), aFile("f1")] }))
                .mockResolvedValueOnce(anAnswer({ files: [aFile("f5"), aFile("f4")], next_files_cursor: "c2" }));
            const element = await mount();
            expect(find(element, "c-secure-file-list").hasMore).toBe(true);

            await more(element);
            expect(listCase).toHaveBeenLastCalledWith(CASE_ID, { filesAfter: "c1" });
            expect(ids(element)).toEqual(["f4", "f3", "f2", "f1"]);
            expect(find(element, "c-secure-file-list").hasMore).toBe(false);

            await pass(20_000);
            expect(ids(element)).toEqual(["f5", "f4", "f3", "f2", "f1"]);
        });

        it("may fail without harm", async () => {
            listCase
                .mockResolvedValueOnce(anAnswer({ files: [aFile("f1")], next_files_cursor: "c1" }))
                .mockRejectedValueOnce({ code: "internal" });
            const element = await mount();

            await more(element);

            expect(find(element, "c-secure-file-list").problem).toEqual({ code: "internal" });
            expect(ids(element)).toEqual(["f1"]);
        });
    });
});
