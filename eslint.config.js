const lwc = require("@salesforce/eslint-config-lwc/recommended");
const locker = require("@locker/eslint-plugin-locker");

/** What Lightning Web Security refuses or changes, found before an org does. */
const lockerRules = Object.fromEntries(Object.keys(locker.rules).map((rule) => [`@locker/locker/${rule}`, "error"]));
// The distortion concerns /aura and /webruntime URLs only.
lockerRules["@locker/locker/distorted-window-fetch"] = "off";
// The same URLs; the rule fires on every method named open, and every dialog has one.
lockerRules["@locker/locker/distorted-xml-http-request-window-open"] = "off";

const jestNames = [
    "jest",
    "describe",
    "it",
    "expect",
    "beforeAll",
    "beforeEach",
    "afterEach",
    "afterAll",
    "global",
    "require"
];

module.exports = [
    { ignores: ["**/node_modules/**", "target/**", "build/**", "crates/**", "salesforce/**", "tests/**", "*.js"] },
    ...[lwc].flat().map((config) => ({ ...config, files: ["lwc/**/*.js"] })),
    {
        files: ["lwc/*/*.js"],
        plugins: { "@locker/locker": locker },
        rules: { ...lockerRules, "no-console": "error" }
    },
    {
        files: ["lwc/**/__tests__/**"],
        languageOptions: { globals: Object.fromEntries(jestNames.map((name) => [name, "readonly"])) },
        rules: { "@lwc/lwc/no-async-operation": "off" }
    }
];
