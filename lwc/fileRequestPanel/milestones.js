/** What happened between two answers that is worth saying aloud; percentages are not. */
import { fill } from "c/wording";
import SAYS_ARRIVED from "@salesforce/label/c.Casegate_FileRequestPanel_SaysArrived";
import SAYS_ARRIVED_MANY from "@salesforce/label/c.Casegate_FileRequestPanel_SaysArrivedMany";
import SAYS_FULFILLED from "@salesforce/label/c.Casegate_FileRequestPanel_SaysFulfilled";
import SAYS_OPENED from "@salesforce/label/c.Casegate_FileRequestPanel_SaysOpened";
import SAYS_SENT from "@salesforce/label/c.Casegate_FileRequestPanel_SaysSent";
import SAYS_UNDELIVERED from "@salesforce/label/c.Casegate_FileRequestPanel_SaysUndelivered";
import SAYS_UPLOADING from "@salesforce/label/c.Casegate_FileRequestPanel_SaysUploading";

const SAYS = {
    sent: SAYS_SENT,
    undelivered: SAYS_UNDELIVERED,
    opened: SAYS_OPENED,
    uploading: SAYS_UPLOADING,
    fulfilled: SAYS_FULFILLED
};

export function milestones(before, after) {
    return [...arrivals(before.files, after.files), ...steps(before.requests, after.requests)];
}

function arrivals(before, after) {
    const known = new Set(before.map((file) => file.id));
    const arrived = after.filter((file) => !known.has(file.id));
    if (arrived.length > 1) {
        return [fill(SAYS_ARRIVED_MANY, arrived.length)];
    }
    return arrived.map((file) => fill(SAYS_ARRIVED, file.file_name));
}

function steps(before, after) {
    const progress = new Map(before.map((request) => [request.id, request.progress]));
    return after
        .filter((request) => progress.has(request.id) && progress.get(request.id) !== request.progress)
        .filter((request) => SAYS[request.progress])
        .map((request) => fill(SAYS[request.progress], request.recipient_name || request.recipient_email));
}
