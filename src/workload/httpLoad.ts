/** Offers HTTP requests with autocannon: closed loop, or open loop at an even pace; to one service, or to two in turns. */
import autocannon from 'autocannon';
import type { HttpLoadReport, HttpLoadRequest, HttpTargetReport } from './httpLoadProtocol.js';
import { Valve, type ValveClient } from './valve.js';

/** How often what is due is sent, and whether all is answered is looked at. */
const tickMilliseconds = 2;
/** How long the answers to a turn's last requests are waited for. */
const lateMilliseconds = 250;
const requestTimeoutSeconds = 10;

/** Offers the load, turn by turn, and counts each target's answers. */
export async function offerHttpLoad(request: HttpLoadRequest): Promise<HttpLoadReport> {
  const targets = request.urls.map((url) => openTarget(url, request));
  for (const turn of request.turns) {
    const { valve } = targets[turn] as Target;
    valve.open(request.turnSeconds);
    await ticking(request.turnSeconds * 1000, () => {
      valve.tick();
      return false;
    });
    valve.close();
    // A service that cannot keep up must not stretch its turn: what it did not answer is missing in the count.
    await ticking(lateMilliseconds, () => valve.isIdle);
  }
  return { event: 'done', targets: await Promise.all(targets.map(endTarget)) };
}

interface Target {
  readonly valve: Valve;
  readonly result: Promise<autocannon.Result>;
  stop(): void;
}

/** Connects to a target; nothing is requested until its valve is opened. */
function openTarget(url: string, request: HttpLoadRequest): Target {
  const { rate, turns, turnSeconds, connections, body } = request;
  const amount = rate === null ? connections : Math.max(1, Math.round(rate * turnSeconds * turns.length));
  const valve = new Valve(rate);
  let stop = (): void => {};
  const result = new Promise<autocannon.Result>((resolve, reject) => {
    const options: autocannon.Options = {
      url,
      method: request.method as NonNullable<autocannon.Options['method']>,
      headers: { ...request.headers },
      ...(body === null ? {} : { body }),
      connections: Math.min(connections, amount),
      timeout: requestTimeoutSeconds,
      // It ends at a sampling tick.
      sampleInt: tickMilliseconds,
      // Until it is stopped.
      duration: 86_400,
      // Only switches its limiter on, which the valve works with.
      overallRate: Math.min(connections, amount),
      ignoreCoordinatedOmission: true,
      setupClient: (client: unknown) => valve.add(client as ValveClient),
    };
    const instance = autocannon(options, (error, outcome) => (error ? reject(error) : resolve(outcome)));
    stop = () => instance.stop();
  });
  result.catch(() => {});
  return { valve, result, stop: () => stop() };
}

async function endTarget({ valve, result, stop }: Target): Promise<HttpTargetReport> {
  stop();
  const counted = await result;
  return {
    requests2xx: counted['2xx'],
    non2xx: counted.non2xx,
    errors: counted.errors,
    timeouts: counted.timeouts,
    seconds: valve.openSeconds,
  };
}

/** Looks every few milliseconds until `isOver` or the time is over. */
function ticking(milliseconds: number, isOver: () => boolean): Promise<void> {
  if (isOver()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearInterval(interval);
      clearTimeout(timeout);
      resolve();
    };
    const interval = setInterval(() => {
      if (isOver()) end();
    }, tickMilliseconds);
    const timeout = setTimeout(end, milliseconds);
  });
}
