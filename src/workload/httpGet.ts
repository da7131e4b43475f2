/** A plain GET without kept-alive connections: readiness and counters must not leave any to the service. */
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

const mostBytes = 4 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** @throws Error when there is no complete answer within `timeoutSeconds` */
export function httpGet(url: string, timeoutSeconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getSecure : getPlain;
    const request = get(
      url,
      // The service under test runs on this machine, often with a certificate nobody signed.
      { agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(timeoutSeconds * 1000) },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > mostBytes) response.destroy(new Error(`more than ${mostBytes} bytes`));
          else chunks.push(chunk);
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', (error) =>
      reject(error.name === 'AbortError' ? new Error(`no answer within ${timeoutSeconds} s`) : error),
    );
  });
}
