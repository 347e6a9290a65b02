/**
 * Follows every name from one file to another, because nothing offline does: conversion and the schema look at one
 * file at a time, and an org would refuse the deployment.
 *
 * Permission sets, layouts, list views, tabs, pages, actions and settings against objects, classes and bundles; what
 * bundles import from the org against what is there; the golden token against the Apex test that asserts it.
 */
import { fail } from "./report.mjs";
import { files, first, text, xml } from "./metadata.mjs";

const STANDARD_LAYOUT_FIELDS = ["Name", "OwnerId"];

const fields = new Map(
    files("salesforce/objects", /^(\w+)\/fields\/(\w+)\.field-meta\.xml$/).map(({ file, match }) => [
        `${match[1]}.${match[2]}`,
        xml(file)
    ])
);
const objects = names("salesforce/objects", /^(\w+)\/\1\.object-meta\.xml$/);
const classes = names("salesforce/classes", /^(\w+)\.cls$/);
const customPermissions = names("salesforce/customPermissions", /^(\w+)\.customPermission-meta\.xml$/);
const tabs = names("salesforce/tabs", /^(\w+)\.tab-meta\.xml$/);
const bundles = new Map(files("lwc", /^(\w+)\/\1\.js-meta\.xml$/).map(({ file, match }) => [match[1], xml(file)]));

checkFieldFiles();
checkPermissionSets();
checkShownFields();
checkPlacements();
checkSettings();
checkImports();
checkGoldenToken();

function names(folder, pattern) {
    return new Set(files(folder, pattern).map(({ match }) => match[1]));
}

function mustHave(known, name, file, what) {
    if (!known.has(name)) {
        fail(`${file}: ${what} ${name} does not exist`);
    }
}

function checkFieldFiles() {
    for (const [name, field] of fields) {
        const [object, own] = name.split(".");
        if (first(field.fullName) !== own) {
            fail(`${name}: the file's name differs from <fullName>`);
        }
        const target = first(field.referenceTo);
        if (target?.endsWith("__c")) {
            mustHave(objects, target, name, "object");
        }
        if (!first(field.description)) {
            fail(`${name}: a field without a description`);
        }
        mustHave(objects, object, name, "object");
    }
}

/** A packaged permission set may not name required fields; and a field nobody may read is a mistake. */
function checkPermissionSets() {
    for (const { file } of files("salesforce/permissionsets", /\.permissionset-meta\.xml$/)) {
        const set = xml(file);
        for (const { apexClass } of set.classAccesses ?? []) {
            mustHave(classes, first(apexClass), file, "class");
        }
        for (const { name } of set.customPermissions ?? []) {
            mustHave(customPermissions, first(name), file, "custom permission");
        }
        for (const { name } of set.customMetadataTypeAccesses ?? []) {
            mustHave(objects, first(name), file, "custom metadata type");
        }
        for (const { tab } of set.tabSettings ?? []) {
            mustHave(tabs, first(tab), file, "tab");
        }
        const rights = new Map((set.objectPermissions ?? []).map((right) => [first(right.object), right]));
        for (const object of rights.keys()) {
            mustHave(objects, object, file, "object");
        }
        const granted = new Set();
        for (const { field, editable } of set.fieldPermissions ?? []) {
            const name = first(field);
            granted.add(name);
            mustHave(fields, name, file, "field");
            if (isRequired(fields.get(name))) {
                fail(`${file}: ${name} is required, so a permission set may not name it`);
            }
            const right = rights.get(name.split(".")[0]);
            const mayWrite = first(right?.allowEdit) === "true" || first(right?.allowCreate) === "true";
            if (first(editable) === "true" && !mayWrite) {
                fail(`${file}: ${name} is editable, but its object is not`);
            }
        }
        for (const [name, field] of fields) {
            const [object] = name.split(".");
            if (object.endsWith("__c") && rights.has(object) && !isRequired(field) && !granted.has(name)) {
                fail(`${file}: ${object} is granted, its field ${name} is not`);
            }
        }
        checkRights(file, rights);
    }
}

/** What the platform demands of object permissions among themselves. */
function checkRights(file, rights) {
    const NEEDS = {
        allowCreate: ["allowRead"],
        allowEdit: ["allowRead"],
        allowDelete: ["allowRead", "allowEdit"],
        viewAllRecords: ["allowRead"],
        modifyAllRecords: ["allowRead", "allowEdit", "allowDelete", "viewAllRecords"]
    };
    for (const [object, right] of rights) {
        for (const [has, needs] of Object.entries(NEEDS)) {
            for (const need of needs) {
                if (first(right[has]) === "true" && first(right[need]) !== "true") {
                    fail(`${file}: ${object}: ${has} needs ${need}`);
                }
            }
        }
        if (!object.startsWith("CaseFileEvent") && !/__(c|e)$/.test(object)) {
            fail(`${file}: a packaged permission set may not grant ${object}`);
        }
    }
}

function isRequired(field) {
    return first(field?.required) === "true";
}

function checkShownFields() {
    for (const { file, match } of files("salesforce/layouts", /^(\w+)-.+\.layout-meta\.xml$/)) {
        const shown = xml(file).layoutSections.flatMap((section) =>
            section.layoutColumns.flatMap((column) => (column.layoutItems ?? []).map((item) => item))
        );
        const shownNames = new Set(shown.map((item) => first(item.field)));
        for (const item of shown) {
            const name = first(item.field);
            const field = fields.get(`${match[1]}.${name}`);
            if (!field && !STANDARD_LAYOUT_FIELDS.includes(name)) {
                fail(`${file}: field ${name} does not exist`);
            }
            if (isRequired(field) && first(item.behavior) !== "Required") {
                fail(`${file}: ${name} is required`);
            }
        }
        for (const name of fields.keys()) {
            const [object, own] = name.split(".");
            if (object === match[1] && !shownNames.has(own)) {
                fail(`${file}: field ${own} is not shown`);
            }
        }
    }
    for (const { file, match } of files("salesforce/objects", /^(\w+)\/listViews\/.+\.listView-meta\.xml$/)) {
        for (const column of xml(file).columns) {
            if (column !== "NAME") {
                mustHave(fields, `${match[1]}.${column}`, file, "field");
            }
        }
    }
    for (const tab of tabs) {
        mustHave(objects, tab, `salesforce/tabs/${tab}`, "object");
    }
}

/** A component stands only where its bundle says that it may. */
function checkPlacements() {
    const placed = [];
    for (const { file } of files("salesforce/flexipages", /\.flexipage-meta\.xml$/)) {
        for (const { itemInstances } of xml(file).flexiPageRegions) {
            for (const { componentInstance } of itemInstances ?? []) {
                const name = first(first(componentInstance).componentName);
                if (!name.includes(":")) {
                    placed.push({ file, name, target: "lightning__RecordPage" });
                }
            }
        }
    }
    for (const { file } of files("salesforce/quickActions", /\.quickAction-meta\.xml$/)) {
        placed.push({ file, name: first(xml(file).lightningWebComponent), target: "lightning__RecordAction" });
    }
    for (const { file, name, target } of placed) {
        mustHave(bundles, name, file, "bundle");
        const bundle = bundles.get(name);
        if (first(bundle?.isExposed) !== "true" || !first(bundle?.targets)?.target?.includes(target)) {
            fail(`${file}: ${name} is not exposed for ${target}`);
        }
    }
    for (const [name, bundle] of bundles) {
        if (first(bundle.isExposed) === "true" && !placed.some((place) => place.name === name)) {
            fail(`lwc/${name}: exposed, but no page or action of ours shows it`);
        }
    }
}

function checkSettings() {
    for (const { file, match } of files("salesforce/customMetadata", /^(\w+)\.\w+\.md-meta\.xml$/)) {
        for (const { field, value } of xml(file).values) {
            mustHave(fields, `${match[1]}__mdt.${first(field)}`, file, "field");
            const host = /^https?:\/\/([^/]+)/.exec(first(value) ?? "")?.[1];
            if (host && !host.endsWith(".example.com")) {
                fail(`${file}: ${host} is a real host; the package ships placeholders only`);
            }
        }
    }
}

function checkImports() {
    for (const { file } of files("lwc", /^\w+\/\w+\.js$/)) {
        const source = text(file);
        for (const [, name] of source.matchAll(/"@salesforce\/customPermission\/(\w+)"/g)) {
            mustHave(customPermissions, name, file, "custom permission");
        }
        for (const [, name] of source.matchAll(/from "c\/(\w+)"/g)) {
            mustHave(bundles, name, file, "bundle");
        }
        for (const [, apexClass, method] of source.matchAll(/"@salesforce\/apex\/(\w+)\.(\w+)"/g)) {
            const apex = classes.has(apexClass) ? text(`salesforce/classes/${apexClass}.cls`) : "";
            const declared = new RegExp(`@AuraEnabled[^\\n]*\\n\\s*public static \\S+ ${method}\\(`).test(apex);
            if (!declared) {
                fail(`${file}: ${apexClass} has no @AuraEnabled method ${method}`);
            }
        }
    }
    const granted = /'(Casegate_\w+)'/g;
    for (const [, name] of text("salesforce/classes/FileRequestController.cls").matchAll(granted)) {
        mustHave(customPermissions, name, "FileRequestController", "custom permission");
    }
}

/** Apex tests do not run here, so at least their text agrees with what the connector and the simulated org assert. */
function checkGoldenToken() {
    const golden = JSON.parse(text("tests/payloads/agent-token.json"));
    const test = text("salesforce/classes/AgentTokenTest.cls");
    const signingInput = golden.token.split(".").slice(0, 2).join(".");
    if (golden.signing_input !== undefined && golden.signing_input !== signingInput) {
        fail("tests/payloads/agent-token.json: signing_input is not the first two parts of token");
    }
    const order = Object.keys(JSON.parse(Buffer.from(signingInput.split(".")[1], "base64url").toString()));
    if (order.join() !== "iss,sub,aud,perms,iat,exp,jti,case") {
        fail(`tests/payloads/agent-token.json: claims in the order ${order}`);
    }
    if (!test.includes(`'${signingInput}'`)) {
        fail("AgentTokenTest.cls: not the signing input of tests/payloads/agent-token.json");
    }
    const { claims, header } = golden;
    for (const fact of [header.kid, claims.iss, claims.sub, claims.aud, claims.jti, claims.case, ...claims.perms]) {
        if (!test.includes(`'${fact}'`)) {
            fail(`AgentTokenTest.cls: ${fact} of the golden token is not there`);
        }
    }
    if (!test.includes(`= ${claims.iat};`) || !test.includes(`${claims.exp * 1000}L`)) {
        fail("AgentTokenTest.cls: iat or exp of the golden token is not there");
    }
}
