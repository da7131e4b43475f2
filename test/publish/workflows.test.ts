import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, { readonly if?: string; readonly steps: Step[] }>;
}

const folder = '.github/workflows';
const read = (name: string): Workflow => parse(readFileSync(join(folder, name), 'utf8')) as Workflow;
const action = parse(readFileSync('action.yml', 'utf8')) as { inputs: Record<string, unknown> };

describe.each(readdirSync(folder))('%s', (name) => {
  const workflow = read(name);
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  test('grants the token what it needs and no more', () => {
    const writes = Object.keys(workflow.permissions).filter(
      (scope) => workflow.permissions[scope] === 'write',
    );
    expect(workflow.permissions.contents).toBe('read');
    expect(writes).toEqual(name === 'perf-gate.yml' ? ['pull-requests', 'checks'] : []);
  });

  test("pins other people's actions to a major version, and runs nothing a pull request can put into a shell", () => {
    for (const { uses = './', run = '' } of steps) {
      expect(uses).toMatch(/^(\.\/|[\w-]+\/[\w-]+@v\d+)$/);
      expect(run).not.toContain('${{');
    }
  });
});

describe('the workflow to copy', () => {
  const { gate } = read('perf-gate.yml').jobs;
  const stepOf = (uses: string): Step | undefined => gate?.steps.find((step) => step.uses?.startsWith(uses));

  test('keeps forks off the runner', () => {
    expect(gate?.if).toBe('github.event.pull_request.head.repo.full_name == github.repository');
  });

  test('fetches the merge commit and its parent, and uses inputs that there are', () => {
    expect(stepOf('actions/checkout')?.with?.['fetch-depth']).toBe(2);
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(stepOf('./')?.with ?? {})));
  });
});
