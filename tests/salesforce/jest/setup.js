/** What every test of a bundle gets: the accessibility matcher, a browser's crypto, and an empty page afterwards. */
const { webcrypto } = require("node:crypto");
const { registerSa11yMatcher } = require("@sa11y/jest");

registerSa11yMatcher();
Object.defineProperty(globalThis, "crypto", { value: webcrypto, configurable: true });

afterEach(() => {
    document.body.replaceChildren();
    jest.clearAllMocks();
});

/** The engine warns about what would break in an org; a warning nobody reads is an error here. */
for (const level of ["warn", "error"]) {
    console[level] = (...message) => {
        throw new Error(`console.${level}: ${message.join(" ")}`);
    };
}
