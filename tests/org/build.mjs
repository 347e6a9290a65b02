/**
 * Compiles `lwc/` and the platform around it into a folder of static files: `node build.mjs [--lws] [--dev]`.
 *
 * Stage 1 compiles our bundles and leaves everything of the platform outside; stage 2 builds those platform modules, and
 * only when what they are made of has changed. The result needs no Node and no inline script.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import lwc from "@lwc/rollup-plugin";
import { rolldown } from "rolldown";
import leanBaseComponents from "./plugins/lean_base_components.mjs";
import { bundlesIn, exposedBundles } from "./plugins/lwc_aliases.mjs";
import scopedModules from "./plugins/scoped_modules.mjs";

const API_VERSION = 66; // the highest this compiler knows; the bundles say the same
const isSandboxed = process.argv.includes("--lws");
const isDev = process.argv.includes("--dev");
const here = (path) => resolve(import.meta.dirname, path);
const lwcFolder = here("../../lwc");
const salesforce = here("../../salesforce");
const out = here(isSandboxed ? "dist-lws" : "dist");
const packages = here("node_modules");
const BASE_COMPONENTS = "**/node_modules/lightning-base-components/**";
const OF_THE_PLATFORM = /^(lwc$|lightning\/|@salesforce\/)/;
const addressOf = (id) => `/platform/${id.replaceAll("@", "_")}.js`;

const bundles = bundlesIn(lwcFolder);
const compiler = {
    rootDir: here("modules"),
    apiVersion: API_VERSION,
    enableDynamicComponents: true,
    modules: [...bundles, { dir: here("modules") }, { npm: "lightning-base-components" }]
};
const shared = {
    platform: "browser",
    moduleTypes: { ".css": "js", ".html": "js" },
    transform: {
        define: {
            "import.meta.env.SSR": "false",
            "process.env.NODE_ENV": isDev ? '"development"' : '"production"',
            "process.env.SKIP_LWC_VERSION_MISMATCH_CHECK": "undefined"
        }
    },
    onLog(level, log, next) {
        const isOurs = !/node_modules/.test(`${log.loc?.file} ${log.id}`) && log.code !== "UNRESOLVED_IMPORT";
        if (isOurs) next(level === "warn" ? "error" : level, log);
    }
};

const used = await buildComponents();
await buildPlatform(used);
copyPage();

async function buildComponents() {
    const started = Date.now();
    const imported = new Set(["lwc"]);
    const exposed = exposedBundles(bundles, API_VERSION).map(({ name }) => name);
    const entry = exposed.map((name) => `export { default as ${name.slice(2)} } from '${name}';`).join("\n");
    const built = await rolldown({
        ...shared,
        input: "virtual:c",
        external: (id) => OF_THE_PLATFORM.test(id) && Boolean(imported.add(id)),
        plugins: [virtual("virtual:c", entry), lwc({ ...compiler, enableLightningWebSecurityTransforms: isSandboxed })]
    });
    const file = join(out, "c.js");
    if (isSandboxed) {
        await built.write({
            file,
            format: "iife",
            name: "__c",
            exports: "named",
            globals: (id) => `__imports[${JSON.stringify(id)}]`
        });
        writeFileSync(join(out, "c.imports.json"), JSON.stringify([...imported].map((id) => [id, addressOf(id)])));
    } else {
        // Plain addresses in the imports: the page's policy allows no inline import map.
        const paths = (id) => (OF_THE_PLATFORM.test(id) ? addressOf(id) : id);
        await built.write({ file, format: "es", minify: !isDev, paths });
    }
    console.log(`components: ${exposed.length} of ${bundles.length} exposed, ${Date.now() - started} ms`);
    return [...imported].sort();
}

async function buildPlatform(wanted) {
    const started = Date.now();
    const stamp = join(out, "platform.key");
    const key = keyOf(wanted);
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
    rmSync(join(out, "platform"), { recursive: true, force: true });
    const entries = Object.fromEntries(wanted.map((id) => [id.replaceAll("@", "_"), id]));
    const boot = here(isSandboxed ? "host/boot_lws.js" : "host/boot.js");
    const built = await rolldown({
        ...shared,
        preserveEntrySignatures: "strict",
        external: ["/c.js"],
        input: { ...entries, boot, synthetic: here("host/synthetic.js") },
        plugins: [
            leanBaseComponents({
                scan: [lwcFolder, join(packages, "lightning-base-components/src/lightning")],
                extra: ["doctype_*"] // their names are computed when the page runs
            }),
            scopedModules(salesforce),
            bareEntries(boot),
            lwc({
                ...compiler,
                exclude: [BASE_COMPONENTS, "**/host/**", "**/node_modules/@locker/**", "**/node_modules/@lwc/**"]
            }),
            // Only base components may use element internals, as in an org: our own code must fail with them.
            {
                ...lwc({ ...compiler, include: [BASE_COMPONENTS], enableSyntheticElementInternals: true }),
                name: "lwc-base-components",
                resolveId: undefined
            }
        ]
    });
    const { output } = await built.write({
        dir: join(out, "platform"),
        format: "es",
        minify: !isDev,
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js"
    });
    writeFileSync(stamp, key);
    console.log(`platform: ${output.length} files, ${Date.now() - started} ms`);
}

/** Everything the platform's files are made of, besides our bundles. */
function keyOf(wanted) {
    const sources = [
        "package-lock.json",
        "build.mjs",
        ...["lean_base_components", "metadata", "scoped_modules"].map((name) => `plugins/${name}.mjs`),
        ...["boot", "boot_lws", "page", "synthetic"].map((name) => `host/${name}.js`),
        "modules/org/runtime/runtime.js",
        "modules/lightning/platformShowToastEvent/platformShowToastEvent.js",
        "../../salesforce/labels/CustomLabels.labels-meta.xml",
        "../../salesforce/translations/de.translation-meta.xml",
        "../../salesforce/translations/fr.translation-meta.xml"
    ];
    const hash = createHash("sha256").update(JSON.stringify([wanted, isDev, isSandboxed]));
    sources.forEach((path) => hash.update(readFileSync(here(path))));
    return hash.digest("hex");
}

function copyPage() {
    mkdirSync(join(out, "slds"), { recursive: true });
    const action = readFileSync(join(salesforce, "quickActions/Case.Request_File.quickAction-meta.xml"), "utf8");
    const [, label] = /<label>(.*?)<\/label>/.exec(action);
    writeFileSync(
        join(out, "index.html"),
        readFileSync(here("host/index.html"), "utf8").replace("QUICK_ACTION_LABEL", label)
    );
    copyFileSync(here("host/host.css"), join(out, "host.css"));
    const slds = join(packages, "@salesforce-ux/design-system/assets");
    copyFileSync(join(slds, "styles/salesforce-lightning-design-system.min.css"), join(out, "slds/slds.css"));
    writeFileSync(join(out, "slds/icons.svg"), iconSheet(slds));
}

/** The few symbols the page itself names; the base components bring their own. */
function iconSheet(slds) {
    const page = readFileSync(here("host/index.html"), "utf8");
    const named = new Set([...page.matchAll(/icons\.svg#(\w+-\w+)/g)].map(([, name]) => name));
    ["success", "error", "warning", "info"].forEach((theme) => named.add(`utility-${theme}`));
    const symbols = [...named].map((name) => {
        const [set, icon] = name.split("-");
        const sprite = readFileSync(join(slds, `icons/${set}-sprite/svg/symbols.svg`), "utf8");
        const found = new RegExp(`<symbol[^>]* id="${icon}"[^>]*>[\\s\\S]*?</symbol>`).exec(sprite);
        if (!found) throw new Error(`the design system has no icon ${set}:${icon}`);
        return found[0].replace(`id="${icon}"`, `id="${name}"`);
    });
    return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

function virtual(name, code) {
    return {
        name,
        resolveId: { order: "pre", handler: (id) => (id === name ? `\0${name}` : null) },
        load: (id) => (id === `\0${name}` ? code : null)
    };
}

/** Lets bare names like `lightning/modal` be entry points. */
function bareEntries(from) {
    return {
        name: "bare-entries",
        resolveId(id, importer) {
            return !importer && OF_THE_PLATFORM.test(id) ? this.resolve(id, from, { skipSelf: true }) : null;
        }
    };
}
