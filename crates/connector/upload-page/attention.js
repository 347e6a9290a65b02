/**
 * Keeps the device awake while files are under way, and asks before the page is left.
 *
 * Phones stop uploads when the screen sleeps; a wake lock is lost whenever the page is hidden, so it is taken again.
 */

let wanted = false;
let lock = null;

export function keepAwake(isSending) {
    wanted = isSending;
    if (!wanted) {
        lock?.release();
        lock = null;
        return;
    }
    acquire();
}

async function acquire() {
    if (lock || !wanted || document.visibilityState !== "visible" || !navigator.wakeLock) return;
    try {
        lock = await navigator.wakeLock.request("screen");
        lock.addEventListener("release", () => {
            lock = null;
        });
        if (!wanted) lock.release();
    } catch {
        lock = null; // low battery or no permission: the page works without
    }
}

document.addEventListener("visibilitychange", acquire);

export function warnBeforeLeaving(isUnfinished) {
    window.addEventListener("beforeunload", (event) => {
        if (isUnfinished()) event.preventDefault();
    });
}
