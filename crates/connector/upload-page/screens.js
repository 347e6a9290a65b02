/**
 * Puts words and values into index.html and shows one screen at a time.
 *
 * `data-text` holds a key of strings.js, `data-value` a value, `data-if` hides what has no value. Text only, never markup:
 * nothing that a person typed can become an element.
 */
import { STEP_OF } from "./states.js";
import { say } from "./strings.js";

export const all = (selector) => [...document.querySelectorAll(selector)];
export const one = (selector) => document.querySelector(selector);

/** Writing the same text again would make some screen readers speak it again. */
export function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

/** Shows the screen of `state`; focus goes to its heading when it changed, so that it is read out. */
export function showScreen(state, { isFirst }) {
    let heading = null;
    all("[data-screen]").forEach((screen) => {
        const isShown = screen.dataset.screen.split(" ").includes(state);
        if (isShown && screen.hidden) heading = screen.querySelector("h1");
        screen.hidden = !isShown;
    });
    const step = STEP_OF[state];
    one("#steps").hidden = !step;
    all("[data-step]").forEach((item) => {
        const number = Number(item.dataset.step);
        item.toggleAttribute("data-done", number < step);
        if (number === step) item.setAttribute("aria-current", "step");
        else item.removeAttribute("aria-current");
    });
    if (!heading) return;
    window.scrollTo(0, 0);
    if (!isFirst) heading.focus();
}

/** `values` are ready to be read: formatted, in the right language. Missing ones are null. */
export function fill(language, values) {
    document.documentElement.lang = language;
    all("[data-text]").forEach((element) => {
        setText(element, say(language, element.dataset.text, values));
    });
    all("[data-label]").forEach((element) => element.setAttribute("aria-label", say(language, element.dataset.label)));
    all("[data-value]").forEach((element) => {
        setText(element, values[element.dataset.value] ?? "");
    });
    all("[data-if]").forEach((element) => {
        element.hidden = !values[element.dataset.if];
    });
    if (values.organisation) {
        one("[data-organisation]").textContent = values.organisation;
        const letter = one("[data-mark-letter]");
        letter.textContent = [...values.organisation][0].toUpperCase();
        letter.hidden = false;
        one("[data-mark-icon]").toggleAttribute("hidden", true);
    }
    one("[data-welcome-heading]").textContent = say(
        language,
        values.agent ? "welcome_heading" : "welcome_heading_nobody",
        values
    );
    document.title = say(language, values.organisation ? "page_title_for" : "page_title", values);
    fillContact(values.dpoContact);
}

/** A mail or web address becomes a link; anything else (a name, a postal address) stays text. */
function fillContact(contact) {
    const place = one("[data-dpo]");
    const isMail = /^[^\s@]+@[^\s@]+$/.test(contact ?? "");
    if (!isMail && !/^https:\/\/\S+$/.test(contact ?? "")) {
        place.textContent = contact ?? "";
        return;
    }
    const link = document.createElement("a");
    link.href = isMail ? `mailto:${contact}` : contact;
    link.rel = "noopener";
    link.textContent = contact;
    place.replaceChildren(link);
}
