import { createElement } from "@lwc/engine-dom";
import SecureFileRow from "c/secureFileRow";
import { createTicket } from "c/connectorClient";

jest.mock("c/connectorClient");
jest.mock("@salesforce/customPermission/Casegate_Open_Files", () => ({ __esModule: true, default: true }), {
    virtual: true
});

const CASE_ID = "500000000000001AAA";

function aFile(changes) {
    return {
        id: "f1",
        request_id: "r1",
        file_name: "server.log",
        size_bytes: 1_500_000,
        content_type: "text/plain",
        sender_name: "Carla Kunde",
        sender_email: "carla@example.test",
        received_at: "2026-11-21T10:00:00.000Z",
        kept_until: "2027-02-19",
        scan: "not_scanned",
        state: "held",
        attached: true,
        ...changes
    };
}

function mount(file) {
    const element = createElement("c-secure-file-row", { is: SecureFileRow });
    Object.assign(element, { caseId: CASE_ID, file });
    document.body.appendChild(element);
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("c-secure-file-row", () => {
    let followed;
    beforeEach(() => {
        followed = [];
        jest.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click() {
            followed.push({ href: this.href, rel: this.rel, download: this.hasAttribute("download") });
        });
    });
    afterEach(() => jest.restoreAllMocks());

    it("shows name, size, sender, arrival, verdict and end", async () => {
        const element = mount(aFile());

        expect(find(element, ".name").textContent).toBe("server.log");
        expect(find(element, ".size").textContent).toBe("1.5 MB");
        expect(find(element, ".sender").textContent).toBe("Carla Kunde");
        expect(find(element, ".received").value).toBe("2026-11-21T10:00:00.000Z");
        expect(find(element, "lightning-badge").label).toBe("c.Casegate_SecureFileRow_NotScanned");
        expect(find(element, ".kept-until").value).toBe("2027-02-19");
        expect(find(element, ".kept-until").timeZone).toBe("UTC");
        await expect(element).toBeAccessible();
    });

    it("leaves out what is not known", async () => {
        const element = mount(aFile({ sender_name: "", kept_until: null, scan: "a_later_verdict" }));

        expect(find(element, ".sender").textContent).toBe("carla@example.test");
        expect(find(element, ".kept-until")).toBeNull();
        expect(find(element, "lightning-badge").label).toBe("c.Casegate_SecureFileRow_NotScanned");
        await expect(element).toBeAccessible();
    });

    it("says that a file is still being attached", () => {
        expect(find(mount(aFile({ attached: false })), ".attaching")).not.toBeNull();
    });

    it("says what was found, and does not offer to open it", async () => {
        const element = mount(aFile({ scan: "infected", scan_finding: "Eicar-Test-Signature", scan_gaps: [] }));

        expect(find(element, "lightning-badge").label).toBe("c.Casegate_SecureFileRow_Infected");
        expect(find(element, ".remark").textContent).toBe("c.Casegate_SecureFileRow_Found");
        expect(find(element, ".open")).toBeNull();
        await expect(element).toBeAccessible();
    });

    it("opens what could not be fully checked only for a reason", async () => {
        createTicket.mockResolvedValue({ url: "https://casegate.example.com/api/v1/downloads/t2" });
        const gaps = ["encrypted", "larger_than_limit", "a_later_gap"];
        const element = mount(aFile({ scan: "not_fully_scanned", scan_gaps: gaps }));
        expect([...element.shadowRoot.querySelectorAll(".remark")].map((remark) => remark.textContent)).toEqual([
            "c.Casegate_SecureFileRow_GapEncrypted",
            "c.Casegate_SecureFileRow_GapLargerThanLimit"
        ]);

        find(element, ".open").click();
        await settled();
        expect(createTicket).not.toHaveBeenCalled();
        expect(find(element, ".open-with-reason").disabled).toBe(true);
        await expect(element).toBeAccessible();

        find(element, ".reason").dispatchEvent(new CustomEvent("change", { detail: { value: " it is urgent " } }));
        await settled();
        find(element, ".open-with-reason").click();
        await settled();
        expect(createTicket).toHaveBeenCalledWith(CASE_ID, "f1", "it is urgent");
        expect(followed).toHaveLength(1);
        expect(find(element, ".why")).toBeNull();
    });

    it("forgets the reason of somebody who thinks better of it", async () => {
        const element = mount(aFile({ scan: "not_fully_scanned", scan_gaps: [] }));
        find(element, ".open").click();
        await settled();
        find(element, ".reason").dispatchEvent(new CustomEvent("change", { detail: { value: "x" } }));
        find(element, ".cancel").click();
        await settled();
        find(element, ".open").click();
        await settled();
        expect(find(element, ".reason").value).toBe("");
    });

    it("opens with a ticket", async () => {
        createTicket.mockResolvedValue({ url: "https://casegate.example.com/api/v1/downloads/t1" });
        const element = mount(aFile());

        find(element, ".open").click();
        await settled();

        expect(createTicket).toHaveBeenCalledWith(CASE_ID, "f1", undefined);
        expect(followed).toEqual([
            { href: "https://casegate.example.com/api/v1/downloads/t1", rel: "noopener", download: true }
        ]);
        expect(find(element, ".open").disabled).toBe(false);
    });

    it("asks for one ticket however often it is clicked, and says that it works", async () => {
        createTicket.mockReturnValue(new Promise(() => {}));
        const element = mount(aFile());

        find(element, ".open").click();
        find(element, ".open").click();
        await settled();

        expect(createTicket).toHaveBeenCalledTimes(1);
        expect(find(element, ".open").disabled).toBe(true);
        expect(find(element, "[role=status]").textContent).toBe("c.Casegate_SecureFileRow_Opening");
        await expect(element).toBeAccessible();
    });

    it("says why a file does not open", async () => {
        const problem = { code: "not_found" };
        createTicket.mockRejectedValue(problem);
        const element = mount(aFile());

        find(element, ".open").click();
        await settled();

        expect(find(element, "c-error-panel").problem).toEqual(problem);
        expect(followed).toEqual([]);
        await expect(element).toBeAccessible();
    });

    it("does not offer to open what was erased", async () => {
        const element = mount(aFile({ state: "erased" }));

        expect(find(element, ".open")).toBeNull();
        expect(find(element, ".erased").label).toBe("c.Casegate_SecureFileRow_Erased");
        await expect(element).toBeAccessible();
    });
});
