/** SFDX keeps bundles in lwc/<name>/<name>.js, the open-source resolver wants <namespace>/<name>: alias records bridge that. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

export function bundlesIn(folder, namespace = "c") {
    return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, `${entry.name}.js`)))
        .map((entry) => ({
            name: `${namespace}/${entry.name}`,
            path: resolve(folder, entry.name, `${entry.name}.js`)
        }));
}

/** What an admin could put onto a page, and whether its API version is the one we compile with. */
export function exposedBundles(bundles, apiVersion) {
    return bundles.filter(({ name, path }) => {
        const meta = readFileSync(`${path}-meta.xml`, "utf8");
        if (!meta.includes(`<apiVersion>${apiVersion}.0</apiVersion>`)) {
            throw new Error(
                `${name}: js-meta.xml does not say API version ${apiVersion}.0, the one it is compiled with`
            );
        }
        return meta.includes("<isExposed>true</isExposed>");
    });
}
