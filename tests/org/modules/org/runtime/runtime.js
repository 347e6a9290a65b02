/**
 * What the platform does behind an import: Apex calls, wires, and who the user is.
 *
 * An imported Apex method is a function and a wire adapter at once; its results are read-only, as in an org.
 */
const given = globalThis.__ORG__ ?? {};

/** The user's session; the record comes from the page's own path, as in Lightning Experience. */
export const org = {
    user: { Id: undefined, isGuest: false, ...given.user },
    permissions: given.permissions ?? [],
    language: given.language ?? "en",
    locale: { en: "en-US", de: "de-DE", fr: "fr-FR" }[given.language] ?? "en-US",
    recordId: /\/lightning\/r\/\w+\/(\w+)\//.exec(globalThis.location.pathname)?.[1] ?? given.recordId
};

export function apex(className, method) {
    const run = (parameters) => call(`/org/apex/${className}/${method}`, parameters ?? {}).then(frozen);
    run.adapter = wireAdapter(run);
    return run;
}

/** Throws what the platform throws: a FetchResponse with the Apex message in its body. */
export async function call(path, parameters) {
    const isPost = parameters !== undefined;
    const answer = await fetch(path, {
        method: isPost ? "POST" : "GET",
        headers: isPost ? { "Content-Type": "application/json" } : {},
        body: isPost ? JSON.stringify(parameters) : undefined
    });
    const body = answer.status === 204 ? null : await answer.json();
    if (!answer.ok)
        throw frozen({ body, ok: false, status: answer.status, statusText: answer.statusText, headers: {} });
    return body;
}

const adapters = new WeakMap();

export function wireAdapter(load) {
    return class {
        constructor(emit) {
            this.emit = (value) => {
                adapters.set(value, this);
                emit(value);
            };
            this.latest = 0;
            this.emit({ data: undefined, error: undefined });
        }
        connect() {
            this.isConnected = true;
            this.refresh();
        }
        disconnect() {
            this.isConnected = false;
        }
        update(config) {
            this.config = config;
            this.refresh();
        }
        /** A wire waits until every parameter has a value, and an answer that was overtaken is dropped. */
        async refresh() {
            if (!this.isConnected || !this.config || Object.values(this.config).includes(undefined)) return;
            this.latest += 1;
            const asked = this.latest;
            const value = await load(this.config).then(
                (data) => ({ data: frozen(data), error: undefined }),
                (error) => ({ data: undefined, error })
            );
            if (asked === this.latest && this.isConnected) this.emit(value);
        }
    };
}

export const refreshApex = (value) => adapters.get(value)?.refresh() ?? Promise.resolve();

export function getSObjectValue(row, field) {
    return field.fieldApiName.split(".").reduce((object, key) => object?.[key], row);
}

function frozen(value) {
    if (value && typeof value === "object" && !Object.isFrozen(value)) {
        Object.freeze(value);
        Object.values(value).forEach(frozen);
    }
    return value;
}
