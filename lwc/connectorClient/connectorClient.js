/**
 * What an agent's browser asks of the connector, and the one error it throws.
 *
 * Knows tokens, paths and problem documents; knows no markup and no words. The token stays in this
 * module's memory: it is in no storage, no attribute and no log.
 *
 * Invariants: a call to another Case never carries this Case's token; opening a file never uses a
 * token from the cache, because the connector wants one minted within the last minute.
 * Units: times in milliseconds.
 */
import mintToken from "@salesforce/apex/FileRequestController.mintToken";
import { ConnectorError, refusedByOrg, toProblem } from "./problem";

export { ConnectorError };

const TOKEN_LIFETIME_MS = 300_000;
const RENEW_BEFORE_MS = 60_000;
const ANSWER_WITHIN_MS = 30_000;
/** Looking is repeated anyway, so silence is noticed sooner. */
const LIST_WITHIN_MS = 10_000;

/** One entry per Case: the promise of a grant, shared by calls that start together. */
const grants = new Map();

/** Requests and files of the Case, newest first. */
export function listCase(caseId, { filesAfter, signal } = {}) {
    const query = filesAfter ? `?files_after=${encodeURIComponent(filesAfter)}` : "";
    return call(caseId, query, { signal, within: LIST_WITHIN_MS });
}

/** Repeating it with the same `client_id` yields the first request, not a second one. */
export async function createFileRequest(caseId, request) {
    const created = await call(caseId, "/file-requests", { method: "POST", body: request });
    tell(caseId, created);
    return created;
}

/** A link with its own secret; whoever has it can answer the request. */
export function createLink(caseId, requestId) {
    return call(caseId, `/file-requests/${encodeURIComponent(requestId)}/links`, { method: "POST" });
}

export function resendFileRequest(caseId, requestId) {
    return call(caseId, `/file-requests/${encodeURIComponent(requestId)}/resend`, { method: "POST" });
}

export function revokeFileRequest(caseId, requestId) {
    return call(caseId, `/file-requests/${encodeURIComponent(requestId)}/revoke`, { method: "POST" });
}

/** A download URL whose first use must come within a minute; `reason` for a file that could not be fully checked. */
export function createTicket(caseId, fileId, reason) {
    return call(caseId, `/secure-files/${encodeURIComponent(fileId)}/tickets`, {
        method: "POST",
        fresh: true,
        body: reason ? { reason } : undefined
    });
}

const listeners = new Set();

/** Calls `heard(request)` when any component of this page makes a request for the Case. */
export function onFileRequestCreated(caseId, heard) {
    const listener = { caseId, heard };
    listeners.add(listener);
    return () => listeners.delete(listener);
}

function tell(caseId, request) {
    for (const listener of listeners) {
        if (listener.caseId === caseId) {
            listener.heard(request);
        }
    }
}

async function call(caseId, path, { fresh = false, ...request } = {}) {
    const url = `/api/v1/cases/${encodeURIComponent(caseId)}${path}`;
    let answer = await send(await grantFor(caseId, fresh), url, request);
    if (answer.status === 401 && !fresh) {
        // The token died early: a rotated certificate, or a computer that slept. Nothing was done, so repeat.
        grants.delete(caseId);
        answer = await send(await grantFor(caseId, true), url, request);
    }
    if (!answer.ok) {
        throw await toProblem(answer);
    }
    return answer.json().catch((cause) => {
        throw new ConnectorError("unreachable", { status: answer.status, cause });
    });
}

async function send(grant, url, { method = "GET", body, signal, within = ANSWER_WITHIN_MS }) {
    const headers = { Authorization: `Bearer ${grant.token}`, Accept: "application/json" };
    if (body !== undefined) {
        headers["Content-Type"] = "application/json";
    }
    const deadline = new AbortController();
    const abort = () => deadline.abort();
    signal?.addEventListener("abort", abort, { once: true });
    // eslint-disable-next-line @lwc/lwc/no-async-operation, @locker/locker/distorted-window-set-timeout -- a deadline, cleared when the answer is there
    const timer = setTimeout(abort, within);
    try {
        return await fetch(`${grant.baseUrl}${url}`, {
            method,
            headers,
            body: body === undefined ? undefined : JSON.stringify(body),
            signal: deadline.signal,
            cache: "no-store",
            credentials: "omit",
            redirect: "error",
            referrerPolicy: "no-referrer"
        });
    } catch (cause) {
        throw new ConnectorError(signal?.aborted ? "aborted" : "unreachable", { cause });
    } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
    }
}

function grantFor(caseId, fresh) {
    const held = grants.get(caseId);
    if (held && !fresh && Date.now() < held.goodUntil) {
        return held.grant;
    }
    const entry = { goodUntil: Infinity };
    entry.grant = mint(caseId).then(
        (grant) => {
            entry.goodUntil = Date.now() + lifetime(grant) - RENEW_BEFORE_MS;
            return grant;
        },
        (cause) => {
            if (grants.get(caseId) === entry) {
                grants.delete(caseId);
            }
            throw refusedByOrg(cause);
        }
    );
    grants.set(caseId, entry);
    return entry.grant;
}

async function mint(caseId) {
    const { token, baseUrl, expiresAt } = await mintToken({ caseId });
    return { token, baseUrl, expiresAt };
}

/** A computer whose clock is wrong must neither mint for every call nor keep a dead token. */
function lifetime({ expiresAt }) {
    const left = expiresAt - Date.now();
    return left > 0 && left <= TOKEN_LIFETIME_MS ? left : TOKEN_LIFETIME_MS;
}
