/**
 * From an answer that is not a success to the one error this module throws.
 *
 * Format: RFC 9457 problem documents with a stable `code`; the sentences in them are for logs,
 * because the user's language is known only here.
 */

/** `code` is one of the connector's problem codes, or unreachable, aborted, no_token. */
export class ConnectorError extends Error {
    constructor(code, { status, field, requestId, retryAfterMs, detail, cause } = {}) {
        super(code, { cause });
        this.name = "ConnectorError";
        this.code = code;
        this.status = status;
        /** The member of the request body that was refused, when the connector names one. */
        this.field = field;
        this.requestId = requestId;
        this.retryAfterMs = retryAfterMs;
        /** Words in the user's language; only Apex gives them. */
        this.detail = detail;
    }
}

/** Codes for an answer that some proxy gave instead of the connector. */
const CODE_OF_STATUS = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    429: "slow_down",
    500: "internal"
};

export async function toProblem(answer) {
    const problem = await readProblem(answer);
    const seconds = Number(answer.headers.get("Retry-After"));
    return new ConnectorError(problem.code ?? CODE_OF_STATUS[answer.status] ?? "unreachable", {
        status: answer.status,
        field: problem.field,
        requestId: problem.request_id,
        retryAfterMs: seconds > 0 ? seconds * 1000 : undefined
    });
}

async function readProblem(answer) {
    if (!answer.headers.get("Content-Type")?.startsWith("application/problem+json")) {
        return {};
    }
    const problem = await answer.json().catch(() => undefined);
    return problem ?? {};
}

/** Apex said no, or could not be asked. */
export function refusedByOrg(cause) {
    return new ConnectorError("no_token", { detail: cause?.body?.message, cause });
}
