/**
 * The files of this request: those being sent here, those waiting, and those the server already knows.
 *
 * Knows the rules of the list (what is a duplicate, what belongs to which upload, who goes next), not how it looks.
 * Invariants: one row per upload; a file that the server holds is never sent a second time; large files go one after the
 * other so that each arrives as early as it can, small ones slip in beside them.
 */
import { ResumableUpload, browserMemory, memoryKey } from "./resumableUpload.js";
import { FileState, fileStateFromServer, fileStateOf, isActive, isUnfinished } from "./states.js";
import { refusalOf } from "./limits.js";

const AT_ONCE = 3;
const SMALL_BYTES = 4 * 1024 * 1024;

export class Transfers {
    constructor(session, onChange) {
        this._session = session;
        this._onChange = onChange;
        this._memory = browserMemory();
        this._limits = {};
        this._nextId = 1;
        this._removed = new Set(); // client ids; the server may still list them for a moment
        this.rows = [];
    }

    /** Takes over what the server says: new uploads appear, finished ones are marked. */
    follow(request) {
        this._limits = request.limits ?? {};
        const known = request.uploads.filter((upload) => !this._removed.has(upload.client_id));
        known.forEach((upload) => {
            const row = this.rows.find(
                (one) => one.clientId === upload.client_id || (one.server && one.server.id === upload.id)
            );
            if (upload.state === "cancelled") {
                if (row && !row.upload) this._drop(row);
            } else if (!row) {
                this._append({ ...fromServer(upload), name: upload.file_name, sizeBytes: upload.size_bytes });
            } else if (!row.upload || upload.state === "arrived") {
                Object.assign(row, fromServer(upload));
            }
        });
        this._onChange();
    }

    /** Takes chosen files. Resolves to what the person should be told about each that was not simply added. */
    add(chosen) {
        const remarks = [];
        chosen.forEach(({ file, relativePath }) => {
            const row = this._rowOf(file, relativePath);
            const isNew = !row || (row.state === FileState.REFUSED && !row.server);
            if (row && isNew) this._drop(row);
            if (isNew) this._addNew(file, relativePath);
            else if (needsFile(row.state)) this._begin(row, file, relativePath);
            else remarks.push({ key: "already_listed", name: row.name });
        });
        this._startNext();
        this._onChange();
        return remarks;
    }

    pause(row) {
        if (row.upload) row.upload.pause();
        row.state = FileState.PAUSED;
        this._startNext();
        this._onChange();
    }

    resume(row) {
        row.state = FileState.WAITING;
        this._startNext();
        this._onChange();
    }

    /** Repeats what was refused for a reason that may have passed. */
    tryAgain(row) {
        this._begin(row, row.file, row.relativePath);
        this._startNext();
        this._onChange();
    }

    async remove(row) {
        this._drop(row);
        this._startNext();
        this._onChange();
        if (row.file) this._memory.forget(memoryKey(this._session.requestId, row.file, row.relativePath));
        this._removed.add(row.upload?.clientId ?? row.clientId);
        const url = row.server?.upload_url ?? row.upload?.snapshot.uploadUrl;
        if (isUnfinished(row.state)) await row.upload.cancel();
        else if (url) await this._session.cancelUpload(url).catch(() => {}); // cancelLeftovers tries again
    }

    /** What was removed here while the server could not be told, and would keep the request from being finished. */
    async cancelLeftovers(request) {
        const left = request.uploads.filter(
            ({ client_id: id, state }) => this._removed.has(id) && state === "receiving"
        );
        await Promise.all(left.map((upload) => this._session.cancelUpload(upload.upload_url)));
    }

    /** Nothing of this request stays in the browser once it is complete. */
    forgetAll() {
        this.rows.forEach(
            (row) => row.file && this._memory.forget(memoryKey(this._session.requestId, row.file, row.relativePath))
        );
    }

    get counts() {
        const count = (test) => this.rows.filter(({ state }) => test(state)).length;
        return {
            all: count((state) => state !== FileState.REFUSED),
            arrived: count((state) => state === FileState.ARRIVED || state === FileState.CHECKING),
            checking: count((state) => state === FileState.CHECKING),
            unfinished: count(isUnfinished),
            active: count(isActive),
            missing: count((state) => state === FileState.MISSING)
        };
    }

    /** The upload a file belongs to: by what this browser remembers of it, else by name and size (another device began it). */
    _rowOf(file, relativePath) {
        const remembered = this._memory.read(memoryKey(this._session.requestId, file, relativePath))?.clientId;
        const isSame = (row) =>
            row.file && row.file.lastModified === file.lastModified && row.relativePath === relativePath;
        const isAlike = (row) => row.sizeBytes === file.size && row.name.normalize() === file.name.normalize();
        return (
            this.rows.find((row) => remembered && row.clientId === remembered) ??
            this.rows.find((row) => isAlike(row) && (needsFile(row.state) || isSame(row)))
        );
    }

    _addNew(file, relativePath) {
        const taken = this.rows.filter(({ state }) => state !== FileState.REFUSED).length;
        const refusal = refusalOf(file, this._limits, taken);
        const row = this._append({
            name: file.name,
            sizeBytes: file.size,
            file,
            relativePath,
            state: FileState.REFUSED
        });
        if (refusal) row.refusal = { code: refusal };
        else this._begin(row, file, relativePath);
    }

    _begin(row, file, relativePath) {
        const known = row.server && { uploadUrl: row.server.upload_url, clientId: row.server.client_id };
        Object.assign(row, { file, relativePath, state: FileState.WAITING, refusal: null, secondsLeft: null });
        row.upload = new ResumableUpload(file, {
            endpoint: this._session.uploadsUrl,
            scope: this._session.requestId,
            authorization: this._session.authorization,
            relativePath,
            clientName: "upload page",
            known,
            memory: this._memory,
            onChange: (snapshot) => this._learn(row, snapshot)
        });
    }

    _learn(row, snapshot) {
        if (!this.rows.includes(row)) return;
        const { clientId, percent, secondsLeft, refusal } = snapshot;
        const state = fileStateOf(snapshot);
        // the list may have marked it as waiting its turn, or the server as arrived
        if (row.state !== FileState.ARRIVED) row.state = state;
        Object.assign(row, { clientId, percent, secondsLeft, refusal });
        if (!isActive(state)) this._startNext();
        this._onChange(row);
    }

    _startNext() {
        let active = this.rows.filter(({ state }) => isActive(state)).length;
        this.rows.forEach((row) => {
            const fits = active === 0 || (active < AT_ONCE && row.sizeBytes <= SMALL_BYTES);
            if (row.state !== FileState.WAITING || !row.upload || !fits) return;
            active += 1;
            row.state = FileState.PREPARING;
            row.upload.start();
        });
    }

    _append(row) {
        const whole = {
            id: this._nextId,
            relativePath: "",
            percent: 0,
            secondsLeft: null,
            refusal: null,
            upload: null,
            server: null,
            ...row
        };
        this._nextId += 1;
        this.rows.push(whole);
        return whole;
    }

    _drop(row) {
        this.rows = this.rows.filter((one) => one !== row);
    }
}

/** Begun earlier, but this page does not hold the file (any more). */
const needsFile = (state) => state === FileState.MISSING || state === FileState.REFUSED;

function fromServer(upload) {
    const percent = upload.size_bytes > 0 ? Math.floor((upload.offset_bytes * 100) / upload.size_bytes) : 100;
    return {
        clientId: upload.client_id,
        server: upload,
        state: fileStateFromServer(upload),
        percent,
        secondsLeft: null
    };
}
