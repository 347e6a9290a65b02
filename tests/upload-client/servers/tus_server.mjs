/**
 * A tus server that is not ours (@tus/server with its file store), so that our client is not only tested against itself.
 *
 * Added around it, because the package leaves it to its user: a bearer check, creation repeated by `client_id`, problem
 * documents on demand, and a log of requests.
 */
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

export async function startTusServer({ path = "/files" } = {}) {
    const directory = mkdtempSync(join(tmpdir(), "tus-"));
    const firstUpload = new Map(); // client_id → location
    const tus = new Server({
        path,
        datastore: new FileStore({ directory }),
        relativeLocation: true,
        allowedHeaders: ["Authorization"],
        maxSize: 2 ** 40
    });
    const state = {
        path,
        directory,
        tus,
        bearer: null, // when set, every other Authorization is a 401
        refuseNext: [], // problem documents (or {status, headers, body}) for the next requests that match
        requests: [],
        async sha256(id) {
            const hash = createHash("sha256");
            for await (const bytes of createReadStream(join(directory, id))) hash.update(bytes);
            return hash.digest("hex");
        }
    };
    const cors = (request) => ({
        "Access-Control-Allow-Origin": request.headers.origin ?? "*",
        "Access-Control-Expose-Headers": "Location, Upload-Offset, Upload-Length, Tus-Resumable, Retry-After"
    });
    state.handle = async (request, response) => {
        const clientId = metadataOf(request).client_id;
        state.requests.push({
            method: request.method,
            url: request.url,
            offset: request.headers["upload-offset"],
            at: Date.now()
        });
        const planned = state.refuseNext.findIndex(({ method }) => method === request.method);
        if (planned >= 0) {
            const [{ status, headers = {}, problem, body = "" }] = state.refuseNext.splice(planned, 1);
            request.resume();
            await new Promise((resolve) => request.on("end", resolve));
            const type = problem ? { "Content-Type": "application/problem+json" } : {};
            response.writeHead(status, { ...cors(request), ...type, ...headers });
            response.end(problem ? JSON.stringify({ status, ...problem }) : body);
            return;
        }
        if (
            state.bearer &&
            request.method !== "OPTIONS" &&
            request.headers.authorization !== `Bearer ${state.bearer}`
        ) {
            request.resume();
            response.writeHead(401, { ...cors(request), "Content-Type": "application/problem+json" });
            response.end(JSON.stringify({ status: 401, code: "unauthenticated" }));
            return;
        }
        if (request.method === "POST" && clientId && firstUpload.has(clientId)) {
            response.writeHead(201, {
                ...cors(request),
                Location: firstUpload.get(clientId),
                "Tus-Resumable": "1.0.0"
            });
            response.end();
            return;
        }
        if (request.method === "POST" && clientId) {
            const writeHead = response.writeHead.bind(response);
            response.writeHead = (status, ...rest) => {
                const location = response.getHeader("Location") ?? rest.at(-1)?.Location ?? rest.at(-1)?.location;
                if (status === 201 && location) firstUpload.set(clientId, location);
                return writeHead(status, ...rest);
            };
        }
        await tus.handle(request, response);
    };
    const server = http.createServer((request, response) => {
        state.handle(request, response).catch(() => response.destroy());
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    state.url = `http://127.0.0.1:${server.address().port}`;
    state.stop = async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        rmSync(directory, { recursive: true, force: true });
    };
    return state;
}

export function metadataOf(request) {
    const pairs = (request.headers["upload-metadata"] ?? "").split(",").filter(Boolean);
    return Object.fromEntries(
        pairs.map((pair) => {
            const [key, value = ""] = pair.trim().split(" ");
            return [key, Buffer.from(value, "base64").toString("utf8")];
        })
    );
}
