import { createElement } from "@lwc/engine-dom";
import LightningConfirm from "lightning/confirm";
import FileRequestRow from "c/fileRequestRow";
import { createLink, resendFileRequest, revokeFileRequest } from "c/connectorClient";

jest.mock("c/connectorClient");
jest.mock("lightning/confirm", () => ({ __esModule: true, default: { open: jest.fn() } }));
jest.mock("@salesforce/customPermission/Casegate_Request_Files", () => ({ __esModule: true, default: true }), {
    virtual: true
});
jest.mock("@salesforce/customPermission/Casegate_Revoke_Requests", () => ({ __esModule: true, default: true }), {
    virtual: true
});

const CASE_ID = "500000000000001AAA";

function anUpload(changes) {
    return {
        id: "u1",
        file_name: "dump.zip",
        size_bytes: 3_000_000_000,
        offset_bytes: 1_290_000_000,
        percent: 43,
        state: "receiving",
        ...changes
    };
}

function aRequest(changes) {
    return {
        id: "r1",
        progress: "sent",
        state: "open",
        recipient_name: "Carla Kunde",
        recipient_email: "carla@example.test",
        needed: "Server log of Monday",
        due_on: "2026-11-24",
        expires_at: "2026-12-05T10:00:00.000Z",
        closed_at: null,
        mail: "sent",
        uploads: [],
        files_received: 0,
        ...changes
    };
}

function mount(request) {
    const element = createElement("c-file-request-row", { is: FileRequestRow });
    Object.assign(element, { caseId: CASE_ID, request });
    document.body.appendChild(element);
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const badge = (element) => find(element, "lightning-badge");
const settled = () => new Promise((resolve) => setTimeout(resolve));
const label = (name) => `c.Casegate_FileRequestRow_${name}`;

describe("c-file-request-row", () => {
    let clipboard;
    beforeEach(() => {
        clipboard = { writeText: jest.fn().mockResolvedValue() };
        Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
    });

    it("says whom, what and until when", async () => {
        const element = mount(aRequest());

        expect(element.shadowRoot.textContent).toContain("Carla Kunde");
        expect(element.shadowRoot.textContent).toContain("carla@example.test");
        expect(find(element, ".needed").textContent).toBe("Server log of Monday");
        expect(find(element, ".due lightning-formatted-date-time").timeZone).toBe("UTC");
        expect(find(element, ".works-until lightning-formatted-date-time").value).toBe("2026-12-05T10:00:00.000Z");
        expect(find(element, ".closed-on")).toBeNull();
        await expect(element).toBeAccessible();
    });

    it("does without name, need and due date", async () => {
        const element = mount(aRequest({ recipient_name: "", needed: "", due_on: null, uploads: undefined }));

        expect(find(element, ".who").textContent).toBe("carla@example.test");
        expect(find(element, ".needed")).toBeNull();
        expect(find(element, ".due")).toBeNull();
        await expect(element).toBeAccessible();
    });

    it.each([
        ["sending", "Sending"],
        ["sent", "Sent"],
        ["undelivered", "Undelivered"],
        ["uncertain", "Uncertain"],
        ["opened", "Opened"],
        ["uploading", "Uploading"],
        ["fulfilled", "Fulfilled"],
        ["revoked", "Revoked"],
        ["expired", "Expired"],
        ["suspended", "Suspended"]
    ])("names the progress %s", async (progress, meaning) => {
        const element = mount(aRequest({ progress }));

        expect(badge(element).label).toBe(label(meaning));
        await expect(element).toBeAccessible();
    });

    it("shows a progress it does not know under its own name", () => {
        expect(badge(mount(aRequest({ progress: "on_the_moon" }))).label).toBe("on_the_moon");
    });

    it("shows how far each upload is, in text and as a bar", async () => {
        const element = mount(
            aRequest({
                progress: "uploading",
                uploads: [
                    anUpload(),
                    anUpload({ id: "u2", offset_bytes: 3_000_000_000, state: "frozen" }),
                    anUpload({ id: "u3", state: "sealed" }),
                    anUpload({ id: "u4", size_bytes: 0, offset_bytes: 0 })
                ]
            })
        );

        const bars = [...element.shadowRoot.querySelectorAll("lightning-progress-bar")];
        expect(bars.map((bar) => bar.value)).toEqual([43, 100, 100]);
        expect(bars[0].ariaLabel).toBe(label("UploadProgress"));
        const texts = [...element.shadowRoot.querySelectorAll(".percent")].map((span) => span.textContent);
        expect(texts).toEqual(["43%", label("Checking"), "100%"]);
        expect(badge(element).label).toBe(label("UploadingPercent"));
    });

    it.each([
        [1, "FilesReceivedOne"],
        [2, "FilesReceived"]
    ])("counts %i received files", (count, meaning) => {
        expect(find(mount(aRequest({ files_received: count })), ".received").textContent).toBe(label(meaning));
    });

    it("offers nothing for a closed request", async () => {
        const element = mount(
            aRequest({ progress: "revoked", state: "revoked", closed_at: "2026-11-21T10:00:00.000Z" })
        );

        expect(find(element, ".copy")).toBeNull();
        expect(find(element, ".revoke")).toBeNull();
        expect(find(element, ".works-until")).toBeNull();
        expect(find(element, ".closed-on lightning-formatted-date-time").value).toBe("2026-11-21T10:00:00.000Z");
        await expect(element).toBeAccessible();
    });

    it("copies a new link", async () => {
        createLink.mockResolvedValue({ url: "https://casegate.example.com/r/r1#s" });
        const element = mount(aRequest());

        find(element, ".copy").click();
        await settled();

        expect(createLink).toHaveBeenCalledWith(CASE_ID, "r1");
        expect(clipboard.writeText).toHaveBeenCalledWith("https://casegate.example.com/r/r1#s");
        expect(find(element, "[role=status]").textContent).toBe(label("Copied"));
        expect(find(element, ".link")).toBeNull();
        await expect(element).toBeAccessible();
    });

    it("shows the link when the browser refuses to copy it", async () => {
        createLink.mockResolvedValue({ url: "https://casegate.example.com/r/r1#s" });
        clipboard.writeText.mockRejectedValue(new DOMException("", "NotAllowedError"));
        const element = mount(aRequest());

        find(element, ".copy").click();
        await settled();

        const link = find(element, ".link");
        expect(link.value).toBe("https://casegate.example.com/r/r1#s");
        link.select = jest.fn();
        link.dispatchEvent(new CustomEvent("focus"));
        expect(link.select).toHaveBeenCalled();
        await expect(element).toBeAccessible();
    });

    it("sends the mail again and passes on the new view", async () => {
        const renewed = aRequest({ progress: "sending" });
        resendFileRequest.mockResolvedValue(renewed);
        const element = mount(aRequest());
        const changed = jest.fn();
        element.addEventListener("changed", changed);

        find(element, ".resend").click();
        await settled();

        expect(resendFileRequest).toHaveBeenCalledWith(CASE_ID, "r1");
        expect(changed.mock.calls[0][0].detail.request).toEqual(renewed);
        expect(find(element, "[role=status]").textContent).toBe(label("Resent"));
    });

    it("revokes after a question", async () => {
        const revoked = aRequest({ progress: "revoked", state: "revoked" });
        LightningConfirm.open.mockResolvedValue(true);
        revokeFileRequest.mockResolvedValue(revoked);
        const element = mount(aRequest());
        const changed = jest.fn();
        element.addEventListener("changed", changed);

        find(element, ".revoke").click();
        await settled();

        expect(LightningConfirm.open.mock.calls[0][0].theme).toBe("warning");
        expect(revokeFileRequest).toHaveBeenCalledWith(CASE_ID, "r1");
        expect(changed.mock.calls[0][0].detail.request).toEqual(revoked);
    });

    it("revokes nothing when the answer is no", async () => {
        LightningConfirm.open.mockResolvedValue(false);
        const element = mount(aRequest());

        find(element, ".revoke").click();
        await settled();

        expect(revokeFileRequest).not.toHaveBeenCalled();
    });

    it("does one thing at a time and says so", async () => {
        createLink.mockReturnValue(new Promise(() => {}));
        const element = mount(aRequest());

        find(element, ".copy").click();
        find(element, ".resend").click();
        await settled();

        expect(resendFileRequest).not.toHaveBeenCalled();
        expect(find(element, ".copy").disabled).toBe(true);
        expect(find(element, "[role=status]").textContent).toBe(label("Working"));
        await expect(element).toBeAccessible();
    });

    it("says why something failed, and forgets it at the next try", async () => {
        resendFileRequest.mockRejectedValueOnce({ code: "link_closed" }).mockResolvedValueOnce(aRequest());
        const element = mount(aRequest());

        find(element, ".resend").click();
        await settled();
        expect(find(element, "c-error-panel").problem).toEqual({ code: "link_closed" });
        await expect(element).toBeAccessible();

        find(element, ".resend").click();
        await settled();
        expect(find(element, "c-error-panel").problem).toBeUndefined();
    });
});
