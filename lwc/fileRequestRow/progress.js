/** How far a request is, as a badge: a word always, a colour only beside it. */
import { fill, percent } from "c/wording";
import EXPIRED from "@salesforce/label/c.Casegate_FileRequestRow_Expired";
import FULFILLED from "@salesforce/label/c.Casegate_FileRequestRow_Fulfilled";
import OPENED from "@salesforce/label/c.Casegate_FileRequestRow_Opened";
import REVOKED from "@salesforce/label/c.Casegate_FileRequestRow_Revoked";
import SENDING from "@salesforce/label/c.Casegate_FileRequestRow_Sending";
import SENT from "@salesforce/label/c.Casegate_FileRequestRow_Sent";
import SUSPENDED from "@salesforce/label/c.Casegate_FileRequestRow_Suspended";
import UNCERTAIN from "@salesforce/label/c.Casegate_FileRequestRow_Uncertain";
import UNDELIVERED from "@salesforce/label/c.Casegate_FileRequestRow_Undelivered";
import UPLOADING from "@salesforce/label/c.Casegate_FileRequestRow_Uploading";
import UPLOADING_PERCENT from "@salesforce/label/c.Casegate_FileRequestRow_UploadingPercent";

const BADGES = {
    sending: { label: SENDING },
    sent: { label: SENT },
    undelivered: { label: UNDELIVERED, theme: "slds-theme_error" },
    uncertain: { label: UNCERTAIN, theme: "slds-theme_warning" },
    opened: { label: OPENED },
    uploading: { label: UPLOADING },
    fulfilled: { label: FULFILLED, theme: "slds-theme_success" },
    revoked: { label: REVOKED },
    expired: { label: EXPIRED },
    suspended: { label: SUSPENDED, theme: "slds-theme_warning" }
};

const CLOSED = ["fulfilled", "revoked", "expired"];

/** A progress this version does not know is shown under its own name rather than hidden. */
export function badge(request) {
    if (request.progress === "uploading") {
        const fraction = fractionOfAll(request.uploads ?? []);
        if (fraction !== undefined) {
            return { label: fill(UPLOADING_PERCENT, percent(fraction)) };
        }
    }
    return BADGES[request.progress] ?? { label: request.progress };
}

export function isClosed(request) {
    return CLOSED.includes(request.state);
}

export function fractionOf({ offset_bytes: offset, size_bytes: length }) {
    return length > 0 ? offset / length : 1;
}

function fractionOfAll(uploads) {
    const receiving = uploads.filter((upload) => upload.state === "receiving");
    if (receiving.length === 0) {
        return undefined;
    }
    const sum = (member) => receiving.reduce((total, upload) => total + upload[member], 0);
    return fractionOf({ offset_bytes: sum("offset_bytes"), size_bytes: sum("size_bytes") });
}
