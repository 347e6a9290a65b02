/**
 * A TCP proxy that behaves like a bad network: cuts, stalls, swallows an answer, or is not there.
 *
 * Knows nothing of HTTP, so client and server meet what a real network does to them.
 */
import net from "node:net";

export async function startCuttingProxy(target) {
    const { hostname, port } = new URL(target);
    const sockets = new Set();
    const proxy = {
        cutEveryBytes: Infinity, // counted over all connections, from the client to the server
        bytesPerSecond: Infinity, // from the client to the server
        stalled: false, // sockets stay open, nothing moves
        down: false, // every connection ends at once
        dropAnswers: 0, // so many connections are cut when the server begins to answer
        cuts: 0,
        bytesUp: 0,
        cutAll() {
            sockets.forEach((socket) => socket.destroy());
        }
    };
    let untilCut = null;
    const server = net.createServer((client) => {
        if (proxy.down) {
            client.destroy();
            return;
        }
        const upstream = net.connect(Number(port), hostname);
        const end = () => {
            client.destroy();
            upstream.destroy();
        };
        for (const socket of [client, upstream]) {
            sockets.add(socket);
            socket.on("close", () => sockets.delete(socket));
            socket.on("error", end);
        }
        client.on("data", (bytes) => {
            proxy.bytesUp += bytes.length;
            if (proxy.cutEveryBytes !== Infinity) {
                untilCut = (untilCut ?? proxy.cutEveryBytes) - bytes.length;
                if (untilCut <= 0) {
                    untilCut = proxy.cutEveryBytes;
                    proxy.cuts += 1;
                    // What passed before the cut reaches the server, as it would; nothing after it does.
                    client.removeAllListeners("data");
                    upstream.end(bytes.subarray(0, Math.floor(bytes.length / 2)));
                    client.destroy();
                    return;
                }
            }
            if (proxy.stalled) return;
            if (proxy.bytesPerSecond !== Infinity) {
                client.pause();
                setTimeout(() => client.resume(), (bytes.length * 1000) / proxy.bytesPerSecond);
            }
            if (!upstream.write(bytes)) {
                client.pause();
                upstream.once("drain", () => client.resume());
            }
        });
        upstream.on("data", (bytes) => {
            if (proxy.dropAnswers > 0) {
                proxy.dropAnswers -= 1;
                end();
                return;
            }
            if (!proxy.stalled) client.write(bytes);
        });
        client.on("end", () => upstream.end());
        upstream.on("end", () => client.end());
        client.on("close", () => upstream.end());
        upstream.on("close", () => client.destroy());
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    proxy.url = `http://127.0.0.1:${server.address().port}`;
    proxy.stop = () => {
        proxy.cutAll();
        return new Promise((resolve) => server.close(resolve));
    };
    return proxy;
}
