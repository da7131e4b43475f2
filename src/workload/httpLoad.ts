/** Offers HTTP requests with autocannon: closed loop, or open loop at an even pace. */
import autocannon from 'autocannon';
import type { HttpLoadReport, HttpLoadRequest } from './httpLoadProtocol.js';
import { keepPace, type PacedClient } from './pacing.js';

/** How often what is due is sent. */
const tickMilliseconds = 5;
/** How long the answers to the last requests may take beyond the load's end. */
const lateMilliseconds = 250;
const requestTimeoutSeconds = 10;

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
  const result = await run(options, () => (rate === null ? null : keepPace({ clients, rate })), seconds);
  return {
    event: 'done',
    requests2xx: result['2xx'],
    non2xx: result.non2xx,
    errors: result.errors,
    timeouts: result.timeouts,
    seconds: (performance.now() - started) / 1000,
  };
}

/** @param pace begins pacing once the clients are there, if they are to be paced */
function run(
  options: autocannon.Options,
  pace: () => (() => void) | null,
  seconds: number,
): Promise<autocannon.Result> {
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    const instance = autocannon(options, (error, result) => {
      for (const timer of timers) clearTimeout(timer);
      if (error) reject(error);
      else resolve(result);
    });
    const tick = pace();
    if (tick === null) return;
    timers.push(setInterval(tick, tickMilliseconds));
    // A service that cannot keep up must not stretch the capture: what it did not answer is missing in the count.
    timers.push(setTimeout(() => instance.stop(), seconds * 1000 + lateMilliseconds));
  });
}
