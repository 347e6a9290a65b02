// What the clients made the simulated Org do: distinct requests, the routes behind them, the error codes in answers.

const ID = /^[0-9A-Za-z]{3}[0-9A-Za-z]{12}([0-9A-Za-z]{3})?(-\d+)?$/;

/** Counts over the admin port's request log. */
export function coverage(requests) {
    const distinct = new Set(requests.map((request) => `${request.method} ${asked(request)}`));
    const routes = [...new Set(requests.map(({ method, path }) => `${method} ${route(path)}`))].sort();
    const codes = [...new Set(requests.flatMap((request) => request.error_codes ?? []))].sort();
    const counts = [requests.length, distinct.size, routes.length, codes.length];
    const shown = counts.map((count, place) => String(count).padStart([8, 8, 6, 5][place])).join(" ");
    return { distinct: distinct.size, routes, codes, shown };
}

/** Which object a request is about, its options, and what its query is but for the values in it: those always differ. */
function asked({ path, query }) {
    const options = [...new URLSearchParams(query ?? "")].map(([name, value]) =>
        name === "q" ? statement(value) : name
    );
    const object = /\/(?:sobjects|tree)\/(\w+)/.exec(path)?.[1];
    return [route(path), object, ...options.sort()].join(" ");
}

function statement(soql) {
    return soql.replace(/'[^']*'/g, "'…'").replace(/\d+/g, "n");
}

/** A path with versions, objects, ids and key values replaced by what they are. */
function route(path) {
    const segments = path.replace(/\/$/, "").split("/");
    return segments
        .map((segment, place) => {
            const before = segments[place - 1];
            if (/^v?\d+\.\d+$/.test(segment)) {
                return segment.startsWith("v") ? "v{version}" : "{version}";
            }
            if (before === "sobjects" || before === "tree") {
                return segments[place - 2] === "composite" || !segment.endsWith("__e") ? "{object}" : "{event}";
            }
            if (ID.test(segment) && /\d/.test(segment)) {
                return "{id}";
            }
            const second = segments[place - 2] === "sobjects" && !KNOWN_BELOW_OBJECT.has(segment);
            return second
                ? "{key}"
                : segments[place - 3] === "sobjects" && !KNOWN_BELOW_RECORD.has(segment)
                  ? "{value}"
                  : segment;
        })
        .join("/");
}

const KNOWN_BELOW_OBJECT = new Set(["describe", "deleted", "updated"]);
const KNOWN_BELOW_RECORD = new Set(["VersionData", "Body"]);
