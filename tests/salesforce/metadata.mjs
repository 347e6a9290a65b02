/** Reads the source tree the way the other checks need it: files by pattern, XML as lists of values. */
import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./report.mjs";

const { XMLParser } = createRequire(import.meta.url)("fast-xml-parser");
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray: () => true });

/** Paths below a folder of the repository that match, with the groups of the match. */
export function files(folder, pattern) {
    return readdirSync(path.join(root, folder), { recursive: true })
        .map((name) => ({ file: `${folder}/${name}`, match: pattern.exec(name) }))
        .filter(({ match }) => match)
        .sort((one, other) => one.file.localeCompare(other.file));
}

export function text(file) {
    return readFileSync(path.join(root, file), "utf8");
}

/** The content of the root element; every element is a list. */
export function xml(file) {
    return Object.entries(parser.parse(text(file))).find(([name]) => !name.startsWith("?"))[1][0];
}

export const first = (list) => list?.[0];
