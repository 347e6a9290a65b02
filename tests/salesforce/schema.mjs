/**
 * Compares every metadata file with the types that Salesforce generates from its Metadata WSDL.
 *
 * Finds what conversion does not: malformed XML, unknown or missing elements, wrong enumeration values, and API
 * versions that differ from the ones we build against. References between files are checked in references.mjs.
 */
import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fail, root } from "./report.mjs";

const require = createRequire(import.meta.url);
const ts = require("typescript");
const { XMLParser, XMLValidator } = require("fast-xml-parser");

const API_VERSIONS = { ApexClass: "67.0", LightningComponentBundle: "66.0" };
const NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"';

const declarations = path.join(path.dirname(require.resolve("@salesforce/types/metadata")), "metadata.d.ts");
const program = ts.createProgram([declarations], { strict: true });
const checker = program.getTypeChecker();
const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(declarations)));
const typeOf = new Map(exported.map((symbol) => [symbol.name, checker.getDeclaredTypeOfSymbol(symbol)]));
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray: () => true });

let files = 0;
for (const folder of ["lwc", "salesforce"]) {
    for (const name of readdirSync(path.join(root, folder), { recursive: true })) {
        if (name.endsWith("-meta.xml")) {
            files += 1;
            checkFile(path.join(folder, name));
        }
    }
}
console.log(`${files} files`);

function checkFile(file) {
    const xml = readFileSync(path.join(root, file), "utf8");
    const wellFormed = XMLValidator.validate(xml);
    if (wellFormed !== true) {
        fail(`${file}: line ${wellFormed.err.line}: ${wellFormed.err.msg}`);
        return;
    }
    const roots = Object.entries(parser.parse(xml)).filter(([name]) => !name.startsWith("?"));
    const [[name, [content]]] = roots;
    const type = typeOf.get(name);
    if (roots.length !== 1 || !type) {
        fail(`${file}: <${name}> is not the root of a metadata file`);
        return;
    }
    if (!xml.includes(NAMESPACE)) {
        fail(`${file}: the metadata namespace is missing`);
    }
    if (API_VERSIONS[name] && content.apiVersion?.[0] !== API_VERSIONS[name]) {
        fail(`${file}: API version ${content.apiVersion}, not ${API_VERSIONS[name]}`);
    }
    checkElement({ file, rootName: name }, name, type, content);
}

function checkElement(context, where, declared, value) {
    const type = checker.getNonNullableType(declared);
    if (typeof value === "object") {
        checkStructure(context, where, type, value);
    } else if (!accepts(type, value)) {
        fail(`${context.file}: ${where}: '${value}' is no ${checker.typeToString(type).slice(0, 120)}`);
    }
}

function checkStructure(context, where, type, value) {
    for (const [name, items] of Object.entries(value)) {
        // The WSDL does not describe the inside of this element.
        if (name === "#text" || (name === "targetConfigs" && context.rootName === "LightningComponentBundle")) {
            continue;
        }
        const property = type.getProperty(name);
        if (!property) {
            fail(`${context.file}: ${where}: unknown element <${name}>`);
            continue;
        }
        let itemType = checker.getNonNullableType(checker.getTypeOfSymbol(property));
        if (checker.isArrayType(itemType)) {
            [itemType] = checker.getTypeArguments(itemType);
        } else if (items.length > 1) {
            fail(`${context.file}: ${where}: <${name}> occurs ${items.length} times`);
        }
        for (const item of items) {
            checkElement(context, `${where}/${name}`, itemType, item);
        }
    }
    for (const property of type.getProperties()) {
        const isOptional = property.flags & ts.SymbolFlags.Optional || property.name === "fullName";
        const isList = checker.isArrayType(checker.getNonNullableType(checker.getTypeOfSymbol(property)));
        if (!isOptional && !isList && !(property.name in value)) {
            fail(`${context.file}: ${where}: <${property.name}> is missing`);
        }
    }
}

function accepts(type, text) {
    if (type.flags & (ts.TypeFlags.String | ts.TypeFlags.Any)) {
        return true;
    }
    if (type.flags & ts.TypeFlags.Number) {
        return text !== "" && !Number.isNaN(Number(text));
    }
    const choices = type.isUnion() ? type.types : [type];
    if (choices.every((choice) => choice.flags & ts.TypeFlags.BooleanLike)) {
        return text === "true" || text === "false";
    }
    if (choices.every((choice) => choice.isStringLiteral())) {
        return choices.some((choice) => choice.value === text);
    }
    return text === "" || type.isUnion();
}
