/** A profile by HTTP: from a service's own endpoint, or from a store of profiles; within bounds of time and size. */
import { gunzipSync } from 'node:zlib';
import { type BytesAnswer, getBytes, timeLimit } from '../workload/httpGet.js';
import { readableTail } from '../workload/output.js';

export interface FetchLimits {
  /** For the whole answer, redirects included. */
  readonly seconds: number;
  /** Most bytes, as sent and unpacked from what the transport packed. */
  readonly bytes: number;
  /** Sent to the URL's own origin only, as `{ authorization: 'Bearer …' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const mostRedirects = 5;
const longestExcerpt = 300;

/**
 * The body of a 2xx answer. Redirects are followed, but not from https to http. Certificates are checked, except on this
 * machine, where services under test have some that nobody signed.
 * @throws Error with one sentence that names the URL, without its password; the signal's reason when it is aborted
 */
export async function fetchBytes(url: string, limits: FetchLimits): Promise<Buffer> {
  const limit = timeLimit(limits.seconds);
  const signal = limits.signal ? AbortSignal.any([limit, limits.signal]) : limit;
  const { origin } = parseUrl(url, 'the URL');
  let at = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const target = parseUrl(at, `${withoutPassword(url)} leads to`);
    const answer = await ask(target, origin, limits, signal);
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status > 399 || location === undefined)
      return bodyOf(answer, at, limits);
    const next = URL.canParse(location, at) ? new URL(location, at).href : location;
    if (target.protocol === 'https:' && !next.startsWith('https:')) {
      throw new Error(`${withoutPassword(at)} leads away from https: name the URL that answers`);
    }
    at = next;
  }
  throw new Error(`${withoutPassword(url)} leads on more than ${mostRedirects} times`);
}

async function ask(
  target: URL,
  origin: string,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<BytesAnswer> {
  const headers = { 'accept-encoding': 'identity', ...(target.origin === origin ? limits.headers : {}) };
  try {
    return await getBytes(target.href, {
      mostBytes: limits.bytes,
      headers,
      anyCertificate: isOwnMachine(target.hostname),
      signal,
    });
  } catch (error) {
    if (limits.signal?.aborted) throw error;
    throw new Error(`cannot fetch ${withoutPassword(target.href)}: ${reasonOf(error as Error)}`);
  }
}

/** Node tells of several addresses that refused in an error without a message. */
function reasonOf(error: Error & { readonly code?: string }): string {
  return error.message || (error.code ?? 'no connection');
}

function bodyOf({ status, headers, body }: BytesAnswer, url: string, limits: FetchLimits): Buffer {
  const shown = withoutPassword(url);
  if (status < 200 || status > 299) {
    const excerpt = readableTail(body.subarray(0, longestExcerpt).toString('utf8')).replace(/\s+/g, ' ');
    throw new Error(`${shown} answered ${status}${excerpt === '' ? '' : `: ${excerpt}`}`);
  }
  // Asked for as it is, but some servers pack everything.
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new Error(`${shown} answered in ${encoding}, which was not asked for`);
  try {
    return gunzipSync(body, { maxOutputLength: limits.bytes });
  } catch (error) {
    throw new Error(`the answer of ${shown} cannot be unpacked: ${(error as Error).message}`);
  }
}

function parseUrl(text: string, what: string): URL {
  if (/^https?:/.test(text) && URL.canParse(text)) return new URL(text);
  throw new Error(`${what} ${withoutPassword(text)}, which is no http or https URL`);
}

function isOwnMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

/** A URL as it may be shown. */
export function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/?#]*@/, '$1').slice(0, 1000);
}
