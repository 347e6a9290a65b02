/** The Case action: opens the dialog from the highlights panel, on a page with or without our panel. */
import { LightningElement, api } from "lwc";
import { ShowToastEvent } from "lightning/platformShowToastEvent";
import RequestFileModal from "c/requestFileModal";
import { fill } from "c/wording";
import REQUESTED from "@salesforce/label/c.Casegate_FileRequestPanel_Requested";
import REQUESTED_TITLE from "@salesforce/label/c.Casegate_FileRequestPanel_RequestedTitle";
import TITLE from "@salesforce/label/c.Casegate_RequestFileModal_Title";

export default class RequestFileAction extends LightningElement {
    @api recordId;

    isOpen = false;

    /** The platform calls this for every click, also while the dialog is open. */
    @api
    async invoke() {
        if (this.isOpen) {
            return;
        }
        this.isOpen = true;
        try {
            const created = await RequestFileModal.open({ size: "small", description: TITLE, caseId: this.recordId });
            if (created) {
                this.dispatchEvent(
                    new ShowToastEvent({
                        title: REQUESTED_TITLE,
                        message: fill(REQUESTED, created.recipient_email),
                        variant: "success"
                    })
                );
            }
        } finally {
            this.isOpen = false;
        }
    }
}
