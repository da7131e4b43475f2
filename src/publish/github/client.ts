/** The REST client: every request ends within a set time, and a server that asks to come back later is obeyed, within bounds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { getOctokit } from '@actions/github';

export type Client = ReturnType<typeof getOctokit>;

/** How long to wait for GitHub: it decorates a verdict, so the job must not hang on it. Milliseconds. */
export interface Patience {
  /** Until one request is answered. */
  readonly request: number;
  /** For all requests together, pauses included. */
  readonly total: number;
  /** The longest pause that is obeyed; a server that asks for more is given up. */
  readonly pause: number;
  /** The pause before asking again after a 5xx. */
  readonly again: number;
  /** For one artifact, start to end. */
  readonly upload: number;
}

/** @param seconds that one request may take; everything else is a multiple of it */
export function patienceOf(seconds: number): Patience {
  const request = 1000 * seconds;
  return { request, total: 4 * request, pause: 1.5 * request, again: request / 15, upload: 20 * request };
}

/** Seconds that one request may take when nobody says otherwise. */
export const usualSeconds = 15;

const mostAttempts = 3;

/**
 * Opens a client for the API at `apiUrl`.
 * Its `total` patience starts now.
 */
export function openClient(token: string, apiUrl: string, patience: Patience): Client {
  const client = getOctokit(token, { baseUrl: apiUrl, log: silent });
  const deadline = AbortSignal.timeout(patience.total);
  client.hook.wrap('request', async (request, options) => {
    for (let attempt = 1; ; attempt++) {
      const signal = AbortSignal.any([deadline, AbortSignal.timeout(patience.request)]);
      // Changed in place: the hooks further in are bound to this very object, whatever they are called with.
      options.request = { ...options.request, signal };
      try {
        return await request(options);
      } catch (error) {
        if (signal.aborted)
          throw new Error(`no answer from ${new URL(apiUrl).host} in time`, { cause: error });
        const pause = attempt < mostAttempts ? pauseAfter(error, options, patience) : null;
        if (pause === null) throw error;
        await sleep(pause, undefined, { signal: deadline });
      }
    }
  });
  return client;
}

/** Octokit would print deprecations and failures by itself; what matters is said once, by whoever called. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** What octokit throws for an answer; a request without an answer has no response. */
interface AnswerError {
  readonly status?: number;
  readonly response?: { readonly headers: Readonly<Record<string, string | number | undefined>> };
}

/** The status of the answer an error stands for; null when there was no answer. */
export function answerStatus(error: unknown): number | null {
  const { status, response } = (error ?? {}) as AnswerError;
  return response ? (status ?? null) : null;
}

/** Whether the token lacks the right: GitHub answers 403 also where there were too many requests. */
export function isRefusal(error: unknown): boolean {
  const headers = (error as AnswerError).response?.headers ?? {};
  const isLimited = headers['retry-after'] !== undefined || String(headers['x-ratelimit-remaining']) === '0';
  return answerStatus(error) === 403 && !isLimited;
}

/** What a request's options say to this client: it adds something, so that it must not be carried out twice. */
export const adds = { adds: true } as const;

/** Milliseconds to wait before asking again; null: do not ask again. */
function pauseAfter(
  error: unknown,
  { method, request }: { readonly method: string; readonly request?: object },
  patience: Patience,
): number | null {
  const status = answerStatus(error);
  const retryAfter = (error as AnswerError).response?.headers['retry-after'];
  // GitHub's secondary limits answer 403 with retry-after; a 403 without it is a refusal.
  if (status === 429 || (status === 403 && retryAfter !== undefined)) {
    const seconds = Number(retryAfter ?? 1);
    const pause = seconds * 1000;
    return pause >= 0 && pause <= patience.pause ? pause : null;
  }
  // A POST that answered 5xx may have been carried out: asking again could leave two comments.
  const repeatable = method === 'GET' || (method === 'PATCH' && !(request && 'adds' in request));
  return status !== null && status >= 500 && repeatable ? patience.again : null;
}
