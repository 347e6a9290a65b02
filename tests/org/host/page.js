/**
 * The Case page around the component: the record's fields, toasts, and the places components go to.
 *
 * Looks like Lightning Experience and is not it: plain markup with the design system's classes.
 */
import { createElement } from "lwc";
import { call, org } from "org/runtime";

const FIELDS = [
    "CaseNumber",
    "Subject",
    "Description",
    "Status",
    "Priority",
    "Origin",
    "CreatedDate",
    "SuppliedEmail",
    "Contact.Name",
    "Contact.Email",
    "Account.Name",
    "Owner.Name"
];
const THEMES = ["success", "error", "warning", "info"];
const STICKY = "sticky";
const TOAST_MS = 5000;

export function startPage({ fileRequestPanel, requestFileAction }) {
    document.documentElement.lang = org.language;
    document.addEventListener("lightning__showtoast", ({ detail }) => showToast(detail));
    showUser();
    showRecord();
    place("c-file-request-panel", fileRequestPanel, '[data-region="sidebar"]');
    const action = place("c-request-file-action", requestFileAction, '[data-region="actions"]');
    document.querySelector("[data-quick-action]").addEventListener("click", () => action.invoke());
}

function place(tag, component, region) {
    const element = createElement(tag, { is: component });
    element.recordId = org.recordId;
    document.querySelector(region).append(element);
    return element;
}

function showUser() {
    const name = org.user.name ?? "";
    const initials = name.split(/\s+/).map(([letter]) => letter ?? "");
    const avatar = document.querySelector("[data-user]");
    avatar.textContent = initials.slice(0, 2).join("").toUpperCase() || "?";
    avatar.title = name;
}

async function showRecord() {
    const fields = FIELDS.map((name) => `Case.${name}`).join(",");
    const record = await call(`/org/ui-api/records/${org.recordId}?fields=${fields}`).catch(() => null);
    if (!record) return;
    const valueOf = (path) => path.split(".").reduce((found, name) => found?.fields?.[name]?.value, record);
    for (const element of document.querySelectorAll("[data-field]")) {
        const value = element.dataset.field.split("|").map(valueOf).find(Boolean) ?? "";
        element.textContent = element.dataset.kind === "moment" && value ? moment(value) : value;
    }
    document.title = `${valueOf("CaseNumber") ?? ""} | Case | Salesforce (simulated)`;
}

function moment(instant) {
    return new Intl.DateTimeFormat(org.language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}

function showToast({ title, message = "", messageData = [], variant, mode = "dismissible" }) {
    const text = message.replace(/\{(\d+)\}/g, (_, index) => messageData[index]?.label ?? messageData[index] ?? "");
    const theme = THEMES.includes(variant) ? variant : "info";
    const toast = document.getElementById("toast").content.firstElementChild.cloneNode(true);
    toast.classList.add(`slds-theme_${theme}`);
    toast.setAttribute("role", theme === "error" || theme === "warning" ? "alert" : "status");
    toast.querySelector("[data-title]").textContent = title;
    toast.querySelector("[data-message]").textContent = text;
    toast.querySelector("[data-icon]").setAttribute("href", `/slds/icons.svg#utility-${theme}`);
    toast.querySelector("button").addEventListener("click", () => toast.remove());
    document.getElementById("toasts").append(toast);
    if (mode !== STICKY) setTimeout(() => toast.remove(), TOAST_MS);
}
