/**
 * One file: what it is, from whom, what the scanner said, until when, and the way to open it.
 *
 * Opening asks the connector for a ticket with a token minted now; the browser then fetches the
 * file from the connector, so its bytes never pass through this page.
 */
import { LightningElement, api } from "lwc";
import { createTicket } from "c/connectorClient";
import { fill, size } from "c/wording";
import MAY_OPEN from "@salesforce/customPermission/Casegate_Open_Files";
import ATTACHING from "@salesforce/label/c.Casegate_SecureFileRow_Attaching";
import CLEAN from "@salesforce/label/c.Casegate_SecureFileRow_Clean";
import ERASED from "@salesforce/label/c.Casegate_SecureFileRow_Erased";
import FROM from "@salesforce/label/c.Casegate_SecureFileRow_From";
import INFECTED from "@salesforce/label/c.Casegate_SecureFileRow_Infected";
import KEPT_UNTIL from "@salesforce/label/c.Casegate_SecureFileRow_KeptUntil";
import NOT_FULLY_SCANNED from "@salesforce/label/c.Casegate_SecureFileRow_NotFullyScanned";
import NOT_SCANNED from "@salesforce/label/c.Casegate_SecureFileRow_NotScanned";
import OPEN from "@salesforce/label/c.Casegate_SecureFileRow_Open";
import OPEN_FILE from "@salesforce/label/c.Casegate_SecureFileRow_OpenFile";
import OPENING from "@salesforce/label/c.Casegate_SecureFileRow_Opening";
import RECEIVED from "@salesforce/label/c.Casegate_SecureFileRow_Received";

const VERDICTS = {
    clean: { label: CLEAN, theme: "slds-theme_success" },
    infected: { label: INFECTED, theme: "slds-theme_error" },
    not_fully_scanned: { label: NOT_FULLY_SCANNED, theme: "slds-theme_warning" },
    not_scanned: { label: NOT_SCANNED, theme: "" }
};

export default class SecureFileRow extends LightningElement {
    @api caseId;
    /** A SecureFileView of the connector. */
    @api file;

    opening = false;
    problem;
    labels = {
        attaching: ATTACHING,
        erased: ERASED,
        from: FROM,
        keptUntil: KEPT_UNTIL,
        open: OPEN,
        opening: OPENING,
        received: RECEIVED
    };

    get sizeText() {
        return size(this.file.size_bytes);
    }

    get sender() {
        return this.file.sender_name || this.file.sender_email;
    }

    get verdict() {
        return VERDICTS[this.file.scan] ?? VERDICTS.not_scanned;
    }

    get erased() {
        return this.file.state === "erased";
    }

    get openable() {
        return MAY_OPEN && !this.erased;
    }

    get attaching() {
        return !this.file.attached && !this.erased;
    }

    get openLabel() {
        return fill(OPEN_FILE, this.file.file_name);
    }

    /** A day without a time is the same day everywhere. */
    get keptUntilZone() {
        return this.file.kept_until?.length === 10 ? "UTC" : undefined;
    }

    async handleOpen() {
        if (this.opening) {
            return;
        }
        this.opening = true;
        this.problem = undefined;
        try {
            const ticket = await createTicket(this.caseId, this.file.id);
            follow(ticket.url);
        } catch (problem) {
            this.problem = problem;
        } finally {
            this.opening = false;
        }
    }
}

/** The answer is an attachment, so the page stays where it is. */
function follow(url) {
    Object.assign(document.createElement("a"), { href: url, download: "", rel: "noopener" }).click();
}
