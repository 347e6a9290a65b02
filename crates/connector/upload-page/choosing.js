/**
 * How files come onto the page: file dialog, folder dialog, and dropping, folders included.
 *
 * Each gives a list of { file, relativePath }; the path is '' for single files.
 */
import { isClutter } from "./limits.js";

/** Folders can be chosen where there is a mouse; phones have no such dialog. */
export const canChooseFolders =
    "webkitdirectory" in HTMLInputElement.prototype && window.matchMedia("(pointer: fine)").matches;

export function watchInput(input, onChosen) {
    input.addEventListener("change", () => {
        const chosen = [...input.files].map((file) => ({ file, relativePath: file.webkitRelativePath ?? "" }));
        input.value = ""; // so that choosing the same file again is noticed
        if (chosen.length > 0) onChosen(withoutClutter(chosen));
    });
}

/** Dropping works anywhere on the page: a file that misses the zone must not replace the page. */
export function watchDrop(isWelcome, onDragging, onChosen) {
    let depth = 0; // every element under the pointer reports entering and leaving
    const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    document.addEventListener("dragenter", (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth += 1;
        onDragging(isWelcome());
    });
    document.addEventListener("dragleave", () => {
        depth = Math.max(0, depth - 1);
        if (depth === 0) onDragging(false);
    });
    document.addEventListener("dragover", (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = isWelcome() ? "copy" : "none";
    });
    document.addEventListener("drop", async (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth = 0;
        onDragging(false);
        if (isWelcome()) onChosen(withoutClutter(await droppedFiles(event.dataTransfer)));
    });
}

/** The entries must be taken from the event at once; it is empty after the first wait. */
async function droppedFiles(transfer) {
    const items = [...transfer.items].filter(({ kind }) => kind === "file");
    const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
    const found = await Promise.all(entries.filter(Boolean).map((entry) => filesIn(entry)));
    return found.flat();
}

async function filesIn(entry) {
    if (entry instanceof File) return [{ file: entry, relativePath: "" }];
    if (entry.isFile) {
        const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
        const path = entry.fullPath.replace(/^\//, "");
        return file ? [{ file, relativePath: path === file.name ? "" : path }] : [];
    }
    const reader = entry.createReader();
    const children = [];
    let batch;
    do {
        // A directory gives its entries in batches of at most 100, the last one empty.
        batch = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
        children.push(...batch);
    } while (batch.length > 0);
    return (await Promise.all(children.map((child) => filesIn(child)))).flat();
}

function withoutClutter(chosen) {
    return chosen.filter(({ file }) => !isClutter(file.name));
}
