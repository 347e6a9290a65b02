/**
 * One file request: whom, what, how far, and what the agent can do about it.
 *
 * Acts through the connector itself and fires `changed` with the request's new view.
 */
import { LightningElement, api } from "lwc";
import LightningConfirm from "lightning/confirm";
import { createLink, resendFileRequest, revokeFileRequest } from "c/connectorClient";
import { fill, percent, size } from "c/wording";
import MAY_REQUEST from "@salesforce/customPermission/Casegate_Request_Files";
import MAY_REVOKE from "@salesforce/customPermission/Casegate_Revoke_Requests";
import { badge, fractionOf, isClosed } from "./progress";
import ACTION_FOR from "@salesforce/label/c.Casegate_FileRequestRow_ActionFor";
import CHECKING from "@salesforce/label/c.Casegate_FileRequestRow_Checking";
import CLOSED_ON from "@salesforce/label/c.Casegate_FileRequestRow_ClosedOn";
import COPIED from "@salesforce/label/c.Casegate_FileRequestRow_Copied";
import COPY_BY_HAND from "@salesforce/label/c.Casegate_FileRequestRow_CopyByHand";
import COPY_LINK from "@salesforce/label/c.Casegate_FileRequestRow_CopyLink";
import DUE from "@salesforce/label/c.Casegate_FileRequestRow_Due";
import FILES_RECEIVED from "@salesforce/label/c.Casegate_FileRequestRow_FilesReceived";
import FILES_RECEIVED_ONE from "@salesforce/label/c.Casegate_FileRequestRow_FilesReceivedOne";
import RESEND from "@salesforce/label/c.Casegate_FileRequestRow_Resend";
import RESENT from "@salesforce/label/c.Casegate_FileRequestRow_Resent";
import REVOKE from "@salesforce/label/c.Casegate_FileRequestRow_Revoke";
import REVOKE_QUESTION from "@salesforce/label/c.Casegate_FileRequestRow_RevokeQuestion";
import REVOKE_TITLE from "@salesforce/label/c.Casegate_FileRequestRow_RevokeTitle";
import UPLOAD_OF from "@salesforce/label/c.Casegate_FileRequestRow_UploadOf";
import UPLOAD_PROGRESS from "@salesforce/label/c.Casegate_FileRequestRow_UploadProgress";
import WORKING from "@salesforce/label/c.Casegate_FileRequestRow_Working";
import WORKS_UNTIL from "@salesforce/label/c.Casegate_FileRequestRow_WorksUntil";

/** Uploads that are still on their way; the others are in the list of files, or gone. */
const UNDER_WAY = ["receiving", "frozen"];

export default class FileRequestRow extends LightningElement {
    @api caseId;
    /** A FileRequestView of the connector. */
    @api request;

    acting = false;
    /** What was done last, for the eye and the screen reader. */
    done = "";
    problem;
    /** A link that the browser refused to copy; kept only until the next action. */
    linkToCopy;
    labels = {
        closedOn: CLOSED_ON,
        copyByHand: COPY_BY_HAND,
        copyLink: COPY_LINK,
        due: DUE,
        resend: RESEND,
        revoke: REVOKE,
        working: WORKING,
        worksUntil: WORKS_UNTIL
    };

    get recipient() {
        return this.request.recipient_name || this.request.recipient_email;
    }

    get emailBesideName() {
        return this.request.recipient_name ? this.request.recipient_email : undefined;
    }

    get badge() {
        return badge(this.request);
    }

    get closed() {
        return isClosed(this.request);
    }

    get received() {
        const count = this.request.files_received;
        if (!count) {
            return undefined;
        }
        return count === 1 ? FILES_RECEIVED_ONE : fill(FILES_RECEIVED, count);
    }

    get uploads() {
        return (this.request.uploads ?? [])
            .filter((upload) => UNDER_WAY.includes(upload.state))
            .map((upload) => {
                const fraction = fractionOf(upload);
                return {
                    id: upload.id,
                    name: upload.file_name,
                    percent: Math.floor(fraction * 100),
                    percentText: upload.state === "frozen" ? CHECKING : percent(fraction),
                    barLabel: fill(UPLOAD_PROGRESS, upload.file_name),
                    amount: fill(UPLOAD_OF, size(upload.offset_bytes), size(upload.size_bytes))
                };
            });
    }

    get sharable() {
        return MAY_REQUEST && !this.closed;
    }

    get revocable() {
        return MAY_REVOKE && !this.closed;
    }

    get copyLabel() {
        return fill(ACTION_FOR, COPY_LINK, this.recipient);
    }

    get resendLabel() {
        return fill(ACTION_FOR, RESEND, this.recipient);
    }

    get revokeLabel() {
        return fill(ACTION_FOR, REVOKE, this.recipient);
    }

    handleCopy() {
        return this.act(async () => {
            const { url } = await createLink(this.caseId, this.request.id);
            if (await copied(url)) {
                this.done = COPIED;
            } else {
                this.linkToCopy = url;
            }
        });
    }

    handleResend() {
        return this.act(async () => {
            this.tellChanged(await resendFileRequest(this.caseId, this.request.id));
            this.done = RESENT;
        });
    }

    async handleRevoke() {
        const sure = await LightningConfirm.open({
            label: REVOKE_TITLE,
            message: fill(REVOKE_QUESTION, this.recipient),
            theme: "warning"
        });
        if (sure) {
            await this.act(async () => {
                this.tellChanged(await revokeFileRequest(this.caseId, this.request.id));
            });
        }
    }

    handleLinkFocus(event) {
        event.target.select?.();
    }

    async act(action) {
        if (this.acting) {
            return;
        }
        this.acting = true;
        this.done = "";
        this.problem = undefined;
        this.linkToCopy = undefined;
        try {
            await action();
        } catch (problem) {
            this.problem = problem;
        } finally {
            this.acting = false;
        }
    }

    tellChanged(request) {
        this.dispatchEvent(new CustomEvent("changed", { detail: { request } }));
    }
}

/** Browsers may refuse: no permission, or the click was too long ago. */
function copied(text) {
    return Promise.resolve()
        .then(() => navigator.clipboard.writeText(text))
        .then(
            () => true,
            () => false
        );
}
