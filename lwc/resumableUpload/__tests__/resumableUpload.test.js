import { TextEncoder } from "util";
import {
    ResumableUpload,
    UploadState,
    SMALLEST_CHUNK,
    LARGEST_CHUNK,
    browserMemory,
    chunkWithin,
    encodeMetadata,
    memoryKey
} from "c/resumableUpload";

// The protocol is tried in a real browser against a foreign tus server in tests/upload-client; here are the rules that
// need a clock of their own.

const MIB = 1024 * 1024;
const ENDPOINT = "https://files.example.test/uploads";

class FakeFile {
    constructor(name, size) {
        Object.assign(this, { name, size, type: "", lastModified: 1 });
    }
    slice(from, to) {
        return { size: Math.min(to, this.size) - from, arrayBuffer: async () => new ArrayBuffer(1) };
    }
}

function aMemory() {
    const held = new Map();
    return {
        held,
        read: (key) => held.get(key) ?? null,
        write: (key, value) => held.set(key, value),
        forget: (key) => held.delete(key)
    };
}

/** A clock that only moves when a timer is waited for, and writes down how long each wait was. */
function aDevice() {
    const device = {
        time: 0,
        waits: [],
        timers: new Set(),
        listeners: {},
        now: () => device.time,
        random: () => 1,
        newId: () => "client-1",
        isOffline: () => false,
        after(ms, act) {
            const timer = { ms, act };
            device.timers.add(timer);
            return () => device.timers.delete(timer);
        },
        watch(lost, returned) {
            Object.assign(device.listeners, { lost, returned });
            return () => {};
        },
        /** Fires the shortest timer, as time passing would. */
        elapse() {
            const [timer] = [...device.timers].sort((a, b) => a.ms - b.ms);
            device.timers.delete(timer);
            device.waits.push(timer.ms);
            device.time += timer.ms;
            timer.act();
        }
    };
    return device;
}

/** Answers every PATCH after `msPerMib`, or fails as `failing` says. */
function aServer(device, { msPerMib = 1000 } = {}) {
    const server = { chunks: [], offset: 0, failing: 0, asked: [] };
    global.fetch = jest.fn(async (url, { method }) => {
        server.asked.push(method);
        const headers = {
            Location: "/uploads/1",
            "Upload-Offset": method === "HEAD" ? String(server.offset) : undefined
        };
        return { status: method === "POST" ? 201 : 200, ok: true, headers: { get: (name) => headers[name] ?? null } };
    });
    global.XMLHttpRequest = class {
        upload = {};
        status = 204;
        responseText = "";
        open() {}
        setRequestHeader() {}
        abort() {
            this.onabort();
        }
        getResponseHeader(name) {
            return name === "Upload-Offset" ? String(server.offset) : null;
        }
        send(chunk) {
            server.asked.push("PATCH");
            if (server.failing > 0) {
                server.failing -= 1;
                this.onerror();
                return;
            }
            server.chunks.push(chunk.size);
            device.time += (chunk.size / MIB) * msPerMib;
            server.offset += chunk.size;
            this.upload.onprogress({ loaded: chunk.size });
            this.onload();
        }
    };
    return server;
}

const flush = async () => {
    for (let i = 0; i < 50; i += 1) {
        // eslint-disable-next-line no-await-in-loop -- lets the promises of one step run
        await Promise.resolve();
    }
};

function anUpload(size, device, options = {}) {
    return new ResumableUpload(new FakeFile("dump.bin", size), {
        endpoint: ENDPOINT,
        scope: "r1",
        memory: aMemory(),
        device,
        ...options
    });
}

beforeAll(() => {
    global.TextEncoder ??= TextEncoder;
});

describe("c-resumable-upload", () => {
    it("keeps chunks between 256 KiB and 64 MiB in whole steps", () => {
        expect(chunkWithin(1)).toBe(SMALLEST_CHUNK);
        expect(chunkWithin(10 ** 12)).toBe(LARGEST_CHUNK);
        expect(chunkWithin(3 * SMALLEST_CHUNK + 17)).toBe(3 * SMALLEST_CHUNK);
    });

    it("encodes metadata as base64 of UTF-8, and an empty value as its key", () => {
        expect(encodeMetadata({ filename: "ä", note: "" })).toBe("filename w6Q=,note");
    });

    it("remembers the same file in the same scope under one key that does not tell its name", () => {
        const file = new FakeFile("merger.pdf", 5);
        expect(memoryKey("r1", file)).toBe(memoryKey("r1", new FakeFile("merger.pdf", 5)));
        expect(memoryKey("r2", file)).not.toBe(memoryKey("r1", file));
        expect(memoryKey("r1", file, "a")).not.toBe(memoryKey("r1", file, "b"));
        expect(memoryKey("r1", file)).not.toContain("merger");
    });

    it("aims at requests of five to twenty seconds", async () => {
        const device = aDevice();
        const server = aServer(device, { msPerMib: 4000 });
        const upload = anUpload(40 * MIB, device);
        upload.start();
        expect((await upload.settled).state).toBe(UploadState.ARRIVED);
        const settledChunk = server.chunks[4];
        expect(settledChunk * 4000).toBeGreaterThanOrEqual(5000 * MIB);
        expect(settledChunk * 4000).toBeLessThanOrEqual(20000 * MIB);
    });

    it("waits longer after each failure, but never longer than the limit", async () => {
        const device = aDevice();
        const server = aServer(device);
        server.failing = 7;
        const upload = anUpload(MIB, device);
        upload.start();
        for (let i = 0; i < 7; i += 1) {
            // eslint-disable-next-line no-await-in-loop -- one failure after the other
            await flush();
            expect(upload.snapshot.state).toBe(UploadState.WAITING);
            device.elapse();
        }
        expect((await upload.settled).state).toBe(UploadState.ARRIVED);
        expect(device.waits).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        expect(server.asked.filter((method) => method === "HEAD")).toHaveLength(7);
    });

    it("does not wait any longer once the network is back", async () => {
        const device = aDevice();
        const server = aServer(device);
        server.failing = 1;
        const upload = anUpload(MIB, device);
        upload.start();
        await flush();
        expect(upload.snapshot.state).toBe(UploadState.WAITING);
        device.listeners.returned();
        expect((await upload.settled).state).toBe(UploadState.ARRIVED);
        expect(device.waits).toEqual([]);
    });

    it("says that the network is away when the device says so", async () => {
        const device = aDevice();
        const server = aServer(device);
        server.failing = 1;
        device.isOffline = () => true;
        const upload = anUpload(MIB, device);
        upload.start();
        await flush();
        expect(upload.snapshot.waitingFor).toBe("network");
        upload.pause();
    });

    it("ends with a reason when the caller cannot give a credential", async () => {
        const device = aDevice();
        aServer(device);
        const upload = anUpload(MIB, device, {
            authorization: async () => {
                throw new (jest.requireActual("c/resumableUpload").UploadRefused)("link_closed", 410);
            }
        });
        upload.start();
        const { state, refusal } = await upload.settled;
        expect(state).toBe(UploadState.REFUSED);
        expect(refusal.code).toBe("link_closed");
    });

    it("leaves nothing in the memory when cancelled, and tells the server", async () => {
        const device = aDevice();
        const server = aServer(device);
        server.failing = 1;
        const memory = aMemory();
        const upload = anUpload(MIB, device, { memory });
        upload.start();
        await flush();
        expect(memory.held.size).toBe(1);
        expect(await upload.cancel()).toBe(true);
        expect(memory.held.size).toBe(0);
        expect(server.asked).toContain("DELETE");
    });

    it("works without a usable store", () => {
        const broken = {
            getItem() {
                throw new Error("refused");
            },
            setItem() {
                throw new Error("refused");
            },
            removeItem() {
                throw new Error("refused");
            }
        };
        const memory = browserMemory(broken);
        expect(memory.read("key")).toBeNull();
        expect(() => memory.write("key", {})).not.toThrow();
        expect(() => memory.forget("key")).not.toThrow();
    });
});
