/**
 * What the request accepts, told before anything is sent. The server decides; this only spares the customer the way.
 *
 * Units: bytes.
 */

/** Left behind by operating systems in folders; nobody means to send them. */
const CLUTTER = [".ds_store", "thumbs.db", "desktop.ini"];

export function isClutter(name) {
    return CLUTTER.includes(name.toLowerCase());
}

/** The reason why a file is not taken, or null. `taken` counts the files that already are. */
export function refusalOf(file, limits, taken) {
    const { max_file_bytes: largest, accepted_extensions: extensions, max_files: most } = limits;
    if (largest && file.size > largest) return "too_large";
    if (extensions?.length && !extensions.some((one) => file.name.toLowerCase().endsWith(dotted(one)))) return "type";
    if (most && taken >= most) return "count";
    return null;
}

/** For the file dialog: `.pdf,.zip`, or nothing for everything. */
export function acceptAttribute(limits) {
    return (limits.accepted_extensions ?? []).map(dotted).join(",");
}

function dotted(extension) {
    return `.${extension.toLowerCase().replace(/^\./, "")}`;
}
