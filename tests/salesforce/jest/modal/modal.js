/** Stands in for lightning/modal, which the jest runner has no stub for: a component that can be opened and closed. */
import { LightningElement, api } from "lwc";

export default class LightningModal extends LightningElement {
    static open = jest.fn();

    @api size;
    @api description;
    @api disableClose;

    /** Called as a spy would be, so that a test sees what the dialog closed with. */
    close(result) {
        this.dispatchEvent(new CustomEvent("close", { detail: result }));
    }
}
