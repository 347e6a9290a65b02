const CASE_ID = "500000000000001AAA";
const OTHER_CASE = "500000000000002AAA";
const BASE = "https://casegate.example.com";
const NOW = Date.parse("2026-11-21T12:00:00Z");

jest.mock("@salesforce/apex/FileRequestController.mintToken", () => ({ default: jest.fn() }), { virtual: true });

let client;
let mintToken;

/** A fresh module each time, because tokens live in it. */
beforeEach(() => {
    jest.resetModules();
    jest.useFakeTimers({ now: NOW });
    mintToken = require("@salesforce/apex/FileRequestController.mintToken").default;
    let minted = 0;
    mintToken.mockReset().mockImplementation(async () => {
        minted += 1;
        return { token: `token-${minted}`, baseUrl: BASE, expiresAt: Date.now() + 300_000 };
    });
    global.fetch = jest.fn(async () => answer(200, {}));
    client = require("c/connectorClient");
});

afterEach(() => {
    jest.useRealTimers();
    delete global.fetch;
});

function answer(status, body, headers = {}) {
    const all = new Map(Object.entries({ "content-type": "application/json", ...headers }));
    return {
        ok: status < 300,
        status,
        headers: { get: (name) => all.get(name.toLowerCase()) ?? null },
        json: async () => {
            if (body === undefined) {
                throw new SyntaxError("not JSON");
            }
            return body;
        }
    };
}

function problem(status, body, headers) {
    return answer(status, body, { "content-type": "application/problem+json", ...headers });
}

const tokens = () => fetch.mock.calls.map(([, { headers }]) => headers.Authorization);

describe("calls", () => {
    it("send the token of the Case and nothing ambient", async () => {
        fetch.mockResolvedValue(answer(200, { busy: false }));

        await expect(client.listCase(CASE_ID)).resolves.toEqual({ busy: false });

        const [url, request] = fetch.mock.calls[0];
        expect(url).toBe(`${BASE}/api/v1/cases/${CASE_ID}`);
        expect(request.method).toBe("GET");
        expect(request.headers.Authorization).toBe("Bearer token-1");
        expect(request.credentials).toBe("omit");
        expect(request.referrerPolicy).toBe("no-referrer");
        expect(mintToken).toHaveBeenCalledWith({ caseId: CASE_ID });
    });

    it.each([
        ["listCase", [{ filesAfter: "a/b" }], "GET", "?files_after=a%2Fb", undefined],
        ["createFileRequest", [{ client_id: "x" }], "POST", "/file-requests", '{"client_id":"x"}'],
        ["createLink", ["r1"], "POST", "/file-requests/r1/links", undefined],
        ["resendFileRequest", ["r1"], "POST", "/file-requests/r1/resend", undefined],
        ["revokeFileRequest", ["r1"], "POST", "/file-requests/r1/revoke", undefined],
        ["createTicket", ["f/1"], "POST", "/secure-files/f%2F1/tickets", undefined]
    ])("%s goes to its route", async (name, args, method, path, body) => {
        await client[name](CASE_ID, ...args);

        const [url, request] = fetch.mock.calls[0];
        expect(url).toBe(`${BASE}/api/v1/cases/${CASE_ID}${path}`);
        expect(request.method).toBe(method);
        expect(request.body).toBe(body);
        expect(request.headers["Content-Type"]).toBe(body ? "application/json" : undefined);
    });

    it("tell the other components of the page about a new request for their Case", async () => {
        fetch.mockResolvedValue(answer(201, { id: "r1" }));
        const heard = jest.fn();
        const stop = client.onFileRequestCreated(CASE_ID, heard);

        await client.createFileRequest(OTHER_CASE, {});
        expect(heard).not.toHaveBeenCalled();
        await client.createFileRequest(CASE_ID, {});
        expect(heard).toHaveBeenCalledWith({ id: "r1" });
        stop();
        await client.createFileRequest(CASE_ID, {});
        expect(heard).toHaveBeenCalledTimes(1);
    });
});

describe("tokens", () => {
    it("are kept until a minute before they expire", async () => {
        await client.listCase(CASE_ID);
        jest.setSystemTime(NOW + 239_000);
        await client.listCase(CASE_ID);
        jest.setSystemTime(NOW + 241_000);
        await client.listCase(CASE_ID);

        expect(tokens()).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
    });

    it("are asked for once by calls that start together", async () => {
        await Promise.all([client.listCase(CASE_ID), client.listCase(CASE_ID)]);

        expect(mintToken).toHaveBeenCalledTimes(1);
    });

    it("are never carried to another Case", async () => {
        await client.listCase(CASE_ID);
        await client.listCase(OTHER_CASE);

        expect(tokens()).toEqual(["Bearer token-1", "Bearer token-2"]);
    });

    it("are fresh for opening a file", async () => {
        await client.listCase(CASE_ID);
        await client.createTicket(CASE_ID, "f1");
        await client.createTicket(CASE_ID, "f1");

        expect(tokens()).toEqual(["Bearer token-1", "Bearer token-2", "Bearer token-3"]);
    });

    it("are not minted for every call when the computer's clock is ahead", async () => {
        mintToken.mockImplementation(async () => ({ token: "t", baseUrl: BASE, expiresAt: NOW - 3_600_000 }));

        await client.listCase(CASE_ID);
        await client.listCase(CASE_ID);

        expect(mintToken).toHaveBeenCalledTimes(1);
    });

    it("are replaced once when the connector refuses one", async () => {
        fetch.mockResolvedValueOnce(problem(401, { code: "unauthenticated" })).mockResolvedValueOnce(answer(200, {}));

        await client.listCase(CASE_ID);

        expect(tokens()).toEqual(["Bearer token-1", "Bearer token-2"]);
    });

    it("that are refused twice end in a problem", async () => {
        fetch.mockResolvedValue(problem(401, { code: "unauthenticated" }));

        await expect(client.listCase(CASE_ID)).rejects.toMatchObject({ code: "unauthenticated" });
        expect(fetch).toHaveBeenCalledTimes(2);
    });

    it("that Apex does not give end in its words, and are asked for again", async () => {
        mintToken.mockRejectedValueOnce({ body: { message: "No access" } });

        await expect(client.listCase(CASE_ID)).rejects.toMatchObject({ code: "no_token", detail: "No access" });
        await expect(client.listCase(CASE_ID)).resolves.toEqual({});
    });
});

describe("problems", () => {
    it("carry code, field, reference and pause", async () => {
        fetch.mockResolvedValue(
            problem(429, { code: "slow_down", field: "needed", request_id: "q1" }, { "retry-after": "7" })
        );

        const refused = client.listCase(CASE_ID);

        await expect(refused).rejects.toBeInstanceOf(client.ConnectorError);
        await expect(refused).rejects.toMatchObject({
            code: "slow_down",
            status: 429,
            field: "needed",
            requestId: "q1",
            retryAfterMs: 7000
        });
    });

    it.each([
        [403, "forbidden"],
        [404, "not_found"],
        [500, "internal"],
        [502, "unreachable"]
    ])("that a proxy answers with %i are %s", async (status, code) => {
        fetch.mockResolvedValue(answer(status, undefined, { "content-type": "text/html" }));

        await expect(client.listCase(CASE_ID)).rejects.toMatchObject({ code });
    });

    it("that cannot be read fall back to their status", async () => {
        fetch.mockResolvedValue(problem(404, undefined));

        await expect(client.listCase(CASE_ID)).rejects.toMatchObject({ code: "not_found" });
    });

    it("of the network are unreachable", async () => {
        fetch.mockRejectedValue(new TypeError("Failed to fetch"));

        await expect(client.listCase(CASE_ID)).rejects.toMatchObject({ code: "unreachable" });
    });

    it("include a success that is not JSON", async () => {
        fetch.mockResolvedValue(answer(200, undefined));

        await expect(client.listCase(CASE_ID)).rejects.toMatchObject({ code: "unreachable" });
    });

    it("include silence", async () => {
        fetch.mockImplementation(hang);

        const listing = failureOf(client.listCase(CASE_ID));
        const acting = failureOf(client.createLink(CASE_ID, "r1"));
        await jest.advanceTimersByTimeAsync(10_000);
        expect((await listing).code).toBe("unreachable");
        await jest.advanceTimersByTimeAsync(20_000);
        expect((await acting).code).toBe("unreachable");
    });

    it("do not include a call that the caller dropped", async () => {
        fetch.mockImplementation(hang);
        const caller = new AbortController();

        const failure = failureOf(client.listCase(CASE_ID, { signal: caller.signal }));
        await jest.advanceTimersByTimeAsync(0);
        caller.abort();
        expect((await failure).code).toBe("aborted");
    });
});

function failureOf(call) {
    return call.then(
        () => undefined,
        (failure) => failure
    );
}

function hang(_, { signal }) {
    return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
}
