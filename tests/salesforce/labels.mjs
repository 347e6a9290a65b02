/**
 * Words: every label exists in every language with the same placeholders, is used, and nothing else is said in markup.
 */
import { fail } from "./report.mjs";
import { files, first, text, xml } from "./metadata.mjs";

const LANGUAGES = ["de", "fr"];
/** Attributes whose value a person reads or hears. */
const SPOKEN = /\s(label|title|alternative-text|placeholder|aria-label|description|message-when-[a-z-]+)="([^"]*)"/g;

const labels = new Map(
    xml("salesforce/labels/CustomLabels.labels-meta.xml").labels.map((label) => [first(label.fullName), label])
);
checkNames();
for (const language of LANGUAGES) {
    checkTranslation(language);
    checkObjects(language);
}
checkUse();
checkMarkup();
console.log(`${labels.size} labels in ${LANGUAGES.length + 1} languages`);

function checkNames() {
    const sorted = [...labels.keys()].sort();
    if (sorted.join() !== [...labels.keys()].join()) {
        fail("CustomLabels: not in alphabetical order");
    }
    for (const [name, label] of labels) {
        if (!/^Casegate_[A-Z]\w*_[A-Z]\w*$/.test(name) || name.length > 80) {
            fail(`${name}: not Casegate_<Component>_<Meaning> of at most 80 characters`);
        }
        if (first(label.value).length > 1000) {
            fail(`${name}: longer than 1,000 characters`);
        }
        if (!first(label.shortDescription) || first(label.shortDescription).length > 80) {
            fail(`${name}: a translator needs a short description of at most 80 characters`);
        }
    }
}

function checkTranslation(language) {
    const file = `salesforce/translations/${language}.translation-meta.xml`;
    const translated = new Map(xml(file).customLabels.map(({ name, label }) => [first(name), first(label)]));
    for (const [name, label] of labels) {
        if (!translated.get(name)) {
            fail(`${file}: ${name} is missing`);
        } else if (placeholders(translated.get(name)) !== placeholders(first(label.value))) {
            fail(`${file}: ${name} has other placeholders`);
        }
    }
    for (const name of translated.keys()) {
        if (!labels.has(name)) {
            fail(`${file}: ${name} is no label`);
        }
    }
}

function placeholders(value) {
    return [...new Set(value.match(/\{\d\}/g) ?? [])].sort().join();
}

function checkObjects(language) {
    const objects = files("salesforce/objects", /^(\w+__c)\/\1\.object-meta\.xml$/).map(({ match }) => match[1]);
    for (const object of objects) {
        const folder = `salesforce/objectTranslations/${object}-${language}`;
        const translated = new Map(
            files(folder, /^(\w+)\.fieldTranslation-meta\.xml$/).map(({ file, match }) => [match[1], xml(file)])
        );
        const fields = files(`salesforce/objects/${object}/fields`, /^(\w+)\.field-meta\.xml$/);
        for (const { file, match } of fields) {
            const translation = translated.get(match[1]);
            if (!first(translation?.label)) {
                fail(`${folder}: field ${match[1]} is missing`);
                continue;
            }
            const values = first(first(xml(file).valueSet)?.valueSetDefinition)?.value ?? [];
            const expected = values.map((value) => first(value.label));
            const present = (translation.picklistValues ?? []).map((value) => first(value.masterLabel));
            if (expected.sort().join() !== present.sort().join()) {
                fail(`${folder}: values of ${match[1]} differ: ${expected} / ${present}`);
            }
        }
        if (translated.size !== fields.length) {
            fail(`${folder}: ${translated.size} fields translated, ${fields.length} exist`);
        }
    }
}

function checkUse() {
    const used = new Set();
    for (const { file } of [...files("lwc", /^\w+\/\w+\.js$/), ...files("salesforce/classes", /\.cls$/)]) {
        for (const [, name] of text(file).matchAll(/(?:@salesforce\/label\/c|System\.Label)\.(\w+)/g)) {
            used.add(name);
            if (!labels.has(name)) {
                fail(`${file}: ${name} is no label`);
            }
        }
    }
    for (const name of labels.keys()) {
        if (!used.has(name)) {
            fail(`${name}: nobody uses this label`);
        }
    }
}

function checkMarkup() {
    for (const { file } of files("lwc", /^\w+\/\w+\.html$/)) {
        const markup = text(file).replace(/<!--[\s\S]*?-->/g, "");
        for (const [, name, value] of markup.matchAll(SPOKEN)) {
            fail(`${file}: ${name}="${value}" is a literal`);
        }
        const spoken = markup.replace(/<[^>]*>/g, "\n").replace(/\{[\w.]+\}/g, "");
        for (const [words] of spoken.matchAll(/[^\s].*/g)) {
            fail(`${file}: "${words}" is a literal`);
        }
    }
    for (const { file } of files("lwc", /.*/)) {
        if (!/^lwc\/\w+(\/(__tests__(\/.*)?|\w+\.(js|html|css|js-meta\.xml|svg)))?$/.test(file)) {
            fail(`${file}: lwc holds bundles and nothing else`);
        }
    }
}
