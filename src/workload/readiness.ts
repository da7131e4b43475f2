/** How to find out whether a service answers. */
import { connect } from 'node:net';
import type { Ready } from '../config/plan.js';
import { httpGet } from './httpGet.js';
import { fillTemplate, type TemplateValues } from './template.js';

const tryTimeoutSeconds = 2;

/** One look at a service. */
export interface ReadinessProbe {
  /** For messages: what is waited for. */
  readonly what: string;
  /** null when the service is ready, otherwise what was seen instead. */
  look(): Promise<string | null>;
  /** Takes in a line the service printed. */
  onLine(line: string): void;
}

export function readinessProbe(ready: Ready, values: TemplateValues): ReadinessProbe {
  switch (ready.kind) {
    case 'http':
      return httpProbe(fillTemplate(ready.url, values));
    case 'tcp':
      return tcpProbe(ready.host, Number(fillTemplate(ready.port, values)));
    case 'log':
      return logProbe(fillTemplate(ready.pattern, values));
  }
}

function httpProbe(url: string): ReadinessProbe {
  return {
    what: url,
    onLine: () => {},
    async look() {
      try {
        const { status } = await httpGet(url, tryTimeoutSeconds);
        return status >= 200 && status < 300 ? null : `it answered ${status}`;
      } catch (error) {
        return describe(error);
      }
    },
  };
}

function tcpProbe(host: string, port: number): ReadinessProbe {
  return {
    what: `tcp:${host}:${port}`,
    onLine: () => {},
    look: () =>
      new Promise((resolve) => {
        const socket = connect({ host, port, timeout: tryTimeoutSeconds * 1000 });
        const settle = (seen: string | null): void => {
          socket.destroy();
          resolve(seen);
        };
        socket.once('connect', () => settle(null));
        socket.once('timeout', () => settle(`no answer within ${tryTimeoutSeconds} s`));
        socket.once('error', (error) => settle(describe(error)));
      }),
  };
}

function logProbe(pattern: string): ReadinessProbe {
  const expression = new RegExp(pattern);
  let seen = false;
  return {
    what: `a line that matches /${pattern}/`,
    onLine: (line) => {
      seen ||= expression.test(line);
    },
    look: async () => (seen ? null : 'no such line was printed'),
  };
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' ? 'the connection was refused' : message || String(code);
}
