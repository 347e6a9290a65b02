/** What `salesforce/` holds, as far as a component can name it: labels with translations, Apex methods, permissions, fields. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const ENTITIES = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const text = (xml) => xml.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ENTITIES[name]);
const blocks = (xml, tag) =>
    [...xml.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))].map(([, body]) => body);
const value = (block, tag) => text(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(block)?.[1] ?? "");

export const LANGUAGES = ["en", "de", "fr"];

/** name → { en, de, fr }; the label itself is English, the others are translations. */
export function readLabels(salesforce) {
    const labels = {};
    for (const block of blocks(
        readFileSync(join(salesforce, "labels/CustomLabels.labels-meta.xml"), "utf8"),
        "labels"
    )) {
        labels[value(block, "fullName")] = { en: value(block, "value") };
    }
    for (const language of LANGUAGES.slice(1)) {
        const file = join(salesforce, `translations/${language}.translation-meta.xml`);
        for (const block of blocks(readFileSync(file, "utf8"), "customLabels")) {
            const label = labels[value(block, "name")];
            if (label) label[language] = value(block, "label");
        }
    }
    return labels;
}

/** "Class.method" of every method a component may call. */
export function readApexMethods(salesforce) {
    const folder = join(salesforce, "classes");
    const methods = new Set();
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".cls"))) {
        const source = readFileSync(join(folder, file), "utf8");
        const found = source.matchAll(
            /@AuraEnabled(?:\([^)]*\))?\s+(?:public|global)\s+static\s+[\w.<>, ]+\s+(\w+)\s*\(/g
        );
        for (const [, method] of found) methods.add(`${file.slice(0, -4)}.${method}`);
    }
    return methods;
}

export function holdsCustomPermission(salesforce, name) {
    return existsSync(join(salesforce, `customPermissions/${name}.customPermission-meta.xml`));
}

/** Standard fields are the platform's; ours must be there. */
export function holdsField(salesforce, object, field) {
    if (object.endsWith("__c") && !existsSync(join(salesforce, `objects/${object}`))) return false;
    if (!field?.endsWith("__c")) return true;
    return existsSync(join(salesforce, `objects/${object}/fields/${field}.field-meta.xml`));
}
