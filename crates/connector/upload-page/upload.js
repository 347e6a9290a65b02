/**
 * The customer's upload page: from the link in the mail to the receipt.
 *
 * Ties the parts together: what the person does → session and transfers → what the screens show. One state at a time
 * (states.js); everything shown is computed from it, so a reload, another language or an answer of the server draws it anew.
 */
import { keepAwake, warnBeforeLeaving } from "./attention.js";
import { canChooseFolders, watchDrop, watchInput } from "./choosing.js";
import { day, moment, percent, size } from "./format.js";
import { acceptAttribute } from "./limits.js";
import { showReceipt } from "./receipt.js";
import { UploadRefused } from "./resumableUpload.js";
import { Rows } from "./rows.js";
import { all, fill, one, setText, showScreen } from "./screens.js";
import { Session, Unreachable } from "./session.js";
import { FileState, PageState, isUnfinished, pageStateOf } from "./states.js";
import { languageFor, say } from "./strings.js";
import { Transfers } from "./transfers.js";

const RETRY_MS = 5000;
const FOLLOW_MS = 2000;
const MILESTONE = 25;

const requestId = window.location.pathname.split("/").filter(Boolean).pop() ?? "";
const secret = window.location.hash.slice(1);
const session = new Session(requestId, secret);
const transfers = new Transfers(session, changed);

let state = PageState.START;
let request = null;
let receipt = null;
let language = languageFor([session.recall("language"), ...navigator.languages]);
let isFirst = true;
let awaited = null; // the row whose file is being chosen again
let remarks = []; // what the last choice left to say
let notYet = null; // why "I'm finished" was not possible
let retry = null; // timer of the next attempt
const spoken = new Map(); // row → last milestone read out

const rows = new Rows(one("#list"), one("#file-line"), {
    pause: (id) => transfers.pause(rowOf(id)),
    resume: (id) => transfers.resume(rowOf(id)),
    remove: (id) => transfers.remove(rowOf(id)),
    try_again: (id) => transfers.tryAgain(rowOf(id)),
    choose_again: (id) => {
        awaited = rowOf(id);
        one("#again").click();
    },
    isWorthAsking: (id) => rowOf(id).percent > 0 && rowOf(id).state !== FileState.REFUSED,
    refresh: () => draw()
});
const rowOf = (id) => transfers.rows.find((row) => row.id === id);

start();

function start() {
    one("#language").addEventListener("change", ({ target }) => {
        language = target.value;
        session.remember("language", language);
        draw();
    });
    one("#open").addEventListener("click", () => open(() => session.redeem()));
    one("#continue").addEventListener("click", proceed);
    one("#finish").addEventListener("click", finish);
    one("#retry").addEventListener("click", reopen);
    one("#print").addEventListener("click", () => window.print());
    ["#files", "#folder", "#more", "#more-folder"].forEach((input) => watchInput(one(input), choose));
    watchInput(one("#again"), choose);
    watchDrop(() => state === PageState.CHOOSING || state === PageState.SENDING, showDragging, choose);
    warnBeforeLeaving(() => state === PageState.SENDING && transfers.counts.unfinished > 0);
    ["online", "offline"].forEach((name) => window.addEventListener(name, draw));
    window.addEventListener("online", () => state === PageState.UNAVAILABLE && reopen());
    window.addEventListener("hashchange", () => window.location.reload()); // another link in the same tab
    all(".with-folders").forEach((element) => {
        element.hidden = !canChooseFolders;
    });

    receipt = session.recall("receipt");
    if (receipt) become(PageState.RECEIPT);
    else if (session.isOpen) reopen();
    else become(secret ? PageState.START : PageState.WRONG_LINK);
    isFirst = false;
    setInterval(follow, FOLLOW_MS);
}

/** Asks the server for the request by `ask`, and goes where the answer says. */
async function open(ask) {
    clearTimeout(retry);
    become(PageState.OPENING);
    try {
        enter(await ask());
    } catch (problem) {
        failed(problem);
    }
}

function reopen() {
    open(() => (session.isOpen ? session.request() : session.redeem()));
}

function enter(answer) {
    request = answer;
    if (!session.recall("language")) language = languageFor([answer.language, language]);
    transfers.follow(answer);
    if (answer.receipt) receipt = answer.receipt;
    become(pageStateOf(answer, session.recall("has_read")));
}

/** One place for everything that can go wrong between the page and the server, outside the uploads. */
function failed(problem) {
    if (problem instanceof Unreachable) {
        become(PageState.UNAVAILABLE);
        clearTimeout(retry);
        retry = setTimeout(reopen, RETRY_MS);
    } else if (problem instanceof UploadRefused && problem.code === "link_closed") {
        session.forget();
        become(PageState.CLOSED);
    } else if (problem instanceof UploadRefused && problem.code === "consent_required") {
        open(() => session.request());
    } else if (problem instanceof UploadRefused && session.isOpen && problem.status === 401) {
        session.forget();
        become(secret ? PageState.START : PageState.WRONG_LINK);
    } else if (problem instanceof UploadRefused) {
        session.forget();
        become(PageState.WRONG_LINK);
    } else {
        throw problem;
    }
}

/** Continue on the welcome screen: consent first, where it is asked for. */
async function proceed() {
    const consent = request.consent ?? {};
    if (consent.required && !consent.given) {
        const isMissing = !one("#agree").checked;
        one("#consent-missing").textContent = isMissing ? say(language, "consent_missing") : "";
        if (isMissing) {
            one("#agree").focus();
            return;
        }
        try {
            await session.giveConsent(consent.wording_version);
        } catch (problem) {
            failed(problem);
            return;
        }
        request.consent = { ...consent, given: true };
    }
    session.remember("has_read", true);
    become(pageStateOf(request, true));
}

function choose(chosen) {
    const expected = awaited;
    awaited = null;
    remarks = transfers.add(chosen);
    if (chosen.length === 0) remarks.push({ key: "nothing_chosen" });
    if (expected && expected.state === FileState.MISSING && chosen.length === 1) {
        remarks = [
            { key: "other_file", name: chosen[0].file.name, expected: expected.name, sizeBytes: expected.sizeBytes }
        ];
    }
    notYet = null;
    if (transfers.rows.length > 0) become(PageState.SENDING);
    else draw();
}

async function finish() {
    const { arrived, unfinished, missing } = transfers.counts;
    if (unfinished + missing > 0) notYet = "finish_not_yet";
    else notYet = arrived === 0 ? "finish_nothing" : null;
    if (notYet) {
        draw();
        return;
    }
    become(PageState.FINISHING);
    try {
        receipt = await finishWhenSealed();
        session.remember("receipt", receipt);
        transfers.forgetAll();
        become(PageState.RECEIPT);
    } catch (problem) {
        if (problem instanceof UploadRefused && problem.code === "conflict") {
            notYet = "finish_not_yet";
            enter(await session.request().catch(() => request));
        } else failed(problem);
    }
}

/** The server seals what arrived before it gives a receipt; that may take a while for large files. */
async function finishWhenSealed() {
    for (;;) {
        const latest = await session.request();
        transfers.follow(latest);
        if (latest.receipt) return latest.receipt;
        await transfers.cancelLeftovers(latest);
        if (!latest.uploads.some((upload) => upload.state === "checking")) return session.finish();
        await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
}

/** While files are being sealed, only the server knows when they are safe. */
let isFollowing = false;
async function follow() {
    if (state !== PageState.SENDING || isFollowing || document.hidden || transfers.counts.checking === 0) return;
    isFollowing = true;
    try {
        transfers.follow(await session.request());
    } catch (problem) {
        if (!(problem instanceof Unreachable)) failed(problem);
    } finally {
        isFollowing = false;
    }
}

function become(next) {
    if (next !== state) one("#privacy").open = next === PageState.WELCOME; // afterwards it can be unfolded
    state = next;
    draw();
    showScreen(state, { isFirst });
}

/** Called by the transfers: for one row, or for the whole list. */
function changed(row) {
    const closing = transfers.rows.find(({ refusal }) => ["link_closed", "consent_required"].includes(refusal?.code));
    if (closing && state === PageState.SENDING) {
        failed(closing.refusal);
        return;
    }
    if (row) speak(row);
    if (state !== PageState.SENDING) return;
    if (row && transfers.rows.includes(row)) rows.update(row, language, request.limits);
    else rows.show(transfers.rows, language, request.limits);
    drawSummary();
}

function draw() {
    one("#language").value = language;
    fill(language, values());
    one("#privacy").hidden = !request || state === PageState.OPENING;
    setText(one("[data-closed-text]"), say(language, closedKey()));
    const isOffline = navigator.onLine === false;
    setText(one("[data-unavailable-heading]"), say(language, isOffline ? "no_network_heading" : "unavailable_heading"));
    if (receipt) showReceipt(receipt, language, one('[data-screen="receipt"]'));
    if (!request) return;
    ["#files", "#more"].forEach((input) => {
        one(input).accept = acceptAttribute(request.limits);
    });
    rows.show(transfers.rows, language, request.limits);
    drawSummary();
    const told = remarks.map((remark) =>
        say(language, remark.key, { ...remark, size: size(language, remark.sizeBytes ?? 0) })
    );
    setText(one("#remark"), told.join(" "));
    setText(one("#not-yet"), notYet ? say(language, notYet) : "");
}

function drawSummary() {
    const { all: count, arrived, unfinished, active, missing, checking } = transfers.counts;
    const states = transfers.rows.map((row) => row.state);
    const isOffline = states.includes(FileState.OFFLINE) || (active > 0 && navigator.onLine === false);
    const isAway = !isOffline && states.includes(FileState.RETRYING);
    const isDone = count > 0 && unfinished + missing === 0;
    if (unfinished + missing === 0) notYet = null;
    let heading = "sending_heading";
    if (isDone) heading = "all_arrived_heading";
    else if (missing > 0 && unfinished === 0) heading = "attention_heading";
    else if (active === 0 && states.includes(FileState.PAUSED)) heading = "paused_heading";
    let advice = missing > 0 ? "missing_explained" : "keep_open";
    if (isDone) advice = "all_sent_question";
    setText(one("[data-sending-heading]"), say(language, heading));
    setText(one("[data-summary]"), say(language, "arrived_count", { arrived, count }));
    setText(one("[data-advice]"), count > 0 ? say(language, advice) : "");
    const total = transfers.rows.filter(({ state: s }) => s !== FileState.REFUSED);
    const bytes = total.reduce((sum, row) => sum + row.sizeBytes, 0);
    const sent = total.reduce((sum, row) => sum + (row.sizeBytes * row.percent) / 100, 0);
    one("[data-whole]").value = bytes === 0 ? (isDone ? 100 : 0) : (sent * 100) / bytes;
    one("[data-whole]").hidden = count < 2;
    one("[data-whole]").setAttribute("aria-label", say(language, "arrived_count", { arrived, count }));
    one("#finish").classList.toggle("primary", isDone);
    const banner = one("#banner");
    const text = isOffline ? say(language, "offline") : isAway ? say(language, "server_away") : "";
    if (banner.lastElementChild.textContent !== "" && text === "") announce(say(language, "spoken_continues"));
    banner.hidden = text === "" || state !== PageState.SENDING;
    setText(one("#banner span"), text);
    keepAwake(active + checking > 0 && state === PageState.SENDING);
}

/** Progress is on the screen; ears hear of each quarter only. */
function speak(row) {
    if (row.state === FileState.CHECKING && spoken.get(row.id) !== "arrived") {
        spoken.set(row.id, "arrived");
        announce(say(language, "spoken_arrived", { name: row.name }));
    } else if (row.state === FileState.SENDING) {
        const milestone = Math.floor(row.percent / MILESTONE) * MILESTONE;
        const last = spoken.get(row.id) ?? 0;
        spoken.set(row.id, Math.max(milestone, last));
        if (milestone > last)
            announce(say(language, "spoken_percent", { name: row.name, percent: percent(language, milestone) }));
    }
}

function announce(text) {
    one("#announcer").textContent = text;
}

function showDragging(isDragging) {
    all("[data-drop]").forEach((zone) => zone.classList.toggle("is-dragging", isDragging));
}

function closedKey() {
    const { state: reason } = request ?? {};
    return reason === "expired" || reason === "fulfilled" ? `closed_${reason}_text` : "closed_text";
}

/** The request in the reader's language. */
function values() {
    const organisation = one('meta[name="casegate-organisation"]').content || receipt?.organisation;
    if (!request) return { organisation, mayAskAgain: true };
    const { limits, consent } = request;
    const told = [
        limits.max_file_bytes && say(language, "limit_size", { size: size(language, limits.max_file_bytes) }),
        limits.accepted_extensions?.length &&
            say(language, "limit_types", { types: limits.accepted_extensions.join(", ") }),
        limits.max_files && say(language, "limit_count", { count: limits.max_files })
    ].filter(Boolean);
    return {
        organisation: request.organisation || organisation,
        agent: request.asked_by,
        caseNumber: request.case_number,
        needed: request.needed,
        message: request.message,
        dueOn: request.due_on && day(language, request.due_on),
        linkEnds: moment(language, request.expires_at),
        mustAgree: consent?.required && !consent.given,
        consentWording: consent?.wording,
        kept: request.retention_days && say(language, "kept_days", { count: request.retention_days }),
        storedWhere: request.stored_where,
        legalBasis: request.legal_basis,
        dpoContact: request.dpo_contact,
        limits: told.join(" "),
        mayAskAgain: request.state !== "fulfilled"
    };
}
