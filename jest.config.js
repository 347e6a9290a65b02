const { jestConfig } = require("@salesforce/sfdx-lwc-jest/config");

module.exports = {
    ...jestConfig,
    roots: ["<rootDir>/lwc"],
    moduleNameMapper: {
        "^c/(.+)$": "<rootDir>/lwc/$1/$1",
        // Where the runner has no stub, or one that hides what a screen reader would say.
        "^lightning/(button|modal)$": "<rootDir>/tests/salesforce/jest/$1/$1"
    },
    setupFilesAfterEnv: [...jestConfig.setupFilesAfterEnv, "<rootDir>/tests/salesforce/jest/setup.js"],
    modulePathIgnorePatterns: ["<rootDir>/target", "<rootDir>/crates", "<rootDir>/tests/org"],
    // Always, and with a cache of its own: the LWC transformer's cache does not know whether it counts lines.
    collectCoverage: true,
    // A guard against a test that hangs, not a measurement: axe takes its time on a busy machine.
    testTimeout: 120000,
    cacheDirectory: "<rootDir>/build/jest-cache",
    collectCoverageFrom: ["lwc/*/*.js"],
    coverageDirectory: "<rootDir>/build/coverage",
    coverageReporters: ["text", "json-summary"],
    coverageThreshold: {
        global: { statements: 98, branches: 90, functions: 95, lines: 98 },
        // Its other half is tried in a browser against real tus servers.
        "./lwc/resumableUpload/": { statements: 70, branches: 55, functions: 65, lines: 75 }
    }
};
