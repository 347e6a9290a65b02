// Keeps the CLI on this machine: after a refused login it tries Salesforce's own login hosts, and a signed assertion of a
// test has no business there. Loaded with NODE_OPTIONS=--require; the CLI itself stays as published.

const net = require("node:net");

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
    // `net.connect` passes its arguments on as one normalised array.
    const options = Array.isArray(args[0]) ? args[0][0] : args[0];
    const host = typeof options === "object" && options !== null ? options.host : args[1];
    if (host && !LOOPBACK.has(host)) {
        const refused = Object.assign(new Error(`${host} is not on this machine`), { code: "ECONNREFUSED" });
        process.nextTick(() => this.destroy(refused));
        return this;
    }
    return connect.apply(this, args);
};
