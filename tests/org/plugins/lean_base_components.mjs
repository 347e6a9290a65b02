/**
 * Trims lightning-base-components for a page with synthetic shadow.
 *
 * Drops the copies of SLDS that only apply under native shadow, and all icons that neither our sources nor the base
 * components mention: 3 MB become a few hundred KB.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const EMPTY = "\0empty-stylesheets";
const ICON = /\b(utility|standard|doctype|action|custom):([a-z]\w*)/g;
const NATIVE_SHEET = /\.(slds|lbc\.native)\.css$/;
const ICON_LIST = /iconSvgTemplates(\w+?)(Rtl)?\/buildTemplates\/templates\.js$/;

export default function leanBaseComponents({ scan, extra = [] }) {
    const wanted = new Set(extra);
    return {
        name: "lean-base-components",
        buildStart() {
            for (const folder of scan) {
                for (const file of sourcesIn(folder)) {
                    for (const [, set, icon] of readFileSync(file, "utf8").matchAll(ICON)) wanted.add(`${set}_${icon}`);
                }
            }
        },
        resolveId: {
            order: "pre",
            handler(id, importer) {
                return NATIVE_SHEET.test(id) && importer?.includes("lightning-base-components") ? EMPTY : null;
            }
        },
        load: {
            order: "pre",
            handler(id) {
                if (id === EMPTY) return "export default [];";
                const list = id.includes("lightning-base-components") ? ICON_LIST.exec(id) : null;
                if (!list || wanted.has(`${list[1].toLowerCase()}_*`)) return null;
                const imports = readFileSync(id, "utf8").matchAll(/^import { default as (\w+) } from '[^']+';$/gm);
                const kept = [...imports].filter(([, icon]) => wanted.has(icon));
                const lines = kept.map(([line]) => line).join("\n");
                return `${lines}\nexport default { ${kept.map(([, icon]) => icon).join(", ")} };`;
            }
        }
    };
}

function* sourcesIn(folder) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !entry.name.startsWith("iconSvg")) yield* sourcesIn(path);
        else if (/\.(js|html)$/.test(entry.name)) yield path;
    }
}
