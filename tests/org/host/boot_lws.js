/** The components inside the real Lightning Web Security sandbox, the platform's modules outside of it, as in an org. */
import { evaluateInSandbox } from "@locker/sandbox";
import { startPage } from "./page.js";

const addresses = await (await fetch("/c.imports.json")).json();
const imports = Object.fromEntries(
    await Promise.all(
        addresses.map(async ([id, address]) => {
            const module = await import(address);
            const hasNames = id === "lwc" || Object.keys(module).some((name) => name !== "default");
            return [id, hasNames ? { ...module } : module.default];
        })
    )
);
const source = await (await fetch("/c.js")).text();
let components;
evaluateInSandbox(
    "c",
    `${source}\n;$lockerEvalContext$(__c);\n//# sourceURL=c.js`,
    (exported) => {
        components = exported;
    },
    { __imports: imports }
);
document.documentElement.dataset.sandbox = "c";
startPage(components);
