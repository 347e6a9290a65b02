// A jsforce connection as the lane's user, and the removal of what the lane made.

import jsforce from "jsforce";

import { JWT_BEARER, assertion, mark, org, version } from "../org.mjs";

export const oauth2 = (more = {}) => ({
    loginUrl: org.http,
    clientId: org.clientId,
    clientSecret: org.clientSecret,
    ...more
});

/** Logged in by JWT bearer; `more` goes to jsforce's Connection. */
export async function connected(more = {}) {
    const connection = new jsforce.Connection({ oauth2: oauth2(), instanceUrl: org.http, version, ...more });
    await connection.authorize({ grant_type: JWT_BEARER, assertion: assertion() });
    return connection;
}

/** Deletes every record whose name carries the lane's mark, children first. */
export async function cleaned(connection) {
    for (const [object, name] of [
        ["Case", "Subject"],
        ["Contact", "LastName"],
        ["Account", "Name"]
    ]) {
        const { records } = await connection.query(`SELECT Id FROM ${object} WHERE ${name} LIKE '${mark}%'`, {
            autoFetch: true,
            maxFetch: 5_000
        });
        await connection.sobject(object).destroy(
            records.map((record) => record.Id),
            { allowRecursive: true }
        );
    }
}
