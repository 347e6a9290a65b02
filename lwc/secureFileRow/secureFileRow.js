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
import CANCEL from "@salesforce/label/c.Casegate_SecureFileRow_Cancel";
import CLEAN from "@salesforce/label/c.Casegate_SecureFileRow_Clean";
import ERASED from "@salesforce/label/c.Casegate_SecureFileRow_Erased";
import FOUND from "@salesforce/label/c.Casegate_SecureFileRow_Found";
import FROM from "@salesforce/label/c.Casegate_SecureFileRow_From";
import GAP_DAMAGED from "@salesforce/label/c.Casegate_SecureFileRow_GapDamaged";
import GAP_ENCRYPTED from "@salesforce/label/c.Casegate_SecureFileRow_GapEncrypted";
import GAP_INTERRUPTED from "@salesforce/label/c.Casegate_SecureFileRow_GapInterrupted";
import GAP_LARGER_THAN_LIMIT from "@salesforce/label/c.Casegate_SecureFileRow_GapLargerThanLimit";
import GAP_NOT_PROVEN from "@salesforce/label/c.Casegate_SecureFileRow_GapNotProven";
import GAP_OLD_SIGNATURES from "@salesforce/label/c.Casegate_SecureFileRow_GapOldSignatures";
import GAP_SCANNER_DOWN from "@salesforce/label/c.Casegate_SecureFileRow_GapScannerDown";
import GAP_TOO_DEEPLY_NESTED from "@salesforce/label/c.Casegate_SecureFileRow_GapTooDeeplyNested";
import GAP_TOO_MUCH_INSIDE from "@salesforce/label/c.Casegate_SecureFileRow_GapTooMuchInside";
import GAP_UNCLEAR from "@salesforce/label/c.Casegate_SecureFileRow_GapUnclear";
import GAP_UNKNOWN_FORMAT from "@salesforce/label/c.Casegate_SecureFileRow_GapUnknownFormat";
import INFECTED from "@salesforce/label/c.Casegate_SecureFileRow_Infected";
import KEPT_UNTIL from "@salesforce/label/c.Casegate_SecureFileRow_KeptUntil";
import NOT_FULLY_SCANNED from "@salesforce/label/c.Casegate_SecureFileRow_NotFullyScanned";
import NOT_SCANNED from "@salesforce/label/c.Casegate_SecureFileRow_NotScanned";
import OPEN from "@salesforce/label/c.Casegate_SecureFileRow_Open";
import OPEN_FILE from "@salesforce/label/c.Casegate_SecureFileRow_OpenFile";
import OPENING from "@salesforce/label/c.Casegate_SecureFileRow_Opening";
import REASON from "@salesforce/label/c.Casegate_SecureFileRow_Reason";
import REASON_HELP from "@salesforce/label/c.Casegate_SecureFileRow_ReasonHelp";
import RECEIVED from "@salesforce/label/c.Casegate_SecureFileRow_Received";

const VERDICTS = {
    clean: { label: CLEAN, theme: "slds-theme_success" },
    infected: { label: INFECTED, theme: "slds-theme_error" },
    not_fully_scanned: { label: NOT_FULLY_SCANNED, theme: "slds-theme_warning" },
    not_scanned: { label: NOT_SCANNED, theme: "" }
};

const GAPS = {
    damaged: GAP_DAMAGED,
    encrypted: GAP_ENCRYPTED,
    interrupted: GAP_INTERRUPTED,
    larger_than_limit: GAP_LARGER_THAN_LIMIT,
    not_proven: GAP_NOT_PROVEN,
    old_signatures: GAP_OLD_SIGNATURES,
    scanner_down: GAP_SCANNER_DOWN,
    too_deeply_nested: GAP_TOO_DEEPLY_NESTED,
    too_much_inside: GAP_TOO_MUCH_INSIDE,
    unclear: GAP_UNCLEAR,
    unknown_format: GAP_UNKNOWN_FORMAT
};

export default class SecureFileRow extends LightningElement {
    @api caseId;
    /** A SecureFileView of the connector. */
    @api file;

    opening = false;
    asksReason = false;
    reason = "";
    problem;
    labels = {
        attaching: ATTACHING,
        cancel: CANCEL,
        erased: ERASED,
        from: FROM,
        keptUntil: KEPT_UNTIL,
        open: OPEN,
        opening: OPENING,
        reason: REASON,
        reasonHelp: REASON_HELP,
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
        return MAY_OPEN && !this.erased && !this.asksReason && this.file.scan !== "infected";
    }

    /** What was found, or what was not looked at, in sentences. */
    get remarks() {
        const found = this.file.scan_finding ? [fill(FOUND, this.file.scan_finding)] : [];
        const gaps = (this.file.scan_gaps ?? []).map((gap) => GAPS[gap]).filter(Boolean);
        return [...found, ...gaps].map((text) => ({ key: text, text }));
    }

    get reasonMissing() {
        return this.opening || !this.reason.trim();
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

    handleOpen() {
        if (this.file.scan === "not_fully_scanned") {
            this.asksReason = true;
            return undefined;
        }
        return this.open();
    }

    handleReason(event) {
        this.reason = event.detail.value;
    }

    handleCancel() {
        this.asksReason = false;
        this.reason = "";
        this.problem = undefined;
    }

    async handleOpenWithReason() {
        if (this.reasonMissing) {
            return;
        }
        await this.open(this.reason.trim());
        if (!this.problem) {
            this.handleCancel();
        }
    }

    async open(reason) {
        if (this.opening) {
            return;
        }
        this.opening = true;
        this.problem = undefined;
        try {
            const ticket = await createTicket(this.caseId, this.file.id, reason);
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
