/**
 * Converts the source to metadata format, as a deployment would, and compares what came out with what we mean to ship.
 *
 * The tool exits 0 on a wrong package, so the counts per type and the manifest are the check.
 * `--write` writes manifest/package.xml anew.
 */
import { createRequire } from "node:module";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, root } from "./report.mjs";

const require = createRequire(import.meta.url);
const { ComponentSetBuilder, MetadataConverter } = require("@salesforce/source-deploy-retrieve");

/** Change a number only together with the thing it counts. */
const EXPECTED = {
    ApexClass: 8,
    CustomLabels: 1,
    CustomMetadata: 1,
    CustomObject: 4,
    CustomObjectTranslation: 4,
    CustomPermission: 3,
    CustomTab: 2,
    FlexiPage: 1,
    Layout: 2,
    LightningComponentBundle: 11,
    PermissionSet: 2,
    QuickAction: 1,
    Translations: 2
};
const MANIFEST = path.join(root, "manifest/package.xml");
const OUTPUT = path.join(root, "build/mdapi");

process.chdir(root);
// The package directory is "."; the two folders are named, because .forceignore alone decides for "." and is checked too.
const named = await build(["lwc", "salesforce"]);
const whole = await build(["."]);

const counts = {};
for (const { type } of named.getSourceComponents()) {
    counts[type.name] = (counts[type.name] ?? 0) + 1;
}
for (const type of new Set([...Object.keys(EXPECTED), ...Object.keys(counts)])) {
    if (counts[type] !== EXPECTED[type]) {
        fail(`${type}: ${counts[type] ?? 0} converted, ${EXPECTED[type] ?? 0} expected`);
    }
}

const manifest = await named.getPackageXml();
if (manifest !== (await whole.getPackageXml())) {
    fail('.forceignore: package directory "." holds something else than lwc and salesforce');
}
if (process.argv.includes("--write")) {
    await mkdir(path.dirname(MANIFEST), { recursive: true });
    await writeFile(MANIFEST, manifest);
} else if (manifest !== (await readFile(MANIFEST, "utf8").catch(() => ""))) {
    fail("manifest/package.xml is stale: node tests/salesforce/convert.mjs --write");
}

await rm(OUTPUT, { recursive: true, force: true });
await new MetadataConverter().convert(named, "metadata", {
    type: "directory",
    outputDirectory: OUTPUT,
    genUniqueDir: false
});
console.log(`${Object.values(counts).reduce((sum, count) => sum + count, 0)} components`);

function build(folders) {
    return ComponentSetBuilder.build({ sourcepath: folders.map((folder) => path.resolve(folder)), projectDir: root });
}
