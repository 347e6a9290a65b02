/**
 * The mailbox page: a list that refreshes itself, and one mail at a time.
 *
 * `?target=phone` opens links of mails in the frame of that name; `?to=grace@…` shows one person's mail only.
 * A mail's own scripts are refused by the policy it is served with. The frame lets scripts in all the same, because
 * accessibility checkers put theirs there. Its links are followed from here.
 */
const POLL_MS = 1500;
const chosen = new URLSearchParams(location.search);
const target = chosen.get("target");
const onlyTo = chosen.get("to")?.toLowerCase();
const read = new Set();
const find = (id) => document.getElementById(id);

let mails = [];
let shownList = "";
let shownMail;

addEventListener("hashchange", show);
find("body").addEventListener("load", prepareBody);
refresh();

async function refresh() {
    try {
        const answer = await fetch("/mailbox/mails.json");
        if (!answer.ok) throw new Error(String(answer.status));
        mails = (await answer.json()).filter((mail) => !onlyTo || mail.to.some(({ address }) => address.toLowerCase() === onlyTo));
        say("");
        show();
    } catch {
        say("Cannot reach the mailbox. Trying again …");
    }
    setTimeout(refresh, POLL_MS);
}

function show() {
    const number = Number(location.hash.slice(1));
    const mail = mails.find((each) => each.number === number);
    find("inbox").hidden = Boolean(mail);
    find("message").hidden = !mail;
    if (mail) showMail(mail);
    else showList();
}

function showList() {
    shownMail = undefined;
    document.title = mails.length ? `Inbox (${mails.length})` : "Inbox";
    find("empty").hidden = mails.length > 0;
    const list = JSON.stringify([mails, [...read]]);
    // Redrawn only when something changed: focus and scroll position stay where they are.
    if (list === shownList) return;
    shownList = list;
    find("mails").replaceChildren(...mails.map(listed));
}

function listed(mail) {
    const link = element("a", { href: `#${mail.number}` }, [
        element("span", { className: "avatar", ariaHidden: "true", textContent: initials(mail) }),
        element("span", { className: "sender" }, [
            element("b", { textContent: sender(mail) }),
            element("time", { dateTime: new Date(mail.received_at).toISOString(), textContent: clock(mail) })
        ]),
        element("span", { className: "line", textContent: mail.subject }),
        element("span", { className: "preview", textContent: mail.preview })
    ]);
    link.classList.toggle("unread", !read.has(mail.number));
    return element("li", {}, [link]);
}

function showMail(mail) {
    if (shownMail === mail.number) return;
    shownMail = mail.number;
    read.add(mail.number);
    document.title = mail.subject;
    find("subject").textContent = mail.subject;
    find("avatar").textContent = initials(mail);
    find("from").textContent = sender(mail);
    find("to").textContent = `to ${mail.to.map(({ name, address }) => name ?? address).join(", ")}`;
    find("time").dateTime = new Date(mail.received_at).toISOString();
    find("time").textContent = clock(mail);
    find("body").title = `Message: ${mail.subject}`;
    find("body").src = `/mailbox/mails/${mail.number}`;
    find("subject").focus();
}

/** Links leave through this page; the frame takes its content's height, so that one thing scrolls. */
function prepareBody() {
    const inner = find("body").contentDocument;
    if (!inner?.body) return;
    find("body").style.height = `${Math.max(inner.documentElement.scrollHeight, 320)}px`;
    inner.addEventListener("click", (event) => {
        const link = event.target.closest("a[href]");
        if (!link) return;
        event.preventDefault();
        if (!/^https?:$/.test(new URL(link.href).protocol)) return;
        if (target) open(link.href, target);
        else open(link.href, "_blank", "noopener");
    });
}

function sender({ from: [first] }) {
    return first?.name ?? first?.address ?? "Unknown sender";
}

function initials(mail) {
    const words = sender(mail).split(/[\s.@]+/u).filter(Boolean);
    return words.slice(0, 2).map(([letter]) => letter.toUpperCase()).join("");
}

function clock({ received_at: at }) {
    return new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }).format(at);
}

function say(sentence) {
    if (find("status").textContent !== sentence) find("status").textContent = sentence;
}

function element(tag, properties, children = []) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
}
