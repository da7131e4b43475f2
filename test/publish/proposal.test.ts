/** The last step of nightly-pgo.yml, run as it is written, on a repository with a remote; a program stands in for `gh`. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { Project } from '../integration/project.js';

const workflow = parse(readFileSync('.github/workflows/nightly-pgo.yml', 'utf8')) as {
  jobs: { publish: { steps: { name?: string; run?: string }[] } };
};
const script = workflow.jobs.publish.steps.find(({ name }) => name === 'Propose the profile')?.run;
const branch = 'profbound/nightly-profile';

/** Notes what it is asked, a line a call, and says that `$OPEN` is the number of the open pull request. */
const gh = `#!/bin/sh
echo "$*" >> "$ASKED"
case "$*" in *'--method GET'*) printf '%s' "$OPEN" ;; esac
`;

let world: Project;
beforeEach(() => {
  world = new Project().write({ 'bin/gh': gh, asked: '' });
  chmodSync(world.path('bin/gh'), 0o755);
});
afterEach(() => world.remove());

/** A checkout with two old profiles, of which the run made one anew. @returns what it and its remote are like afterwards */
function propose(open: string): {
  readonly changed: string[];
  readonly message: string;
  readonly asked: string;
} {
  const remote = new Project();
  const checkout = new Project().write({
    'samples/go-service/default.pgo': 'old',
    'samples/go-service/other/default.pgo': 'old',
  });
  try {
    remote.git('init', '-q', '--bare');
    checkout.git('init', '-q');
    checkout.commit('base');
    checkout.git('remote', 'add', 'origin', remote.folder);
    world.write({
      'temp/profiles/default.pgo': 'new',
      'temp/profiles/default.pgo.provenance.json': '{}',
    });
    // As the runner starts it.
    const { status, stderr } = spawnSync('bash', ['-e', '-c', script as string], {
      cwd: checkout.folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${world.path('bin')}:${process.env.PATH}`,
        RUNNER_TEMP: world.path('temp'),
        GITHUB_REPOSITORY: 'acme/shop',
        GITHUB_REPOSITORY_OWNER: 'acme',
        SENTENCE: 'It saves 4 %.',
        ASKED: world.path('asked'),
        OPEN: open,
      },
    });
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    return {
      changed: remote.git('diff', '--name-only', `${branch}~`, branch).split('\n').sort(),
      message: remote.git('log', '-1', '--format=%B', branch),
      asked: world.read('asked'),
    };
  } finally {
    remote.remove();
    checkout.remove();
  }
}

test('proposes what this run published, and nothing else, in a pull request', () => {
  const { changed, message, asked } = propose('');
  expect(changed).toEqual([
    'samples/go-service/default.pgo',
    'samples/go-service/default.pgo.provenance.json',
  ]);
  expect(message).toContain('It saves 4 %.');
  expect(asked).toContain(`pr create --head ${branch} --title Profile for the compiler --body It saves 4 %.`);
  expect(asked).not.toContain('PATCH');
});

test('gives the pull request that is open the figures of the profile that is in it now', () => {
  const { asked } = propose('12');
  expect(asked).toContain(`head=acme:${branch}`);
  expect(asked).toContain('api --method PATCH repos/acme/shop/pulls/12 --raw-field body=It saves 4 %.');
  expect(asked).not.toContain('pr create');
});
