/** Real gates that cannot trust what they measure: inconclusive, with the reason and the cure. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WorkloadResult } from '../../src/verdict/result.js';
import { brief, configuration, expectCode, Project, runCli, service, startCli } from './project.js';

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.remove());

async function inconclusive(): Promise<WorkloadResult> {
  const run = await project.gate('--base', 'dir:base', '--head', 'dir:head');
  expectCode(run, 0);
  const result = project.result();
  expect(result.verdict).toBe('inconclusive');
  expect(project.remains()).toEqual([]);
  // What people read begins with the reason.
  const first = result.workloads[0]?.reasons[0]?.message ?? 'no reason';
  expect(run.stdout.replace(/\s+/g, ' ')).toContain(first.slice(0, 60));
  return result.workloads[0] as WorkloadResult;
}

const failing = (when: string): string => `const { createServer } = require('node:http');
let asked = 0;
createServer((request, response) => {
  if (request.url !== '/healthz') asked += 1;
  response.statusCode = request.url !== '/healthz' && ${when} ? 500 : 200;
  response.end('x'.repeat(1000));
}).listen(Number(process.argv[2]), '127.0.0.1');
`;

describe('a gate', () => {
  test('whose service cannot keep the rate', async () => {
    const load = { http: 'http://127.0.0.1:${PORT}/', connections: 2, rate: 50_000 };
    for (const side of ['base', 'head']) {
      project.write({
        [`${side}/service.cjs`]: service(200_000),
        [`${side}/.profbound.yml`]: configuration({ load }),
      });
    }
    const { reasons } = await inconclusive();
    expect(reasons[0]).toMatchObject({
      code: 'rate_missed',
      message: expect.stringMatching(/of 50k offered .*: offer a rate that both sides can serve$/),
    });
  });

  test.each([
    ['some', 'asked % 10 === 0', 'errors_high', /^1\d\.\d % of head's requests failed .*; mend what fails/],
    ['all', 'true', 'zero_units', /^head did no work in the pilot, .*: check load and units$/],
  ])('where %s requests of head fail', async (_, when, code, message) => {
    project.write({
      'base/service.cjs': failing('false'),
      'base/.profbound.yml': configuration(),
      'head/service.cjs': failing(when),
      'head/.profbound.yml': configuration(),
    });
    const { reasons } = await inconclusive();
    expect(reasons[0]).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('what a gate left behind', () => {
  const judged = async (): Promise<WorkloadResult> => {
    const run = await runCli(['report', 'out', '--json'], { cwd: project.folder });
    expectCode(run, 0);
    const result = JSON.parse(run.stdout);
    expect(result.verdict).toBe('inconclusive');
    return result.workloads[0];
  };

  test('when its service died', async () => {
    const dying = service(20_000, 'setTimeout(() => process.exit(7), 1000);');
    project.write({
      'base/service.cjs': dying,
      'base/.profbound.yml': configuration({ warmup: '3s' }),
      'head/service.cjs': dying,
      'head/.profbound.yml': configuration({ warmup: '3s' }),
    });
    expectCode(await project.gate('--base', 'dir:base', '--head', 'dir:head'), 4);
    const { reasons } = await judged();
    expect(reasons.map(({ code }) => code)).toEqual(['measuring_failed', 'no_pairs']);
    expect(reasons[0]?.message).toMatch(
      /ended during the warm-up \(exit code 7\).*; mend that and run it again$/,
    );
  });

  test('when it was killed', async () => {
    project.write({
      'service.cjs': service(20_000),
      '.profbound.yml': configuration(brief, { max_pairs: 60 }),
    });
    const words = ['gate', '--base', 'dir:.', '--head', 'dir:.', '--out', 'out'];
    const running = startCli(words, { cwd: project.folder });
    await running.saying('pair  1/60');
    running.child.kill('SIGKILL');
    await running.ended;
    const { reasons } = await judged();
    expect(reasons[0]).toMatchObject({
      code: 'unfinished',
      message: expect.stringMatching(
        /^measuring did not come to its end: it was killed after .*; run it again$/,
      ),
    });
  });
});
