/**
 * The `@salesforce/*` modules, made from our own metadata.
 *
 * A name that a deployment would refuse fails the build: a missing label or translation, an Apex method that components
 * cannot call, a custom permission or a custom field that is not there.
 */
import { LANGUAGES, holdsCustomPermission, holdsField, readApexMethods, readLabels } from "./metadata.mjs";

const PREFIX = "\0salesforce:";
const OURS =
    /^@salesforce\/(apex(\/.+)?|schema\/.+|user\/.+|customPermission\/.+|userPermission\/.+|label\/c\..+|i18n\/(lang|locale))$/;

export default function scopedModules(salesforce) {
    let labels, methods;
    return {
        name: "scoped-modules",
        buildStart() {
            labels = readLabels(salesforce);
            methods = readApexMethods(salesforce);
        },
        resolveId: { order: "pre", handler: (id) => (OURS.test(id) ? PREFIX + id : null) },
        load(id) {
            if (!id.startsWith(PREFIX)) return null;
            const [, kind, name = ""] = /^@salesforce\/([^/]+)(?:\/(.+))?$/.exec(id.slice(PREFIX.length));
            const make = { apex, label, schema, user, customPermission, userPermission, i18n }[kind];
            return make(name, (reason) => this.error(`${id.slice(PREFIX.length)}: ${reason}`));
        }
    };

    function apex(name, refuse) {
        if (!name) return `export { refreshApex, getSObjectValue } from "org/runtime";`;
        if (!methods.has(name)) refuse("no @AuraEnabled static method of that name");
        const [className, method] = name.split(".");
        return `import { apex } from "org/runtime"; export default apex("${className}", "${method}");`;
    }

    /** All languages go into the page; the user's is chosen when it loads, as the platform does. */
    function label(name, refuse) {
        const translations = labels[name.slice(2)];
        if (!translations) refuse("no such custom label");
        const missing = LANGUAGES.filter((language) => !translations[language]);
        if (missing.length > 0) refuse(`no text in ${missing.join(", ")}`);
        return `import { org } from "org/runtime"; export default (${JSON.stringify(translations)})[org.language] ?? ${JSON.stringify(translations.en)};`;
    }

    function schema(name, refuse) {
        const [object, ...path] = name.split(".");
        if (!holdsField(salesforce, object, path[0])) refuse("no such object or field");
        return `export default ${JSON.stringify({ objectApiName: object, ...(path.length > 0 && { fieldApiName: path.join(".") }) })};`;
    }

    function user(name) {
        return `import { org } from "org/runtime"; export default org.user["${name}"];`;
    }

    /** The user's language and locale; the rest of internationalisation comes with the base components. */
    function i18n(name) {
        return `import { org } from "org/runtime"; export default org.${name === "lang" ? "language" : "locale"};`;
    }

    /** The platform gives true or undefined, never false. */
    function customPermission(name, refuse) {
        if (!holdsCustomPermission(salesforce, name)) refuse("no such custom permission");
        return userPermission(name);
    }

    function userPermission(name) {
        return `import { org } from "org/runtime"; export default org.permissions.includes("${name}") ? true : undefined;`;
    }
}
