/** Lets the requests of autocannon's connections to one target go, at an even pace or as fast as answers come, or holds them back. */

/** What a valve needs of autocannon's client: at most `rate` requests are made until the count is set back. */
export interface ValveClient {
  rate: number;
  reqsMadeThisSecond: number;
  /** In all; refused ones are only in the other count. */
  readonly reqsMade: number;
  paused: boolean | undefined;
  rateInterval: NodeJS.Timeout;
  destroyed: boolean;
  cer: unknown;
  _doRequest(cer: unknown): void;
}

/** What counts and limits start at, as autocannon takes a limit of 0 for none. */
const start = 1;

/**
 * Closed at first. autocannon's own limiter lets a second's requests go at once and then pauses. That is a burst at full
 * load followed by idling, not a load below saturation; so its window is widened here step by step.
 */
export class Valve {
  readonly #clients: ValveClient[] = [];
  #openedAt: number | null = null;
  #openSeconds = 0;
  #turnSeconds = 0;

  /**
   * @param rate requests a second over all clients while open; null: as fast as answers come
   * @param now  milliseconds of a clock
   */
  constructor(
    private readonly rate: number | null,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes in a client before its first request, for autocannon's `setupClient`. */
  add(client: ValveClient): void {
    client.reqsMadeThisSecond = Number.POSITIVE_INFINITY;
    this.#clients.push(client);
    // Its own limiter, which sets the count back every second, begins behind this.
    setImmediate(() => clearInterval(client.rateInterval));
  }

  /** How long it has been open, in seconds; what a late call to `close` adds does not count. */
  get openSeconds(): number {
    if (this.#openedAt === null) return this.#openSeconds;
    return this.#openSeconds + Math.min(this.#turnSeconds, (this.now() - this.#openedAt) / 1000);
  }

  /** Whether no request is under way. */
  get isIdle(): boolean {
    return this.#clients.every(({ paused, destroyed }) => paused || destroyed);
  }

  /** @param seconds how long it is to be open; requests due later wait for the next time */
  open(seconds: number): void {
    this.#openedAt = this.now();
    this.#turnSeconds = seconds;
    this.tick();
  }

  /** Holds requests back that are not due by now; those under way are answered. */
  close(): void {
    this.tick();
    this.#openSeconds = this.openSeconds;
    this.#openedAt = null;
    if (this.rate !== null) return;
    for (const client of this.#clients) client.rate = start + client.reqsMade;
  }

  /** Lets go what has become due; to be called every few milliseconds while it is open. */
  tick(): void {
    const due =
      this.rate === null ? Number.POSITIVE_INFINITY : (this.openSeconds * this.rate) / this.#clients.length;
    for (const [index, client] of this.#clients.entries()) {
      // They are out of step with each other. Half a request off, so that a whole time holds a whole number of them.
      client.rate = start + Math.floor(due + (index + 0.5) / this.#clients.length);
      const made = start + client.reqsMade;
      if (!client.paused || client.destroyed || made >= client.rate) continue;
      client.reqsMadeThisSecond = made;
      client.paused = false;
      client._doRequest(client.cer);
    }
  }
}
