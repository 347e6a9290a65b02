// A Developer Edition org in the place of the simulator: the same variables, from the environment of the person who runs it.

const NEEDED = ["ORG_CLIENT_ID", "ORG_CLIENT_SECRET", "ORG_USERNAME", "ORG_JWT_KEY_FILE"];

export function developerOrg() {
    const missing = NEEDED.filter((name) => !process.env[name]);
    if (missing.length > 0) {
        throw new Error(`ORG_URL is set, but ${missing.join(", ")} not: docs/acceptance.md says what they are`);
    }
    const url = process.env.ORG_URL.replace(/\/$/, "");
    const environment = {
        ORG_HTTP: url,
        ...(url.startsWith("https:") ? { ORG_HTTPS: url } : {}),
        ORG_AUDIENCE: process.env.ORG_AUDIENCE ?? "https://login.salesforce.com"
    };
    return { environment, stop: async () => {} };
}
