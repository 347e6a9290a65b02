/**
 * resumableUpload: sends one file to a tus 1.0.0 server and does not give up.
 *
 * The Case panel and the customer's upload page load this very file, so it knows the protocol and neither of them:
 * no words for people, no elements, no framework, nothing that Lightning Web Security refuses (no worker, no stream body).
 *
 * Format: tus 1.0.0 core, creation, termination; refusals are RFC 9457 problem documents with a `code`.
 * Invariants: bytes follow only an offset that the server itself stated; a refusal (4xx) ends the upload, everything else
 * is tried again for ever; one client id per file and scope, so a creation whose answer was lost is not made twice.
 * Units: bytes and milliseconds, except `secondsLeft`.
 */

export const UploadState = Object.freeze({
    READY: "ready", // nothing sent yet
    PREPARING: "preparing", // creating the upload, or asking how far it got
    SENDING: "sending",
    WAITING: "waiting", // the connection failed; goes on by itself
    PAUSED: "paused",
    ARRIVED: "arrived", // the server holds every byte
    CANCELLED: "cancelled",
    REFUSED: "refused" // see `refusal`
});

export const SMALLEST_CHUNK = 256 * 1024;
export const LARGEST_CHUNK = 64 * 1024 * 1024;
const FIRST_CHUNK = 1024 * 1024;
// A request of this length survives most drops and still keeps the pipe full.
const REQUEST_MS = Object.freeze({ shortest: 5000, desired: 10000, longest: 20000 });
const DEFAULT_LIMITS = Object.freeze({
    stallMs: 30000, // no byte moved: the connection is dead, whatever the socket says
    answerMs: 120000, // every byte handed over: the server may need time to make them durable
    questionMs: 30000, // HEAD, POST, DELETE
    firstDelayMs: 1000,
    longestDelayMs: 30000
});

const TUS = Object.freeze({ "Tus-Resumable": "1.0.0" });
const PASSING = Object.freeze([408, 423, 425, 429]);
const REPLACEMENTS_ALLOWED = 3;
const CONFLICTS_ALLOWED = 8;
const SAMPLE_EVERY_MS = 400;
const RATE_MEMORY_MS = 6000;
// For answers without a problem document: those to HEAD have no body, and proxies send pages.
const CODE_OF_STATUS = Object.freeze({ 401: "unauthenticated", 404: "not_found", 410: "link_closed" });
const OVER = Object.freeze([UploadState.ARRIVED, UploadState.CANCELLED, UploadState.REFUSED]);

/** The server (or the file itself) said no, and repeating will not help. `code` is the problem document's. */
export class UploadRefused extends Error {
    constructor(code, status = 0, problem = null) {
        super(problem?.detail ?? problem?.title ?? code);
        Object.assign(this, { name: "UploadRefused", code, status, problem });
    }
}

/** We could not find out; worth repeating. `by` is who failed: the network or the server. */
class Interruption extends Error {
    constructor(by, { afterMs = null, soon = false } = {}) {
        super(by);
        Object.assign(this, { by, afterMs, soon });
    }
}

/** Where unfinished uploads are remembered; any object with these three methods will do. Names of files are not kept. */
// eslint-disable-next-line @locker/locker/distorted-storage-constructor -- Lightning keeps a store per namespace; that suits us
export function browserMemory(storage = window.localStorage) {
    // Private windows and full storage refuse: then the upload works, only not across a reload.
    const quietly = (act) => {
        try {
            return act();
        } catch {
            return null;
        }
    };
    return {
        read: (key) => quietly(() => JSON.parse(storage.getItem(key))),
        write: (key, value) => quietly(() => storage.setItem(key, JSON.stringify(value))),
        forget: (key) => quietly(() => storage.removeItem(key))
    };
}

/** Clock, chance and network of the browser; tests hand in their own. */
export function browserDevice() {
    return {
        now: () => Date.now(),
        random: () => Math.random(),
        newId: () =>
            Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join(""),
        after(ms, act) {
            // eslint-disable-next-line @lwc/lwc/no-async-operation, @locker/locker/distorted-window-set-timeout -- a function, cancelled
            const timer = setTimeout(act, ms);
            return () => clearTimeout(timer);
        },
        isOffline: () => navigator.onLine === false,
        watch(lost, returned) {
            const woken = () => document.visibilityState === "visible" && returned();
            const control = new AbortController();
            window.addEventListener("offline", lost, control);
            window.addEventListener("online", returned, control);
            document.addEventListener("visibilitychange", woken, control);
            return () => control.abort();
        }
    };
}

/** The key under which a file's upload is remembered: the same file in the same scope gives the same key. */
export function memoryKey(scope, file, relativePath = "") {
    return `casegate.upload.${scope}.${file.size}.${file.lastModified ?? 0}.${digest(`${relativePath}/${file.name}`)}`;
}

export class ResumableUpload {
    /**
     * Options: `endpoint` creates uploads; `scope` is what they belong to (a file request's id), part of the key in `memory`;
     * `authorization` is async ({ renew }) => value of that header, `renew` after a 401; `relativePath` lies inside a chosen
     * folder; `clientName` is who sends, for the audit; `known` is { uploadUrl, clientId } of an upload the server told us about (another tab, another device);
     * `onChange` receives snapshots; `memory`, `device`, `limits`: see browserMemory, browserDevice, DEFAULT_LIMITS.
     */
    constructor(file, options) {
        this.file = file;
        this._endpoint = new URL(options.endpoint, document.baseURI).href;
        this._authorization = options.authorization ?? (async () => null);
        this._relativePath = options.relativePath ?? "";
        this._clientName = options.clientName;
        this._onChange = options.onChange ?? (() => {});
        this._memory = options.memory ?? browserMemory();
        this._device = options.device ?? browserDevice();
        this._limits = { ...DEFAULT_LIMITS, ...options.limits };
        this._key = memoryKey(options.scope, file, this._relativePath);
        const remembered = this._memory.read(this._key) ?? {};
        const known = options.known ?? {};
        this.clientId = known.clientId ?? remembered.clientId ?? null;
        this._url = this._sameOrigin(known.uploadUrl ?? remembered.url);
        this._state = UploadState.READY;
        this._refusal = null;
        this._offset = 0; // what the server has confirmed
        this._inFlight = 0; // handed to the network since
        this._chunk = FIRST_CHUNK;
        this._rate = 0;
        this._replaced = 0;
        this._conflicts = 0;
        this._hurry = false; // the network is back: do not wait
        this._run = null;
        this._loop = Promise.resolve();
        this._abort = () => {};
        this.settled = new Promise((resolve) => Object.assign(this, { _settle: resolve }));
    }

    get snapshot() {
        const sizeBytes = this.file.size;
        const arrived = this._state === UploadState.ARRIVED;
        const sentBytes = arrived ? sizeBytes : Math.min(sizeBytes, this._offset + this._inFlight);
        const moving = this._state === UploadState.SENDING && this._rate > 0;
        return {
            state: this._state,
            sizeBytes,
            sentBytes,
            confirmedBytes: this._offset,
            percent: arrived ? 100 : Math.floor((sentBytes * 100) / Math.max(1, sizeBytes)),
            secondsLeft: moving ? Math.ceil((sizeBytes - sentBytes) / this._rate / 1000) : null,
            waitingFor: this._state === UploadState.WAITING ? this._waitingFor : null,
            refusal: this._refusal,
            clientId: this.clientId,
            uploadUrl: this._url
        };
    }

    /** Starts, or goes on after a pause. */
    start() {
        if (this._run || OVER.includes(this._state)) return;
        const run = {};
        this._run = run;
        this._set(UploadState.PREPARING);
        this._loop = this._loop.then(() => this._keepTrying(run));
    }

    pause() {
        if (this._state === UploadState.PAUSED || OVER.includes(this._state)) return;
        this._stop();
        this._set(UploadState.PAUSED);
    }

    /** Ends the upload here and on the server. Resolves to whether the server agreed; it expires the rest by itself. */
    async cancel() {
        if (OVER.includes(this._state)) return false;
        this._stop();
        this._memory.forget(this._key);
        this._finish(UploadState.CANCELLED);
        await this._loop; // a creation under way must end first, or its upload would stay behind
        this._memory.forget(this._key);
        if (!this._url) return true;
        const answer = await this._ask("DELETE", this._url).catch(() => ({ status: 0 }));
        return answer.ok || answer.status === 404 || answer.status === 410;
    }

    async _keepTrying(run) {
        const unwatch = this._device.watch(this._networkLost.bind(this), this._networkReturned.bind(this));
        let failures = 0;
        while (this._run === run) {
            const before = this._offset;
            try {
                // eslint-disable-next-line no-await-in-loop -- one attempt after the other is the point
                await this._sendRest(run);
                if (this._run === run) this._finish(UploadState.ARRIVED);
            } catch (problem) {
                this._inFlight = 0;
                if (this._run !== run) break;
                failures = this._offset > before ? 1 : failures + 1;
                // eslint-disable-next-line no-await-in-loop -- see above
                if (problem instanceof Interruption) await this._pauseFor(problem, failures);
                else
                    this._finish(
                        UploadState.REFUSED,
                        problem instanceof UploadRefused ? problem : new UploadRefused("internal")
                    );
            }
        }
        unwatch();
    }

    async _sendRest(run) {
        if (this._url) await this._askOffset();
        else await this._create();
        this._lastSample = null;
        while (this._run === run && this._offset < this.file.size) {
            // eslint-disable-next-line no-await-in-loop -- tus appends in order
            await this._sendChunk(run);
        }
    }

    async _create() {
        const repeated = this.clientId !== null;
        this.clientId ??= this._device.newId();
        this._memory.write(this._key, { clientId: this.clientId });
        const { name, type } = this.file;
        const metadata = { filename: name, filetype: type || "application/octet-stream", client_id: this.clientId };
        if (this._relativePath) metadata.relative_path = this._relativePath;
        const headers = { "Upload-Length": String(this.file.size), "Upload-Metadata": encodeMetadata(metadata) };
        if (this._clientName) headers["X-Client-Name"] = this._clientName;
        const answer = await this._ask("POST", this._endpoint, headers);
        const location = answer.headers.get("Location");
        if (answer.status !== 201 || !location) throw await failure(answer);
        this._url = this._sameOrigin(location);
        this._memory.write(this._key, { clientId: this.clientId, url: this._url });
        const stated = answer.headers.get("Upload-Offset");
        if (stated !== null) this._offset = Number(stated);
        else if (repeated) await this._askOffset();
        else this._offset = 0;
    }

    async _askOffset() {
        const answer = await this._ask("HEAD", this._url);
        const length = answer.headers.get("Upload-Length");
        const isOther = answer.ok && length !== null && Number(length) !== this.file.size;
        const offset = Number(answer.headers.get("Upload-Offset") ?? NaN);
        if (offset > this._offset) this._conflicts = 0;
        if (answer.status === 404 || answer.status === 410 || isOther) this._replace(answer.status);
        else if (answer.ok && offset >= 0 && offset <= this.file.size) this._offset = offset;
        else throw await failure(answer);
    }

    /** The server does not know this upload any more: begin a new one, under a new client id. */
    _replace(status) {
        this._replaced += 1;
        if (this._replaced > REPLACEMENTS_ALLOWED)
            throw new UploadRefused(CODE_OF_STATUS[status] ?? "not_found", status);
        this._memory.forget(this._key);
        this._url = null;
        this.clientId = null;
        this._offset = 0;
        throw new Interruption("server", { soon: true });
    }

    async _sendChunk(run) {
        const from = this._offset;
        const chunk = this.file.slice(from, from + this._chunk, "application/octet-stream");
        const started = this._device.now();
        const answer = await this._append(run, from, chunk);
        if (!answer) return; // stopped meanwhile
        this._inFlight = 0;
        if (answer.status !== 204 && answer.status !== 200) await this._explainAppend(answer);
        const offset = Number(answer.headers.get("Upload-Offset") ?? NaN);
        if (!(offset > from && offset <= this.file.size)) throw new Interruption("server");
        this._offset = offset;
        this._conflicts = 0;
        this._adapt(offset - from, this._device.now() - started);
        this._onChange(this.snapshot);
    }

    async _explainAppend(answer) {
        const { status, problem } = answer;
        const isElsewhere = status === 409 || status === 404 || (status === 410 && problem?.code !== "link_closed");
        if (isElsewhere && this._conflicts < CONFLICTS_ALLOWED) {
            this._conflicts += 1;
            throw new Interruption("server", { soon: true }); // another request moved or ended it: ask, then go on
        }
        if (status === 413 && !problem && this._chunk > SMALLEST_CHUNK) {
            this._chunk = chunkWithin(this._chunk / 2); // a proxy's body limit, not our server's policy
            throw new Interruption("server", { soon: true });
        }
        throw await failure(answer);
    }

    /** One PATCH. XMLHttpRequest, because fetch tells nothing about the bytes under way. */
    async _append(run, from, chunk, renew = false) {
        const headers = await this._headers(
            { "Upload-Offset": String(from), "Content-Type": "application/offset+octet-stream" },
            renew
        );
        if (this._run !== run) return null;
        this._set(UploadState.SENDING);
        try {
            const answer = await this._transmit(chunk, headers);
            return answer.status === 401 && !renew ? this._append(run, from, chunk, true) : answer;
        } catch (problem) {
            if (this._run !== run) return null;
            this._chunk = chunkWithin(this._chunk / 2);
            await this._assertReadable();
            throw problem;
        }
    }

    _transmit(chunk, headers) {
        return new Promise((resolve, reject) => {
            const request = new XMLHttpRequest();
            let callOff = () => {};
            const expectWithin = (ms) => {
                callOff();
                callOff = this._device.after(ms, () => request.abort());
            };
            const fail = () => {
                callOff();
                reject(new Interruption("network"));
            };
            request.open("PATCH", this._url);
            Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
            request.upload.onprogress = ({ loaded }) => {
                this._inFlight = Math.min(loaded, chunk.size);
                expectWithin(loaded < chunk.size ? this._limits.stallMs : this._limits.answerMs);
                this._sample();
                this._onChange(this.snapshot);
            };
            request.onload = () => {
                callOff();
                resolve({
                    status: request.status,
                    ok: request.status >= 200 && request.status < 300,
                    headers: { get: (name) => request.getResponseHeader(name) },
                    problem: parseProblem(request.getResponseHeader("Content-Type"), request.responseText)
                });
            };
            request.onerror = fail;
            request.onabort = fail;
            this._abort = () => request.abort();
            expectWithin(this._limits.stallMs);
            request.send(chunk);
        });
    }

    /** HEAD, POST, DELETE. A 401 renews the credential once. */
    async _ask(method, url, headers = {}, renew = false) {
        const allHeaders = await this._headers(headers, renew);
        const control = new AbortController();
        const callOff = this._device.after(this._limits.questionMs, () => control.abort());
        if (method === "HEAD") this._abort = () => control.abort();
        const request = { method, headers: allHeaders, cache: "no-store", credentials: "omit", signal: control.signal };
        const answer = await fetch(url, request).catch(() => null);
        callOff();
        if (!answer) throw new Interruption("network");
        if (answer.status === 401 && !renew) return this._ask(method, url, headers, true);
        return answer;
    }

    async _headers(headers, renew) {
        try {
            const authorization = await this._authorization({ renew });
            return { ...TUS, ...headers, ...(authorization ? { Authorization: authorization } : {}) };
        } catch (problem) {
            throw problem instanceof UploadRefused ? problem : new Interruption("network");
        }
    }

    /** A file that was changed or unplugged looks like a failed network; only reading it tells. */
    async _assertReadable() {
        const byte = this.file.slice(this._offset, this._offset + 1);
        const readable = await byte.arrayBuffer().catch(() => null);
        if (!readable) throw new UploadRefused("file_unreadable");
    }

    _pauseFor(problem, failures) {
        const { firstDelayMs, longestDelayMs } = this._limits;
        const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 16));
        const jittered = full * (0.5 + this._device.random() / 2);
        const ms = this._hurry || (problem.soon && failures <= 1) ? 0 : (problem.afterMs ?? jittered);
        this._byNetwork = problem.by === "network";
        this._waitingFor = this._byNetwork && this._device.isOffline() ? "network" : "server";
        if (ms > 0) this._set(UploadState.WAITING);
        return new Promise((resolve) => {
            const callOff = this._device.after(ms, resolve);
            this._abort = () => resolve(callOff());
        }).then(() => Object.assign(this, { _hurry: false }));
    }

    _networkLost() {
        if (this._state === UploadState.SENDING) this._abort(); // the socket would only notice minutes later
        if (this._state !== UploadState.WAITING) return;
        this._waitingFor = "network";
        this._onChange(this.snapshot);
    }

    _networkReturned() {
        if (this._state !== UploadState.WAITING || !this._byNetwork) return;
        this._hurry = true;
        this._abort();
    }

    _stop() {
        this._run = null;
        this._inFlight = 0;
        this._abort();
    }

    _finish(state, refusal = null) {
        this._run = null;
        this._refusal = refusal;
        this._set(state);
        this._settle(this.snapshot);
    }

    _adapt(bytes, elapsedMs) {
        if (elapsedMs >= REQUEST_MS.shortest && elapsedMs <= REQUEST_MS.longest) return;
        const ideal = (bytes * REQUEST_MS.desired) / Math.max(1, elapsedMs);
        this._chunk = chunkWithin(Math.min(ideal, this._chunk * 4));
    }

    /** Bytes per millisecond, smoothed over the last seconds so that the time left does not jump about. */
    _sample() {
        const now = this._device.now();
        const sent = this._offset + this._inFlight;
        const last = this._lastSample;
        if (last && now - last.at < SAMPLE_EVERY_MS) return;
        this._lastSample = { at: now, sent };
        if (!last || sent <= last.sent) return;
        const current = (sent - last.sent) / (now - last.at);
        const weight = this._rate === 0 ? 1 : 1 - Math.exp((last.at - now) / RATE_MEMORY_MS);
        this._rate += (current - this._rate) * weight;
    }

    _set(state) {
        if (this._state === state) return;
        this._state = state;
        this._onChange(this.snapshot);
    }

    /** The credential goes to the server we were told to use and to no other, whatever an answer or the memory says. */
    _sameOrigin(url) {
        if (!url) return null;
        const { pathname, search } = new URL(url, this._endpoint);
        return new URL(pathname + search, this._endpoint).href;
    }
}

export function chunkWithin(bytes) {
    const whole = Math.floor(bytes / SMALLEST_CHUNK) * SMALLEST_CHUNK;
    return Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, whole));
}

export function encodeMetadata(metadata) {
    const base64 = (value) => btoa(String.fromCharCode(...new TextEncoder().encode(value)));
    return Object.entries(metadata)
        .map(([key, value]) => `${key} ${base64(value)}`.trim())
        .join(",");
}

/** What an answer other than success means: an UploadRefused, or an Interruption to be tried again. */
async function failure(answer) {
    const { status } = answer;
    if (status >= 400 && status < 500 && !PASSING.includes(status)) {
        const problem = answer.problem ?? parseProblem(answer.headers.get("Content-Type"), await answer.text?.());
        return new UploadRefused(problem?.code ?? CODE_OF_STATUS[status] ?? "invalid_request", status, problem);
    }
    const seconds = Number(answer.headers.get("Retry-After") ?? NaN);
    const afterMs = seconds > 0 ? Math.min(seconds, 300) * 1000 : null;
    return new Interruption("server", { afterMs, soon: status === 423 });
}

function parseProblem(contentType, text) {
    if (!/^application\/problem\+json/.test(contentType ?? "")) return null;
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}

/** FNV-1a; not secret: with size and time it tells files apart without keeping their names in the browser. */
function digest(text) {
    return new TextEncoder()
        .encode(text)
        .reduce((hash, byte) => Math.imul(hash ^ byte, 16777619) >>> 0, 2166136261)
        .toString(36);
}
