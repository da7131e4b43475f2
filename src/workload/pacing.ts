/** An even pace for autocannon's connections. */

/** What pacing needs of autocannon's client: at most `rate` requests are made until the count is set back. */
export interface PacedClient {
  rate: number;
  reqsMadeThisSecond: number;
  paused: boolean | undefined;
  rateInterval: NodeJS.Timeout;
  destroyed: boolean;
  cer: unknown;
  _doRequest(cer: unknown): void;
}

export interface Pace {
  readonly clients: readonly PacedClient[];
  /** Requests a second over all clients. */
  readonly rate: number;
}

/**
 * Lets requests go as they come due; call what it returns every few milliseconds.
 *
 * autocannon's own limiter lets a second's requests go at once and then pauses. That is a burst at full load followed by
 * idling, not a load below saturation; so its window is widened here step by step instead of once a second.
 * @param now milliseconds of a clock
 */
export function keepPace({ clients, rate }: Pace, now: () => number = () => performance.now()): () => void {
  const started = now();
  const ratePerClient = rate / clients.length;
  for (const client of clients) clearInterval(client.rateInterval);
  return () => {
    const due = ((now() - started) / 1000) * ratePerClient;
    for (const [index, client] of clients.entries()) {
      // One request was made at the start; clients are out of step with each other.
      client.rate = 1 + Math.floor(due + index / clients.length);
      if (!client.paused || client.destroyed || client.reqsMadeThisSecond > client.rate) continue;
      // Its counter also counted the request that was refused.
      client.reqsMadeThisSecond--;
      client.paused = false;
      client._doRequest(client.cer);
    }
  };
}
