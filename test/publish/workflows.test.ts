import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, parseDocument } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Job {
  readonly if?: string;
  readonly 'runs-on': string | readonly string[];
  readonly 'timeout-minutes'?: number;
  readonly needs?: string;
  readonly concurrency?: Record<string, unknown>;
  readonly permissions?: Record<string, string>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly name: string;
  readonly on: Record<string, { readonly types?: string[]; readonly workflows?: string[] } | null>;
  readonly permissions: Record<string, string>;
  readonly concurrency?: Record<string, unknown>;
  readonly jobs: Record<string, Job>;
}

const folder = '.github/workflows';
const read = (name: string): Workflow => parse(readFileSync(join(folder, name), 'utf8')) as Workflow;
const action = parse(readFileSync('action.yml', 'utf8')) as { inputs: Record<string, unknown> };
const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap((job) => job.steps);

/** What each of them may write; everything else reads. */
const writes: Readonly<Record<string, readonly string[]>> = {
  'perf-gate.yml': ['checks', 'pull-requests'],
  'perf-report.yml': ['checks', 'pull-requests'],
};
/** The same of single jobs. */
const jobWrites: Readonly<Record<string, readonly string[]>> = {
  'nightly-pgo.yml publish': ['attestations', 'contents', 'id-token', 'pull-requests'],
};
const samples = ['perf-gate.yml', 'perf-measure.yml', 'perf-report.yml', 'perf-queue.yml'];

describe.each(readdirSync(folder))('%s', (name) => {
  const workflow = read(name);

  test('is YAML without doubt', () => {
    const document = parseDocument(readFileSync(join(folder, name), 'utf8'));
    expect([...document.errors, ...document.warnings]).toEqual([]);
  });

  test('grants the token what it needs and no more', () => {
    const written = Object.keys(workflow.permissions).filter(
      (scope) => workflow.permissions[scope] === 'write',
    );
    expect(workflow.permissions.contents).toBe('read');
    expect(written.sort()).toEqual(writes[name] ?? []);
    for (const [job, { permissions }] of Object.entries(workflow.jobs)) {
      const own = Object.keys(permissions ?? {}).filter((scope) => permissions?.[scope] === 'write');
      expect(own.sort()).toEqual(jobWrites[`${name} ${job}`] ?? []);
    }
  });

  test("pins other people's actions to a major version, and runs nothing a pull request can put into a shell", () => {
    for (const { uses = './', run = '' } of stepsOf(workflow)) {
      expect(uses).toMatch(/^(\.\/|[\w-]+\/[\w-]+@v\d+)$/);
      expect(run).not.toContain('${{');
    }
  });

  test('uses inputs that there are, and ends by itself', () => {
    for (const { uses, with: given = {} } of stepsOf(workflow)) {
      if (uses === './')
        expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
    }
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });
});

describe.each(samples)('%s, to copy', (name) => {
  const workflow = read(name);
  const [job] = Object.values(workflow.jobs) as [Job];

  test('says of each permission why', () => {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const scope of Object.keys(workflow.permissions)) {
      expect(text).toMatch(new RegExp(`^  #.*\\n  ${scope}: (read|write)$`, 'm'));
    }
  });

  test('leaves no token where foreign code could read it, and runs on no event that has secrets', () => {
    const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout'));
    expect(checkouts).toHaveLength(1);
    expect(checkouts[0]?.with?.['persist-credentials']).toBe(false);
    expect(checkouts[0]?.with?.ref).toBeUndefined();
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
  });

  test('measures one at a time on the machine, and cancels none', () => {
    expect(workflow.concurrency?.['cancel-in-progress']).toBe(false);
    if (name === 'perf-report.yml') expect(job['runs-on']).toBe('ubuntu-latest');
    else {
      expect(workflow.concurrency).toEqual(read('perf-gate.yml').concurrency);
      expect(job['runs-on']).toEqual(['self-hosted', 'linux', 'x64']);
    }
  });
});

test('own branches, forks and the queue share no run', () => {
  const isOwn = 'github.event.pull_request.head.repo.full_name == github.repository';
  expect(read('perf-gate.yml').jobs.gate?.if).toBe(isOwn);
  expect(read('perf-measure.yml').jobs.measure?.if).toContain(isOwn.replace('==', '!='));
  expect(Object.keys(read('perf-queue.yml').on)).toEqual(['merge_group']);
  // A required check has one name.
  expect(Object.keys(read('perf-queue.yml').jobs)).toEqual(Object.keys(read('perf-gate.yml').jobs));
});

test('the gate and the measurement fetch the merge commit and its parent, the queue all of the history', () => {
  const depth = (name: string): unknown => stepsOf(read(name))[0]?.with?.['fetch-depth'];
  expect(['perf-gate.yml', 'perf-measure.yml', 'perf-queue.yml'].map(depth)).toEqual([2, 2, 0]);
});

test('a fork is measured after somebody asked for it, and reported by the other workflow', () => {
  const measure = read('perf-measure.yml');
  const report = read('perf-report.yml');
  expect(measure.on.pull_request?.types).toEqual(['labeled']);
  expect(measure.jobs.measure?.if).toContain("github.event.label.name == 'measure performance'");
  expect(report.on.workflow_run).toEqual({ workflows: [measure.name], types: ['completed'] });
  const modeOf = (workflow: Workflow): unknown =>
    stepsOf(workflow).find(({ uses }) => uses === './')?.with?.mode;
  expect([measure, report, read('perf-gate.yml')].map(modeOf)).toEqual(['measure', 'report', undefined]);
});

describe('nightly-pgo.yml', () => {
  const workflow = read('nightly-pgo.yml');
  const { profile, publish } = workflow.jobs as { profile: Job; publish: Job };

  test('measures where gates do, one at a time with them, and lets what is measured write nothing', () => {
    expect(profile.concurrency).toEqual(read('perf-gate.yml').concurrency);
    // What publishes would hold up the next measurement.
    expect([workflow.concurrency, publish.concurrency]).toEqual([undefined, undefined]);
    expect(profile['runs-on']).toEqual(['self-hosted', 'linux', 'x64']);
    expect(profile.permissions).toBeUndefined();
    expect(publish['runs-on']).toBe('ubuntu-latest');
    expect(Object.keys(workflow.on).sort()).toEqual(['schedule', 'workflow_dispatch']);
  });

  test('attests and proposes what is published, and nothing where the old profile is kept', () => {
    expect(publish.needs).toBe('profile');
    expect(publish.if).toContain("needs.profile.outputs.decision == 'published'");
    // Of several profiles one may fail the first job after another was proven.
    expect(publish.if).toMatch(/^\$\{\{ !cancelled\(\) && /);
    const taken = publish.steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@'));
    const attested = publish.steps.find(({ uses }) => uses?.startsWith('actions/attest-build-provenance@'));
    // Nothing that was in the repository before is attested as what this run made.
    expect(taken?.with?.path).toMatch(/^\$\{\{ runner\.temp \}\}\//);
    expect(attested?.with?.['subject-path']).toBe(`${taken?.with?.path}/**`);
    expect(profile.steps.find(({ uses }) => uses === './')?.with?.mode).toBe('pgo');
  });

  test('says of each permission why, and keeps no token in the folder it checks out', () => {
    const text = readFileSync(join(folder, 'nightly-pgo.yml'), 'utf8');
    for (const scope of [...Object.keys(workflow.permissions), ...Object.keys(publish.permissions ?? {})]) {
      expect(text).toMatch(new RegExp(`^ +#.*\\n +${scope}: (read|write)$`, 'm'));
    }
    for (const { uses, with: given } of stepsOf(workflow)) {
      if (uses?.startsWith('actions/checkout')) expect(given?.['persist-credentials']).toBe(false);
    }
  });
});
