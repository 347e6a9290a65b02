import { createElement } from "@lwc/engine-dom";
import ConnectorStatus from "c/connectorStatus";

function mount(props) {
    const element = Object.assign(createElement("c-connector-status", { is: ConnectorStatus }), props);
    document.body.appendChild(element);
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);

describe("c-connector-status", () => {
    it("is silent while all is well", async () => {
        const element = mount({ seenAt: 1 });

        expect(element.shadowRoot.textContent).toBe("");
        await expect(element).toBeAccessible();
    });

    it.each([
        ["unreachable", "Unreachable"],
        ["internal", "Unreachable"],
        ["slow_down", "Busy"],
        ["org_unavailable", "OrgUnavailable"]
    ])("explains %s", async (code, meaning) => {
        const element = mount({ problem: { code } });

        expect(find(element, ".sentence").textContent).toBe(`c.Casegate_ConnectorStatus_${meaning}`);
        expect(find(element, ".seen-at")).toBeNull();
        await expect(element).toBeAccessible();
    });

    it("says how old the data is", () => {
        const element = mount({ problem: { code: "unreachable" }, seenAt: 1_700_000_000_000 });

        expect(find(element, ".seen-at").value).toBe(1_700_000_000_000);
    });

    it("lets the user try now", () => {
        const element = mount({ problem: { code: "unreachable" } });
        const retry = jest.fn();
        element.addEventListener("retry", retry);

        find(element, ".retry").click();

        expect(retry).toHaveBeenCalledTimes(1);
    });
});
