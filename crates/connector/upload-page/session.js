/**
 * The customer's session with the connector: redeeming the link, the calls of the customer API, and their failures.
 *
 * The token lives in this tab only (memory and sessionStorage); the secret stays in the address's fragment, which
 * browsers send to no server. Nothing here is called before the person has clicked.
 */
import { UploadRefused } from "./resumableUpload.js";

const API = "/api/v1/customer";
const PATIENCE_MS = 30000;

/** The server could not be asked: no network, no answer, or an answer that says "later". */
export class Unreachable extends Error {}

export class Session {
    constructor(requestId, secret, storage = window.sessionStorage) {
        this.requestId = requestId;
        this.uploadsUrl = `${API}/uploads`;
        this._secret = secret;
        this._storage = storage;
        this._token = this._recall("token");
        this._renewing = null;
    }

    get isOpen() {
        return this._token !== null;
    }

    /** Redeems the link; may be repeated until the request closes. Resolves to the request. */
    async redeem() {
        const { session_token: token, request } = await this._call("POST", "/sessions", {
            request_id: this.requestId,
            secret: this._secret,
            device: device()
        });
        this._keep("token", token);
        this._token = token;
        return request;
    }

    request() {
        return this._callWithToken("GET", "/request");
    }

    giveConsent(wordingVersion) {
        return this._callWithToken("POST", "/consents", { wording_version: wordingVersion });
    }

    finish() {
        return this._callWithToken("POST", "/finish", {});
    }

    /** Removes an upload whose file this page does not hold. */
    async cancelUpload(uploadUrl) {
        const { pathname, search } = new URL(uploadUrl, document.baseURI);
        await this._callWithToken("DELETE", null, undefined, pathname + search).catch((problem) => {
            if (problem.status !== 404 && problem.status !== 410) throw problem; // gone already
        });
    }

    /** For the upload client: the Authorization header, renewed when the server no longer takes it. */
    authorization = async ({ renew }) => {
        if (renew) await this._renew();
        return `Bearer ${this._token}`;
    };

    /** What this tab remembers besides the token, so that a reload shows it again. */
    remember(name, value) {
        this._keep(name, value);
    }

    recall(name) {
        return this._recall(name);
    }

    forget() {
        this._token = null;
        this._keep("token", null);
    }

    async _callWithToken(method, path, body, url) {
        try {
            return await this._call(method, path, body, url);
        } catch (problem) {
            if (!(problem instanceof UploadRefused) || problem.status !== 401) throw problem;
            await this._renew();
            return this._call(method, path, body, url);
        }
    }

    /** Several uploads may notice at once that the session ended: they share one renewal. */
    _renew() {
        this._renewing ??= this.redeem().finally(() => {
            this._renewing = null;
        });
        return this._renewing;
    }

    async _call(method, path, body, url = `${API}${path}`) {
        const headers = { Accept: "application/json" };
        if (this._token && path !== "/sessions") headers.Authorization = `Bearer ${this._token}`;
        if (body) headers["Content-Type"] = "application/json";
        if (method === "DELETE") headers["Tus-Resumable"] = "1.0.0";
        const control = new AbortController();
        const patience = setTimeout(() => control.abort(), PATIENCE_MS);
        const answer = await fetch(url, {
            method,
            headers,
            body: body && JSON.stringify(body),
            cache: "no-store",
            credentials: "omit",
            signal: control.signal
        }).catch(() => null);
        clearTimeout(patience);
        if (!answer || answer.status >= 500 || answer.status === 429) throw new Unreachable();
        const content = answer.status === 204 ? null : await answer.json().catch(() => null);
        if (!answer.ok) throw new UploadRefused(content?.code ?? "invalid_request", answer.status, content);
        return content;
    }

    _keep(name, value) {
        try {
            const key = `casegate.${name}.${this.requestId}`;
            if (value === null) this._storage.removeItem(key);
            else this._storage.setItem(key, JSON.stringify(value));
        } catch {
            // storage may be refused: then a reload asks for one more click
        }
    }

    _recall(name) {
        try {
            return JSON.parse(this._storage.getItem(`casegate.${name}.${this.requestId}`));
        } catch {
            return null;
        }
    }
}

/** What the browser says it runs on, for the operator's audit; browsers that say nothing are asked nothing more. */
function device() {
    const { platform, mobile } = navigator.userAgentData ?? {};
    return platform ? `${platform}${mobile ? ", mobile" : ""}` : navigator.platform || null;
}
