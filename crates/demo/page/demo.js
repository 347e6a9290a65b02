/** The page around three people: buttons that make trouble, and what is true on the stage right now. */

const element = (id) => document.getElementById(id);
const LOOK_AGAIN_MS = 1000;

let agentHasCase = true;

element("network").addEventListener("click", async ({ currentTarget: button }) => {
    const cut = button.getAttribute("aria-pressed") !== "true";
    await ask(cut ? "/network/cut" : "/network/mend");
    look();
});

element("kill").addEventListener("click", async () => {
    element("kill").disabled = true;
    await ask("/connector/kill");
    look();
});

element("access").addEventListener("click", async () => {
    if (await ask(agentHasCase ? "/case/take-away" : "/case/give-back")) {
        agentHasCase = !agentHasCase;
    }
    look();
});

for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(element(button.dataset.copy).textContent);
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
    });
}

look();
setInterval(look, LOOK_AGAIN_MS);

async function ask(path) {
    try {
        return (await fetch(path, { method: "POST" })).ok;
    } catch {
        return false;
    }
}

async function look() {
    let stage;
    try {
        stage = await (await fetch("/stage")).json();
    } catch {
        element("state").textContent = "The demonstration has ended.";
        return;
    }
    if (!element("case").src) {
        element("case").src = stage.case_url;
    }
    show(stage);
}

function show(stage) {
    const now = new Date();
    element("clock").textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    document.body.classList.toggle("no-signal", stage.network_cut);
    element("signal").textContent = stage.network_cut ? "No service" : "5G ▂▄▆█";
    toggle(element("network"), stage.network_cut, "Mend the network", "Cut the network");
    toggle(element("access"), !agentHasCase, "Give the Case back to the agent", "Take the Case away from the agent");
    element("kill").disabled = !stage.connector_running;
    say(sentence(stage));

    element("data").textContent = stage.data;
    element("commands").hidden = !stage.commands;
    element("nothing-stored").hidden = Boolean(stage.commands);
    if (stage.commands) {
        [element("first").textContent, element("second").textContent] = stage.commands;
    }
}

function toggle(button, pressed, whenPressed, otherwise) {
    button.setAttribute("aria-pressed", String(pressed));
    button.querySelector(".does").textContent = pressed ? whenPressed : otherwise;
}

/** Only a change is worth announcing to somebody who listens to the page. */
function say(text) {
    if (element("state").textContent !== text) {
        element("state").textContent = text;
    }
}

function sentence(stage) {
    const troubles = [
        stage.connector_running ? "" : "The connector is down and starts again by itself.",
        stage.network_cut ? "The phone has no network." : "",
        agentHasCase ? "" : "The agent no longer has the Case."
    ].filter(Boolean);
    return troubles.join(" ") || "Everything runs.";
}
