import { createElement } from "@lwc/engine-dom";
import SecureFileList from "c/secureFileList";

jest.mock("c/connectorClient");

function mount(props) {
    const element = createElement("c-secure-file-list", { is: SecureFileList });
    Object.assign(element, { caseId: "500000000000001AAA", ...props });
    document.body.appendChild(element);
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const aFile = (id) => ({ id, file_name: `${id}.log`, size_bytes: 1, state: "held", scan: "not_scanned" });

describe("c-secure-file-list", () => {
    it("waits while files are on their way", async () => {
        const element = mount({});

        expect(find(element, "lightning-spinner").alternativeText).toBe("c.Casegate_SecureFileList_Loading");
        await expect(element).toBeAccessible();
    });

    it("says that nothing has arrived", async () => {
        const element = mount({ files: [] });

        expect(find(element, ".empty").textContent).toBe("c.Casegate_SecureFileList_Empty");
        await expect(element).toBeAccessible();
    });

    it("shows each file", async () => {
        const element = mount({ files: [aFile("a"), aFile("b")] });

        const rows = [...element.shadowRoot.querySelectorAll("c-secure-file-row")];
        expect(rows.map((row) => row.file.id)).toEqual(["a", "b"]);
        expect(rows[0].caseId).toBe("500000000000001AAA");
        expect(find(element, ".more")).toBeNull();
        await expect(element).toBeAccessible();
    });

    it("asks for older files", async () => {
        const element = mount({ files: [aFile("a")], hasMore: true });
        const more = jest.fn();
        element.addEventListener("more", more);

        find(element, ".more").click();

        expect(more).toHaveBeenCalledTimes(1);
    });

    it("waits for older files", async () => {
        const element = mount({ files: [aFile("a")], hasMore: true, loadingMore: true });

        expect(find(element, ".more").disabled).toBe(true);
        await expect(element).toBeAccessible();
    });

    it("says why older files do not come and offers another try", async () => {
        const element = mount({ files: [aFile("a")], hasMore: true, problem: { code: "internal" } });
        const more = jest.fn();
        element.addEventListener("more", more);

        find(element, "c-error-panel").dispatchEvent(new CustomEvent("retry"));

        expect(more).toHaveBeenCalledTimes(1);
        await expect(element).toBeAccessible();
    });
});
