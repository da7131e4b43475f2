import { describe, expect, test } from '@jest/globals';
import { Valve, type ValveClient } from '../../src/workload/valve.js';

/** Behaves as autocannon's client does towards its limiter; answers come at once or when told. */
class Client implements ValveClient {
  rate = 1;
  reqsMadeThisSecond = 0;
  paused: boolean | undefined;
  rateInterval = setInterval(() => {}, 1000);
  destroyed = false;
  cer: unknown;
  reqsMade = 0;

  constructor(
    valve: Valve,
    public answersAtOnce = true,
  ) {
    valve.add(this);
    this._doRequest();
  }

  _doRequest(): void {
    if (this.reqsMadeThisSecond++ < this.rate) {
      this.reqsMade++;
      if (this.answersAtOnce) this._doRequest();
    } else {
      this.paused = true;
    }
  }
}

class Clock {
  milliseconds = 1000;
  now = (): number => this.milliseconds;
}

describe('requests go when they are due', () => {
  test('evenly over time and clients', () => {
    const clock = new Clock();
    const valve = new Valve(40, clock.now);
    const clients = [1, 2, 3, 4].map(() => new Client(valve));
    const sent = (): number => clients.reduce((sum, client) => sum + client.reqsMade, 0);
    expect(sent()).toBe(0);
    valve.open(2);
    for (const [milliseconds, due] of [
      [0, 0],
      [12, 0],
      [13, 1],
      [25, 1],
      [50, 2],
      [100, 4],
      [1000, 40],
      [1990, 80],
    ] as const) {
      clock.milliseconds = 1000 + milliseconds;
      for (let repeated = 0; repeated < 3; repeated++) valve.tick();
      expect(sent()).toBe(due);
    }
    const each = clients.map((client) => client.reqsMade);
    expect(Math.max(...each) - Math.min(...each)).toBe(0);
  });

  test('later, when answers were late', () => {
    const clock = new Clock();
    const valve = new Valve(10, clock.now);
    const client = new Client(valve, false);
    valve.open(2);
    clock.milliseconds += 1000;
    valve.tick();
    expect(client.reqsMade).toBe(1);
    client.answersAtOnce = true;
    client._doRequest();
    expect(client.reqsMade).toBe(10);
  });

  test('not on a connection that is done', () => {
    const clock = new Clock();
    const valve = new Valve(10, clock.now);
    const client = new Client(valve);
    valve.open(2);
    client.destroyed = true;
    clock.milliseconds += 1000;
    valve.tick();
    expect(client.reqsMade).toBe(0);
  });
});

describe('closed, it lets nothing go', () => {
  test('and what was not due while it was closed is not made up for', () => {
    const clock = new Clock();
    const valve = new Valve(10, clock.now);
    const client = new Client(valve);
    valve.open(2);
    clock.milliseconds += 500;
    valve.tick();
    expect(client.reqsMade).toBe(5);
    valve.close();
    clock.milliseconds += 10_000;
    client._doRequest();
    expect(client.reqsMade).toBe(5);
    valve.open(2);
    clock.milliseconds += 500;
    for (let repeated = 0; repeated < 3; repeated++) valve.tick();
    expect(client.reqsMade).toBe(10);
    expect(valve.openSeconds).toBe(1);
    clock.milliseconds += 60_000;
    valve.close();
    expect(client.reqsMade).toBe(25);
    expect(valve.openSeconds).toBe(2.5);
  });

  test('and is idle when the answers are there', () => {
    const valve = new Valve(null);
    const client = new Client(valve, false);
    expect(valve.isIdle).toBe(true);
    valve.open(2);
    expect([client.reqsMade, valve.isIdle]).toEqual([1, false]);
    client._doRequest();
    expect([client.reqsMade, valve.isIdle]).toEqual([2, false]);
    valve.close();
    expect(valve.isIdle).toBe(false);
    client._doRequest();
    expect([client.reqsMade, valve.isIdle]).toEqual([2, true]);
    valve.open(2);
    expect([client.reqsMade, valve.isIdle]).toEqual([3, false]);
  });
});
