/**
 * One line per file: name, size, a real progress bar, a sentence, and what can be done.
 *
 * Lines are changed in place, so that the button under a finger stays there and focus is not lost.
 */
import { percent, size, timeLeft } from "./format.js";
import { setText } from "./screens.js";
import { say } from "./strings.js";
import { FileState } from "./states.js";

const ICON = {
    [FileState.ARRIVED]: "check",
    [FileState.CHECKING]: "check",
    [FileState.MISSING]: "again",
    [FileState.REFUSED]: "warning",
    [FileState.PAUSED]: "pause",
    [FileState.OFFLINE]: "offline",
    [FileState.RETRYING]: "offline"
};
const RETRY_HELPS = ["internal", "invalid_request", "forbidden", "conflict", "unauthenticated"];

export class Rows {
    /** `acts` are the deeds: pause, resume, remove, chooseAgain, tryAgain; each is given the row. */
    constructor(list, template, acts) {
        this._list = list;
        this._template = template;
        this._acts = acts;
        this._lines = new Map();
        this._asking = new Set(); // rows whose removal is to be confirmed
        list.addEventListener("click", (event) => this._clicked(event));
    }

    show(rows, language, limits) {
        const kept = new Set(rows.map(({ id }) => id));
        [...this._lines]
            .filter(([id]) => !kept.has(id))
            .forEach(([id, { line }]) => {
                line.remove();
                this._lines.delete(id);
            });
        rows.forEach((row) => this.update(row, language, limits));
    }

    update(row, language, limits) {
        const parts = this._partsOf(row);
        const text = lineOf(row, language, limits);
        parts.line.dataset.state = row.state;
        setText(parts.name, row.relativePath || row.name);
        setText(parts.size, size(language, row.sizeBytes));
        setText(parts.text, text);
        parts.icon.setAttribute("href", `#icon-${ICON[row.state] ?? "file"}`);
        parts.bar.hidden = row.state === FileState.REFUSED || row.state === FileState.ARRIVED;
        if (row.state === FileState.PREPARING) parts.bar.removeAttribute("value");
        else parts.bar.value = row.percent;
        const asking = this._asking.has(row.id);
        setText(parts.question, asking ? say(language, "cancel_question") : "");
        parts.question.hidden = !asking;
        const offered = asking ? ["cancel_yes", "cancel_no"] : buttonsOf(row);
        parts.buttons.forEach((button) => {
            const deed = button.dataset.deed;
            button.hidden = !offered.includes(deed);
            const label = deed === "remove" && hasProgress(row) ? "cancel" : deed;
            setText(button.firstElementChild, say(language, label));
            setText(button.lastElementChild, ` ${row.name}`);
        });
    }

    _partsOf(row) {
        const known = this._lines.get(row.id);
        if (known) return known;
        const line = this._template.content.firstElementChild.cloneNode(true);
        line.dataset.id = row.id;
        const part = (name) => line.querySelector(`[data-part="${name}"]`);
        const parts = {
            line,
            name: part("name"),
            size: part("size"),
            bar: part("bar"),
            text: part("text"),
            question: part("question")
        };
        parts.icon = line.querySelector("use");
        parts.buttons = [...line.querySelectorAll("button")];
        parts.name.id = `file-${row.id}`;
        parts.bar.setAttribute("aria-labelledby", parts.name.id);
        this._list.append(line);
        this._lines.set(row.id, parts);
        return parts;
    }

    _clicked(event) {
        const button = event.target.closest("button[data-deed]");
        if (!button) return;
        const id = Number(button.closest("[data-id]").dataset.id);
        const { deed } = button.dataset;
        if (deed === "remove" && this._acts.isWorthAsking(id)) this._asking.add(id);
        else {
            this._asking.delete(id);
            if (deed !== "cancel_no") this._acts[deed === "cancel_yes" ? "remove" : deed](id);
        }
        this._acts.refresh();
        this._focusWithin(id);
    }

    /** The pressed button is often replaced by another one: focus goes there, or to the list when the line is gone. */
    _focusWithin(id) {
        const next = this._lines.get(id)?.buttons.find((button) => !button.hidden);
        if (document.activeElement === document.body || document.activeElement?.hidden) (next ?? this._list).focus();
    }
}

function buttonsOf({ state, refusal, file }) {
    switch (state) {
        case FileState.ARRIVED:
        case FileState.CHECKING:
            return [];
        case FileState.PAUSED:
            return ["resume", "remove"];
        case FileState.MISSING:
            return ["choose_again", "remove"];
        case FileState.REFUSED:
            if (refusal?.code === "file_unreadable") return ["choose_again", "remove"];
            return file && RETRY_HELPS.includes(refusal?.code) ? ["try_again", "remove"] : ["remove"];
        default:
            return ["pause", "remove"];
    }
}

const hasProgress = ({ state }) => state !== FileState.REFUSED && state !== FileState.MISSING;

function lineOf(row, language, limits) {
    const shown = { percent: percent(language, row.percent) };
    switch (row.state) {
        case FileState.SENDING:
            if (row.secondsLeft === null) return shown.percent;
            return say(language, "file_sending", { ...shown, left: timeLeft(language, row.secondsLeft) });
        case FileState.OFFLINE:
            return say(language, "offline");
        case FileState.RETRYING:
            return say(language, "server_away");
        case FileState.REFUSED:
            return refusalLine(row, language, limits);
        default:
            return say(language, `file_${row.state}`, shown);
    }
}

function refusalLine(row, language, limits) {
    const { refusal } = row;
    switch (refusal?.code) {
        case "too_large":
            return tooLargeLine(row, language, limits);
        case "type":
        case "type_not_accepted":
            return say(language, "refused_type");
        case "count":
            return say(language, "refused_count");
        case "file_unreadable":
            return say(language, "refused_unreadable");
        default:
            return say(language, "refused_other", { detail: refusal?.problem?.detail ?? "" });
    }
}

/** One code, three limits: of a file, of the number of files, of all files together. */
function tooLargeLine({ sizeBytes, refusal }, language, limits) {
    const { limit_files: files, limit_bytes: bytes = limits.max_file_bytes } = refusal.problem ?? {};
    if (files) return say(language, "refused_count");
    return bytes && bytes < sizeBytes
        ? say(language, "refused_too_large", { size: size(language, bytes) })
        : say(language, "refused_room");
}
