/**
 * When to ask the connector again.
 *
 * Never while the page is hidden; soon while something is under way; seldom otherwise; later and
 * later while nobody answers, and not before the connector said.
 * Units: milliseconds.
 */
const BUSY_MS = 2_000;
const IDLE_MS = 20_000;
const LONGEST_MS = 60_000;

export class Poll {
    /** `ask({ signal })` resolves to whether something is under way, or rejects with a problem. */
    constructor(ask) {
        this.ask = ask;
        this.failures = 0;
        this.handleVisibility = () => (document.hidden ? this.rest() : this.now());
    }

    start() {
        this.running = true;
        document.addEventListener("visibilitychange", this.handleVisibility);
        return this.now();
    }

    stop() {
        this.running = false;
        document.removeEventListener("visibilitychange", this.handleVisibility);
        this.rest();
        this.round?.abort();
        this.round = undefined;
    }

    /** Asks at once; an answer still under way is dropped, because it may be older than the cause. */
    async now() {
        this.rest();
        this.round?.abort();
        const round = new AbortController();
        this.round = round;
        let pause;
        try {
            const busy = await this.ask({ signal: round.signal });
            this.failures = 0;
            pause = busy ? BUSY_MS : IDLE_MS;
        } catch (problem) {
            this.failures += 1;
            pause = Math.max(Math.min(BUSY_MS * 2 ** this.failures, LONGEST_MS), problem.retryAfterMs ?? 0);
        }
        if (this.round === round && this.running && !document.hidden) {
            // eslint-disable-next-line @lwc/lwc/no-async-operation, @locker/locker/distorted-window-set-timeout -- the poll; cleared by rest()
            this.timer = setTimeout(() => this.now(), pause);
        }
    }

    rest() {
        clearTimeout(this.timer);
        this.timer = undefined;
    }
}
