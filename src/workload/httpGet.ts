/** A plain GET without kept-alive connections: readiness and counters must not leave any to the service. */
import { get as getPlain, type IncomingHttpHeaders } from 'node:http';
import { get as getSecure } from 'node:https';

const mostBytes = 4 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface GetOptions {
  /** Most bytes of an answer's body. */
  readonly mostBytes: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a certificate that nobody signed will do. */
  readonly anyCertificate: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** @throws Error when there is no complete answer within `timeoutSeconds` */
export async function httpGet(url: string, timeoutSeconds: number): Promise<Answer> {
  const signal = timeLimit(timeoutSeconds);
  // The service under test runs on this machine, often with a certificate nobody signed.
  const { status, body } = await getBytes(url, { mostBytes, anyCertificate: true, signal });
  return { status, body: body.toString('utf8') };
}

/** Aborts after so many seconds, with an error that says so. */
export function timeLimit(seconds: number): AbortSignal {
  const controller = new AbortController();
  const reason = new Error(`no answer within ${seconds} s`);
  setTimeout(() => controller.abort(reason), seconds * 1000).unref();
  return controller.signal;
}

export interface BytesAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** @throws Error when there is no complete answer, or it is too long; the signal's reason when it is aborted */
export function getBytes(url: string, options: GetOptions): Promise<BytesAnswer> {
  const { headers = {}, anyCertificate, signal } = options;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? signal.reason : error);
    const get = url.startsWith('https:') ? getSecure : getPlain;
    const request = get(
      url,
      { agent: false, rejectUnauthorized: !anyCertificate, headers, signal },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > options.mostBytes) response.destroy(new Error(`more than ${options.mostBytes} bytes`));
          else chunks.push(chunk);
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
        response.on('error', fail);
      },
    );
    request.on('error', fail);
  });
}
