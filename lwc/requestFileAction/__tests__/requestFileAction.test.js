import { createElement } from "@lwc/engine-dom";
import RequestFileAction from "c/requestFileAction";
import RequestFileModal from "c/requestFileModal";

jest.mock("c/requestFileModal", () => ({ __esModule: true, default: { open: jest.fn() } }));

const CASE_ID = "500000000000001AAA";

function mount() {
    const element = createElement("c-request-file-action", { is: RequestFileAction });
    element.recordId = CASE_ID;
    document.body.appendChild(element);
    element.toasted = jest.fn();
    element.addEventListener("lightning__showtoast", element.toasted);
    return element;
}

describe("c-request-file-action", () => {
    it("opens the dialog for the Case and says what happened", async () => {
        RequestFileModal.open.mockResolvedValue({ recipient_email: "carla@example.test" });
        const element = mount();

        await element.invoke();

        expect(RequestFileModal.open.mock.calls[0][0].caseId).toBe(CASE_ID);
        expect(element.toasted.mock.calls[0][0].detail.variant).toBe("success");
        await expect(element).toBeAccessible();
    });

    it("says nothing when the dialog was cancelled", async () => {
        RequestFileModal.open.mockResolvedValue(undefined);
        const element = mount();

        await element.invoke();

        expect(element.toasted).not.toHaveBeenCalled();
    });

    it("opens one dialog at a time", async () => {
        let close;
        RequestFileModal.open.mockReturnValueOnce(
            new Promise((resolve) => {
                close = resolve;
            })
        );
        const element = mount();

        const first = element.invoke();
        await element.invoke();
        expect(RequestFileModal.open).toHaveBeenCalledTimes(1);
        close();
        await first;
        await element.invoke();
        expect(RequestFileModal.open).toHaveBeenCalledTimes(2);
    });
});
