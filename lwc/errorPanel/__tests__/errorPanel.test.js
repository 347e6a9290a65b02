import { createElement } from "@lwc/engine-dom";
import ErrorPanel from "c/errorPanel";

function mount(props) {
    const element = Object.assign(createElement("c-error-panel", { is: ErrorPanel }), props);
    document.body.appendChild(element);
    return element;
}

const text = (element) => element.shadowRoot.textContent;

describe("c-error-panel", () => {
    it("shows nothing while there is no problem", async () => {
        const element = mount({});

        expect(text(element)).toBe("");
        await expect(element).toBeAccessible();
    });

    it.each([
        ["not_found", "NotFound"],
        ["slow_down", "SlowDown"],
        ["link_closed", "LinkClosed"],
        ["unreachable", "Unreachable"],
        ["no_code_of_ours", "Internal"]
    ])("says %s in the user's words", async (code, meaning) => {
        const element = mount({ problem: { code } });

        expect(text(element)).toContain(`c.Casegate_ErrorPanel_${meaning}`);
        expect(element.shadowRoot.querySelector("[role=alert]")).not.toBeNull();
        await expect(element).toBeAccessible();
    });

    it("never shows the words of a document it did not translate", () => {
        const element = mount({ problem: { code: "internal", message: "pool timed out", title: "boom" } });

        expect(text(element)).not.toMatch(/pool|boom/);
    });

    it("adds Apex's sentence and the reference", async () => {
        const element = mount({ problem: { code: "no_token", detail: "Not set up", requestId: "q1" } });

        expect(element.shadowRoot.querySelector(".detail").textContent).toBe("Not set up");
        expect(element.shadowRoot.querySelector(".reference")).not.toBeNull();
        await expect(element).toBeAccessible();
    });

    it("offers another try only when asked to", async () => {
        const element = mount({ problem: { code: "internal" } });
        expect(element.shadowRoot.querySelector(".retry")).toBeNull();

        element.retryable = true;
        await Promise.resolve();
        const retry = jest.fn();
        element.addEventListener("retry", retry);
        element.shadowRoot.querySelector(".retry").click();

        expect(retry).toHaveBeenCalledTimes(1);
    });
});
