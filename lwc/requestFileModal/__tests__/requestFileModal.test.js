import { createElement } from "@lwc/engine-dom";
import RequestFileModal from "c/requestFileModal";
import { createFileRequest } from "c/connectorClient";
import requestDefaults from "@salesforce/apex/FileRequestController.requestDefaults";

jest.mock("c/connectorClient", () => ({
    ...jest.requireActual("c/connectorClient"),
    createFileRequest: jest.fn()
}));
jest.mock("@salesforce/apex/FileRequestController.mintToken", () => ({ default: jest.fn() }), { virtual: true });
jest.mock(
    "@salesforce/apex/FileRequestController.requestDefaults",
    () => {
        const { createApexTestWireAdapter } = require("@salesforce/sfdx-lwc-jest");
        return { default: createApexTestWireAdapter(jest.fn()) };
    },
    { virtual: true }
);

const CASE_ID = "500000000000001AAA";
const DEFAULTS = {
    caseNumber: "00001001",
    contactId: "003000000000001AAA",
    recipientName: "Carla Kunde",
    recipientEmail: "carla@example.test",
    language: "de"
};

const settled = () => new Promise((resolve) => setTimeout(resolve));
const find = (element, selector) => element.shadowRoot.querySelector(selector);
const field = (element, member) => find(element, `[data-member="${member}"]`);

/** The runner's inputs know no validity; these answer what the test wants. */
function teach(element, { invalid = [] } = {}) {
    for (const input of element.shadowRoot.querySelectorAll("[data-member]")) {
        input.reportValidity = () => !invalid.includes(input.dataset.member);
        input.setCustomValidity = jest.fn();
        input.focus = jest.fn();
    }
}

async function mount(defaults = DEFAULTS) {
    const element = createElement("c-request-file-modal", { is: RequestFileModal });
    element.caseId = CASE_ID;
    document.body.appendChild(element);
    if (defaults) {
        requestDefaults.emit(defaults);
    }
    await settled();
    teach(element);
    return element;
}

async function type(element, member, value) {
    field(element, member).dispatchEvent(new CustomEvent("change", { detail: { value } }));
    await settled();
}

async function send(element) {
    find(element, ".send").click();
    await settled();
    return createFileRequest.mock.calls.at(-1)?.[1];
}

describe("c-request-file-modal", () => {
    it("waits for the recipient", async () => {
        const element = await mount(null);

        expect(find(element, "lightning-spinner").alternativeText).toBe("c.Casegate_RequestFileModal_Loading");
        expect(find(element, ".send").disabled).toBe(true);
        await expect(element).toBeAccessible();
    });

    it("says why it cannot be filled in", async () => {
        const element = await mount(null);
        requestDefaults.error({ message: "No access" });
        await settled();

        expect(find(element, "c-error-panel").problem).toMatchObject({ code: "no_token", detail: "No access" });
        expect(find(element, "lightning-spinner")).toBeNull();
        expect(find(element, ".send").disabled).toBe(true);
        await expect(element).toBeAccessible();
    });

    it("opens ready to send", async () => {
        createFileRequest.mockResolvedValue({ id: "r1" });
        const element = await mount();
        const closed = jest.fn();
        element.addEventListener("close", closed);
        await expect(element).toBeAccessible();

        const request = await send(element);

        expect(request).toEqual({
            client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
            recipient_email: "carla@example.test",
            recipient_name: "Carla Kunde",
            language: "de",
            message: "",
            needed: "",
            due_on: null,
            case_number: "00001001",
            contact_id: "003000000000001AAA",
            lifetime_hours: null
        });
        expect(createFileRequest.mock.calls[0][0]).toBe(CASE_ID);
        expect(closed.mock.calls[0][0].detail).toEqual({ id: "r1" });
    });

    it("asks for a recipient when the Case names none", async () => {
        const element = await mount({ caseNumber: "00001002" });

        expect(find(element, ".recipient-missing")).not.toBeNull();
        expect(field(element, "language").value).toBe("en");
        await expect(element).toBeAccessible();
    });

    it("sends what was typed", async () => {
        createFileRequest.mockResolvedValue({ id: "r1" });
        const element = await mount();
        await type(element, "needed", "Server log");
        await type(element, "message", "Thank you");
        await type(element, "due_on", "2026-12-01");
        await type(element, "due_on", "");
        await type(element, "recipient_email", "lab@example.test");

        const request = await send(element);

        expect(request).toMatchObject({
            needed: "Server log",
            message: "Thank you",
            due_on: null,
            recipient_email: "lab@example.test",
            contact_id: null
        });
    });

    it("keeps what was typed when the defaults arrive again", async () => {
        const element = await mount();
        await type(element, "needed", "Server log");
        requestDefaults.emit(DEFAULTS);
        await settled();

        expect(field(element, "needed").value).toBe("Server log");
    });

    it("does not send what is not valid, and goes there", async () => {
        const element = await mount();
        teach(element, { invalid: ["recipient_email", "due_on"] });

        await send(element);

        expect(createFileRequest).not.toHaveBeenCalled();
        expect(field(element, "recipient_email").focus).toHaveBeenCalled();
        expect(field(element, "due_on").focus).not.toHaveBeenCalled();
    });

    it("sends on Enter in a line, not in the message", async () => {
        createFileRequest.mockResolvedValue({ id: "r1" });
        const element = await mount();
        const press = (member, key) =>
            field(element, member).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));

        press("message", "Enter");
        press("needed", "a");
        expect(createFileRequest).not.toHaveBeenCalled();
        press("needed", "Enter");
        await settled();
        expect(createFileRequest).toHaveBeenCalledTimes(1);
    });

    it("sends once however often it is asked, and cannot be closed meanwhile", async () => {
        createFileRequest.mockReturnValue(new Promise(() => {}));
        const element = await mount();

        await send(element);
        await send(element);

        expect(createFileRequest).toHaveBeenCalledTimes(1);
        expect(element.disableClose).toBe(true);
        expect(find(element, "[role=status]").textContent).toBe("c.Casegate_RequestFileModal_Sending");
        await expect(element).toBeAccessible();
    });

    it("keeps the form when the request fails; the same form is the same request", async () => {
        createFileRequest.mockRejectedValueOnce({ code: "unreachable" }).mockResolvedValue({ id: "r1" });
        const element = await mount();
        await type(element, "needed", "Server log");

        const first = await send(element);
        const panels = [...element.shadowRoot.querySelectorAll("c-error-panel")];
        expect(panels.at(-1).problem).toEqual({ code: "unreachable" });
        expect(element.disableClose).toBe(false);
        await expect(element).toBeAccessible();
        const second = await send(element);

        expect(second).toEqual(first);
    });

    it("makes a new request from a changed form", async () => {
        createFileRequest.mockRejectedValueOnce({ code: "unreachable" }).mockResolvedValue({ id: "r1" });
        const element = await mount();

        const first = await send(element);
        await type(element, "recipient_email", "lab@example.test");
        const second = await send(element);

        expect(second.client_id).not.toBe(first.client_id);
    });

    it("marks the field that the connector refused", async () => {
        createFileRequest.mockRejectedValue({ code: "invalid_request", field: "recipient_email" });
        const element = await mount();

        await send(element);

        const input = field(element, "recipient_email");
        expect(input.setCustomValidity).toHaveBeenCalledWith("c.Casegate_RequestFileModal_FieldRefused");
        expect(input.focus).toHaveBeenCalled();
        await type(element, "recipient_email", "x@example.test");
        expect(input.setCustomValidity).toHaveBeenLastCalledWith("");
    });

    it("does not mind a refused field that it does not show", async () => {
        createFileRequest.mockRejectedValue({ code: "invalid_request", field: "lifetime_hours" });
        const element = await mount();

        await send(element);

        expect(find(element, ".send").disabled).toBe(false);
    });

    it("closes with nothing when cancelled", async () => {
        const element = await mount();
        const closed = jest.fn();
        element.addEventListener("close", closed);

        find(element, ".cancel").click();

        expect(closed.mock.calls[0][0].detail).toBeNull();
    });
});
