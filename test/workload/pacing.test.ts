import { describe, expect, test } from '@jest/globals';
import { keepPace, type PacedClient } from '../../src/workload/pacing.js';

/** Behaves as autocannon's client does towards its limiter; answers come at once or when told. */
class Client implements PacedClient {
  rate = 1;
  reqsMadeThisSecond = 0;
  paused: boolean | undefined;
  rateInterval = setInterval(() => {}, 1000);
  destroyed = false;
  cer: unknown;
  sent = 0;

  constructor(public answersAtOnce = true) {
    this._doRequest();
  }

  _doRequest(): void {
    if (this.reqsMadeThisSecond++ < this.rate) {
      this.sent++;
      if (this.answersAtOnce) this._doRequest();
    } else {
      this.paused = true;
    }
  }
}

describe('requests go when they are due', () => {
  test('evenly over time and clients', () => {
    let now = 1000;
    const clients = [new Client(), new Client(), new Client(), new Client()];
    const tick = keepPace({ clients, rate: 40 }, () => now);
    for (const [milliseconds, sent] of [
      [0, 4],
      [25, 5],
      [50, 6],
      [100, 8],
      [1000, 44],
      [2000, 84],
    ] as const) {
      now = 1000 + milliseconds;
      for (let repeated = 0; repeated < 3; repeated++) tick();
      expect(clients.reduce((sum, client) => sum + client.sent, 0)).toBe(sent);
    }
    expect(Math.max(...clients.map(({ sent }) => sent)) - Math.min(...clients.map(({ sent }) => sent))).toBe(
      0,
    );
  });

  test('later, when answers were late', () => {
    let now = 0;
    const client = new Client(false);
    const tick = keepPace({ clients: [client], rate: 10 }, () => now);
    now = 1000;
    tick();
    expect(client.sent).toBe(1);
    client.answersAtOnce = true;
    client._doRequest();
    expect(client.sent).toBe(11);
  });

  test('not on a connection that is done', () => {
    let now = 0;
    const client = new Client();
    const tick = keepPace({ clients: [client], rate: 10 }, () => now);
    client.destroyed = true;
    now = 1000;
    tick();
    expect(client.sent).toBe(1);
  });
});
