/**
 * Every state the page and a file on it can be in, and how the server's and the client's words become ours.
 *
 * Closed lists: a screen in index.html for each PageState, a sentence in strings.js (`file_<state>`) for each FileState.
 */

export const PageState = Object.freeze({
    START: "start", // nothing asked of the server yet: opening a link must not change anything
    OPENING: "opening", // the link is being redeemed
    WELCOME: "welcome", // who asks, what for, what happens to the files
    CHOOSING: "choosing", // no file yet
    SENDING: "sending", // the list of files
    FINISHING: "finishing",
    RECEIPT: "receipt",
    CLOSED: "closed", // fulfilled elsewhere, withdrawn or run out
    WRONG_LINK: "wrong_link", // unknown, or copied incompletely
    UNAVAILABLE: "unavailable" // the server does not answer; tried again by itself
});

export const FileState = Object.freeze({
    WAITING: "waiting", // its turn will come
    PREPARING: "preparing",
    SENDING: "sending",
    OFFLINE: "offline",
    RETRYING: "retrying", // the network is there, the server is not
    PAUSED: "paused",
    CHECKING: "checking", // every byte is there, the server is sealing them
    ARRIVED: "arrived",
    MISSING: "missing", // begun earlier; the browser no longer has the file
    REFUSED: "refused"
});

/** Steps shown at the top; states without a step have no place in the sequence. */
export const STEP_OF = Object.freeze({
    [PageState.WELCOME]: 1,
    [PageState.CHOOSING]: 2,
    [PageState.SENDING]: 2,
    [PageState.FINISHING]: 3,
    [PageState.RECEIPT]: 3
});

/** Where a customer stands who has just opened the link, or the page again. */
export function pageStateOf(request, hasAgreed) {
    if (request.receipt) return PageState.RECEIPT;
    if (request.state !== "open") return PageState.CLOSED;
    const mustAgree = request.consent?.required && !request.consent.given;
    if (mustAgree) return PageState.WELCOME;
    if (request.uploads.some(({ state }) => state !== "cancelled")) return PageState.SENDING;
    return hasAgreed ? PageState.CHOOSING : PageState.WELCOME;
}

/** What the upload client says, in the page's words. */
export function fileStateOf(snapshot) {
    switch (snapshot.state) {
        case "ready":
            return FileState.WAITING;
        case "waiting":
            return snapshot.waitingFor === "network" ? FileState.OFFLINE : FileState.RETRYING;
        case "arrived":
            return FileState.CHECKING;
        default:
            return snapshot.state; // preparing, sending, paused, refused: the same words
    }
}

/** What the server says of an upload this page holds no file for. */
export function fileStateFromServer(upload) {
    return { receiving: FileState.MISSING, checking: FileState.CHECKING, arrived: FileState.ARRIVED }[upload.state];
}

const UNFINISHED = [
    FileState.WAITING,
    FileState.PREPARING,
    FileState.SENDING,
    FileState.OFFLINE,
    FileState.RETRYING,
    FileState.PAUSED
];
export const isUnfinished = (state) => UNFINISHED.includes(state);
/** Bytes are moving, or would be if the network let them. */
export const isActive = (state) => isUnfinished(state) && state !== FileState.PAUSED && state !== FileState.WAITING;
