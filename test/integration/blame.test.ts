/** Real gates on commits: who is said to have done it, and what base waives. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { configuration, expectCode, nothingSmall, Project, service } from './project.js';

let project: Project;
beforeEach(() => {
  project = new Project();
  project.git('init', '-q');
});
afterEach(() => project.remove());

/** Accepts ten times as much of `work` and of the total. */
const waivers = (expires: string): string => `version: 1
waivers:
  - { function: work, file: service.cjs, max: 1000%, reason: twice the digits, expires: ${expires} }
  - { total: true, max: 1000%, reason: twice the digits, expires: ${expires} }
`;

/** The same service, with more to do for each request by a line within `work`. */
const slower = (text: string): string => text.replace('round < rounds;', 'round < 4 * rounds;');

describe('a function that a commit changes', () => {
  const base = service(60_000);

  test('is said to be changed; waivers that expired or are new in head do not help', async () => {
    project.write({
      'svc/service.cjs': base,
      'svc/.profbound.yml': configuration({}, nothingSmall),
      'svc/.profbound-waivers.yml': waivers('2001-01-31'),
    });
    project.commit('base');
    project.write({ 'svc/service.cjs': slower(base), 'svc/.profbound-waivers.yml': waivers('2999-01-31') });
    project.commit('head');
    const run = await project.gateIn('svc', '--base', 'HEAD~1', '--head', 'HEAD');
    expectCode(run, 1);
    const { verdict, notes, reasons, workloads } = project.result('svc/out');
    const work = workloads[0]?.functions.find(({ name }) => name === 'work');
    expect(work).toMatchObject({
      class: 'slower',
      line: 2,
      waiver: { status: 'expired' },
      culprit: {
        kind: 'changed',
        message: 'changed in this pull request (svc/service.cjs:4)',
        hunk: { base: [4, 1], head: [4, 1] },
      },
    });
    expect(verdict).toBe('fail');
    expect(reasons.filter(({ code }) => code === 'waiver_expired')).toHaveLength(2);
    expect(notes.join()).toContain("head changes .profbound-waivers.yml; base's waivers were applied");
    for (const text of [
      run.stdout,
      project.read('svc/out/summary.md'),
      project.read('svc/out/report.html'),
    ]) {
      expect(text.replace(/\s+/g, ' ')).toContain('changed in this pull request (svc/service.cjs:4)');
    }
    expect(project.read('svc/out/report.html')).toMatch(
      /\ncd svc\/\nprofbound gate --base [0-9a-f]{40} --head [0-9a-f]{40}\n/,
    );
    expect(project.remains()).toEqual([]);
  });

  test('does not fail where base waives it', async () => {
    project.write({
      'service.cjs': base,
      '.profbound.yml': configuration({}, nothingSmall),
      '.profbound-waivers.yml': waivers('2999-01-31'),
    });
    project.commit('base');
    project.write({ 'service.cjs': slower(base) });
    project.commit('head');
    const run = await project.gate('--base', 'HEAD~1', '--head', 'HEAD');
    expectCode(run, 0);
    const { verdict, reasons, workloads } = project.result();
    expect(verdict).not.toBe('fail');
    expect(workloads[0]).toMatchObject({ total: { margin: 10 }, totalWaiver: { status: 'waived' } });
    const work = workloads[0]?.functions.find(({ name }) => name === 'work');
    expect(work).toMatchObject({
      class: 'slower',
      waiver: { status: 'waived' },
      culprit: { kind: 'changed' },
    });
    expect(work?.ratio?.lower).toBeGreaterThan(1.05);
    expect(reasons.filter(({ code }) => code === 'waived')).toHaveLength(2);
    expect(run.stdout).toContain('twice the digits');
  });
});

test('a helper that a changed caller calls more often, and a function that something changed is inlined into', async () => {
  const files = (calls: string, step: string): Record<string, string> => ({
    'src/mix.c': `__attribute__((noinline)) unsigned mix(unsigned sum, unsigned rounds)
{
	for (unsigned round = 0; round < rounds; round++)
		sum = (sum * 31 + round) % 65537;
	return sum;
}
`,
    'src/step.h': `static inline unsigned step(unsigned sum, unsigned round)
{
	return ${step};
}
`,
    'src/job.c': `#include "step.h"

unsigned mix(unsigned sum, unsigned rounds);

static __attribute__((noinline)) unsigned rinse(unsigned sum)
{
	for (unsigned round = 0; round < 4000000; round++)
		sum = step(sum, round);
	return sum;
}

static __attribute__((noinline)) unsigned summary(unsigned sum)
{
	unsigned first = mix(sum, 4000000);
${calls}	return first ^ sum;
}

int main(int argc, char **argv)
{
	(void)argv;
	return (summary(argc) ^ rinse(argc)) == ~0u;
}
`,
    '.profbound.yml': configuration({
      build: 'cc -O2 -g -fno-optimize-sibling-calls -o job src/job.c src/mix.c',
      batch: './job',
      start: null,
      ready: null,
      load: null,
    }),
    '.gitignore': 'job\nout/\n',
  });
  project.write(files('', '(sum * 31 + round) % 65537'));
  project.commit('base');
  project.write(
    files('\tfirst += mix(first, 12000000);\n', '((sum * 31 + round) % 65537 * 29 + round) % 65521 % 32749'),
  );
  project.commit('head');
  const run = await project.gate('--base', 'HEAD~1', '--head', 'HEAD');
  expectCode(run, 1);
  const functions = project.result().workloads[0]?.functions;
  const named = (wanted: string) => functions?.find(({ name }) => name === wanted);
  expect(named('mix')).toMatchObject({
    class: 'slower',
    file: 'src/mix.c',
    culprit: {
      kind: 'called_from_changed',
      message: 'called from summary, changed in this pull request (src/job.c:15)',
      function: 'summary',
      file: 'src/job.c',
      line: 15,
    },
  });
  expect(named('rinse')).toMatchObject({
    class: 'slower',
    culprit: {
      kind: 'inlines_changed',
      message: 'inlines step, changed in this pull request (src/step.h:3)',
    },
  });
});
