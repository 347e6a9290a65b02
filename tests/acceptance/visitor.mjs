// A person at a browser, as far as an Org's login and consent pages need one: logs in, allows access, is led back.

/** Opens an authorize address and answers the address that the Org leads back to, without opening it. */
export async function visit(start) {
    const cookies = new Map();
    const person = { username: process.env.ORG_USERNAME, password: process.env.ORG_PASSWORD };
    const home = new URL(start).origin;
    let page = await open(start, {}, cookies, home);
    // Login, then consent; a third form would be a complaint.
    for (let step = 0; step < 2 && page.form; step += 1) {
        const filled = page.asksForPassword ? person : { decision: "allow" };
        const body = new URLSearchParams({ ...page.form, ...filled });
        page = await open(page.address, { method: "POST", body }, cookies, home);
    }
    if (!page.leadsTo) {
        throw new Error(`the Org led nowhere: ${page.text}`);
    }
    return page.leadsTo;
}

/** Follows redirects inside the Org by hand, because cookies are set on the way. */
async function open(address, options, cookies, home) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(address, { ...options, redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
        const pair = set.split(";")[0];
        cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    const location = answer.headers.get("location");
    if (location) {
        const next = new URL(location, address);
        return next.origin === home ? open(next.href, {}, cookies, home) : { leadsTo: next.href };
    }
    const text = await answer.text();
    const hidden = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const form = text.includes("<form")
        ? Object.fromEntries(hidden.map(([, name, value]) => [name, value]))
        : undefined;
    return { address, form, text, asksForPassword: text.includes('type="password"') };
}
