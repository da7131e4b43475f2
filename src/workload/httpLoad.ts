/** Offers HTTP requests with autocannon: closed loop, or open loop at an even pace. */
import autocannon from 'autocannon';
import type { HttpLoadReport, HttpLoadRequest } from './httpLoadProtocol.js';

/** How often what is due is sent. */
const tickMilliseconds = 5;
/** How long the answers to the last requests may take beyond the load's end. */
const lateMilliseconds = 250;
const requestTimeoutSeconds = 10;

/** What pacing needs of autocannon's client: at most `rate` requests are made until the count is set back. */
interface PacedClient {
  rate: number;
  reqsMadeThisSecond: number;
  paused: boolean | undefined;
  rateInterval: NodeJS.Timeout;
  destroyed: boolean;
  cer: unknown;
  _doRequest(cer: unknown): void;
}

/** Offers the load for its seconds and counts the answers. */
export async function offerHttpLoad(request: HttpLoadRequest): Promise<HttpLoadReport> {
  const { rate, seconds } = request;
  const amount = rate === null ? null : Math.max(1, Math.round(rate * seconds));
  const connections = Math.min(request.connections, amount ?? request.connections);
  const clients: PacedClient[] = [];
  const started = performance.now();
  const options: autocannon.Options = {
    url: request.url,
    method: request.method as NonNullable<autocannon.Options['method']>,
    headers: { ...request.headers },
    ...(request.body === null ? {} : { body: request.body }),
    connections,
    timeout: requestTimeoutSeconds,
    // It ends at a sampling tick: a long one would leave an idle end in the capture.
    sampleInt: tickMilliseconds,
    ...(amount === null
      ? { duration: seconds }
      : {
          amount,
          // Only switches its limiter on; the pace is set below.
          overallRate: connections,
          ignoreCoordinatedOmission: true,
          setupClient: (client: unknown) => clients.push(client as PacedClient),
        }),
  };
  const result = await run(options, rate === null ? null : { clients, rate, seconds });
  return {
    event: 'done',
    requests2xx: result['2xx'],
    non2xx: result.non2xx,
    errors: result.errors,
    timeouts: result.timeouts,
    seconds: (performance.now() - started) / 1000,
  };
}

interface Pace {
  readonly clients: readonly PacedClient[];
  /** Requests a second over all clients. */
  readonly rate: number;
  readonly seconds: number;
}

function run(options: autocannon.Options, pace: Pace | null): Promise<autocannon.Result> {
  return new Promise((resolve, reject) => {
    let endPace = (): void => {};
    const instance = autocannon(options, (error, result) => {
      endPace();
      if (error) reject(error);
      else resolve(result);
    });
    if (pace === null) return;
    const ticker = setInterval(keepPace(pace), tickMilliseconds);
    // A service that cannot keep up must not stretch the capture: what it did not answer is missing in the count.
    const end = setTimeout(() => instance.stop(), pace.seconds * 1000 + lateMilliseconds);
    endPace = () => {
      clearInterval(ticker);
      clearTimeout(end);
    };
  });
}

/**
 * autocannon's limiter lets a second's requests go at once and then pauses. That is a burst at full load followed by
 * idling, not a load below saturation; so its window is widened here step by step, as requests come due.
 */
function keepPace({ clients, rate }: Pace): () => void {
  const started = performance.now();
  const ratePerClient = rate / clients.length;
  for (const client of clients) clearInterval(client.rateInterval);
  return () => {
    const dueBefore = ((performance.now() - started) / 1000) * ratePerClient;
    for (const [index, client] of clients.entries()) {
      // One request was made at the start; clients are out of step with each other.
      client.rate = 1 + Math.floor(dueBefore + index / clients.length);
      if (!client.paused || client.destroyed || client.reqsMadeThisSecond > client.rate) continue;
      // Its counter also counted the request that was refused.
      client.reqsMadeThisSecond--;
      client.paused = false;
      client._doRequest(client.cer);
    }
  };
}
