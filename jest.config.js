const { jestConfig } = require("@salesforce/sfdx-lwc-jest/config");

module.exports = {
    ...jestConfig,
    roots: ["<rootDir>/lwc"],
    moduleNameMapper: {
        "^c/(.+)$": "<rootDir>/lwc/$1/$1",
        // The runner has stubs for the parts of a modal, but none for the modal itself.
        "^lightning/modal$": "<rootDir>/tests/salesforce/jest/modal.js"
    },
    setupFilesAfterEnv: ["<rootDir>/tests/salesforce/jest/setup.js"],
    modulePathIgnorePatterns: ["<rootDir>/target", "<rootDir>/crates", "<rootDir>/tests/org"],
    collectCoverageFrom: ["lwc/*/*.js"],
    coverageDirectory: "<rootDir>/build/coverage",
    coverageReporters: ["text", "json-summary"],
    coverageThreshold: { global: { statements: 95, branches: 85, functions: 95, lines: 95 } }
};
