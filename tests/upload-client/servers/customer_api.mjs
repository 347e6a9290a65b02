/**
 * A stand-in for the connector, as far as the upload page can see it: the page, its modules, the customer API, tus.
 *
 * For working on the page and for tests of the page alone; journeys against the real connector are in tests/org/e2e.
 * `node servers/customer_api.mjs` prints an address that can be opened.
 */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { startTusServer, metadataOf } from "./tus_server.mjs";

const PAGE = new URL("../../../crates/connector/upload-page/", import.meta.url);
const CLIENT = new URL("../../../lwc/resumableUpload/resumableUpload.js", import.meta.url);
const UPLOADS = "/api/v1/customer/uploads";
const POLICY =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const TYPES = {
    js: "text/javascript; charset=utf-8",
    css: "text/css; charset=utf-8",
    html: "text/html; charset=utf-8"
};

export async function startCustomerApi({ port = 0, request: overrides = {}, sealingMs = 700 } = {}) {
    const tus = await startTusServer({ path: UPLOADS });
    const api = {
        tus,
        id: "3k7m9qv2x4t8w6y1z5b0c9d7fh",
        secret: "q2fS8mJt0dP4wK6vX1bN9zR3yL7hC5gE",
        unavailable: false,
        seen: [], // method and path of every call that could change something
        tokens: new Set(),
        request: {
            organisation: "Nordwind Storage GmbH",
            case_number: "00001042",
            asked_by: "Anna Berger",
            message:
                "Thank you for your patience.\nTo find out why the appliance restarts, we need its diagnostic bundle.",
            needed: "Diagnostic bundle of node 3, and the photo of the display",
            due_on: "2026-12-04",
            recipient_name: "Rose Gonzalez",
            language: "en",
            expires_at: "2026-12-05T17:00:00.000Z",
            retention_days: 90,
            stored_where: "Frankfurt am Main, Germany, in our own data centre",
            legal_basis: "Performance of the support contract (Art. 6(1)(b) GDPR)",
            dpo_contact: "privacy@nordwind.example",
            consent: { required: false, wording: null, wording_version: null, given: false },
            limits: { max_file_bytes: null, accepted_extensions: [], max_files: null },
            state: "open",
            receipt: null,
            ...overrides
        }
    };
    const arrivedAt = new Map();

    async function uploads() {
        const ids = (await tus.tus.datastore.configstore.list()) ?? [];
        const found = await Promise.all(
            ids.map(async (id) => {
                const upload = await tus.tus.datastore.getUpload(id).catch(() => null);
                if (!upload) return null;
                const isWhole = upload.offset === upload.size;
                if (isWhole && !arrivedAt.has(id)) arrivedAt.set(id, Date.now());
                const isSealed = isWhole && Date.now() - arrivedAt.get(id) >= sealingMs;
                return {
                    id,
                    client_id: upload.metadata?.client_id ?? id,
                    file_name: upload.metadata?.filename ?? "file",
                    size_bytes: upload.size,
                    offset_bytes: upload.offset,
                    state: isSealed ? "arrived" : isWhole ? "checking" : "receiving",
                    sha256: isSealed ? await tus.sha256(id) : null,
                    upload_url: `${UPLOADS}/${id}`
                };
            })
        );
        return found.filter(Boolean);
    }
    const view = async () => ({ id: api.id, ...api.request, uploads: await uploads() });
    const problem = (response, status, code, detail) => {
        response.writeHead(status, { "Content-Type": "application/problem+json" });
        response.end(
            JSON.stringify({ type: `https://docs.example/problems/${code}`, title: code, status, code, detail })
        );
    };
    const json = (response, status, value) => {
        response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
        response.end(value === null ? undefined : JSON.stringify(value));
    };
    const isKnown = (request) => api.tokens.has((request.headers.authorization ?? "").replace(/^Bearer /, ""));

    async function customer(request, response, path) {
        const body =
            path === "/sessions" || request.headers["content-type"] === "application/json"
                ? JSON.parse((await text(request)) || "{}")
                : {};
        if (path === "/sessions") {
            if (body.request_id !== api.id || body.secret !== api.secret) return problem(response, 404, "not_found");
            if (api.request.state !== "open" && !api.request.receipt) return problem(response, 410, "link_closed");
            const token = randomUUID();
            api.tokens.add(token);
            return json(response, 201, {
                session_token: token,
                expires_at: "2026-11-21T18:00:00.000Z",
                request: await view()
            });
        }
        if (!isKnown(request)) return problem(response, 401, "unauthenticated");
        if (path === "/request") return json(response, 200, await view());
        if (api.request.state !== "open" && !api.request.receipt) return problem(response, 410, "link_closed");
        if (path === "/consents") {
            api.request.consent.given = true;
            return json(response, 204, null);
        }
        if (path === "/finish") {
            const held = await uploads();
            if (held.some(({ state }) => state !== "arrived"))
                return problem(response, 409, "conflict", "An upload is unfinished.");
            const now = new Date().toISOString();
            api.request.receipt = {
                case_number: api.request.case_number,
                organisation: api.request.organisation,
                finished_at: now,
                kept_until: "2027-02-19",
                files: held.map(({ file_name, size_bytes, sha256 }) => ({
                    file_name,
                    size_bytes,
                    sha256,
                    received_at: now
                }))
            };
            api.request.state = "fulfilled";
            return json(response, 200, api.request.receipt);
        }
        return problem(response, 404, "not_found");
    }

    async function answer(request, response) {
        const { pathname } = new URL(request.url, "http://x");
        if (request.method !== "GET" && request.method !== "HEAD") api.seen.push(`${request.method} ${pathname}`);
        if (api.unavailable && pathname.startsWith("/api/")) return problem(response, 503, "storage_unavailable");
        if (pathname.startsWith(UPLOADS)) {
            if (!isKnown(request)) {
                request.resume();
                return problem(response, 401, "unauthenticated");
            }
            const { consent, state } = api.request;
            if (state !== "open") return problem(response, 410, "link_closed");
            if (request.method === "POST" && consent.required && !consent.given)
                return problem(response, 422, "consent_required");
            return tus.handle(request, response);
        }
        if (pathname.startsWith("/api/v1/customer/"))
            return customer(request, response, pathname.slice("/api/v1/customer".length));
        const name = pathname.startsWith("/r/") ? "index.html" : pathname.replace(/^\/assets\/upload\//, "");
        const file = name === "resumableUpload.js" ? CLIENT : new URL(name, PAGE);
        const content = await readFile(file);
        response.writeHead(200, {
            "Content-Type": TYPES[name.split(".").pop()] ?? "application/octet-stream",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer"
        });
        return response.end(content);
    }

    const server = http.createServer((request, response) => {
        answer(request, response).catch(() => {
            response.statusCode = 404;
            response.end();
        });
    });
    await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
    api.url = `http://127.0.0.1:${server.address().port}`;
    api.link = `/r/${api.id}#${api.secret}`;
    api.uploads = uploads;
    api.stop = async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        await tus.stop();
    };
    /** As a restart does: every session is unknown, nothing that arrived is lost. */
    api.forgetSessions = () => api.tokens.clear();
    return api;
}

async function text(request) {
    const parts = [];
    for await (const bytes of request) parts.push(bytes);
    return Buffer.concat(parts).toString("utf8");
}

export { metadataOf };

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const api = await startCustomerApi({ port: Number(process.env.PORT ?? 0) });
    console.log(`${api.url}${api.link}`);
}
