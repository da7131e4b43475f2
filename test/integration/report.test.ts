/** The built Action as a runner starts it to publish what another run measured, with GitHub on the loopback interface. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChangedFile } from '../../src/bundle/changes.js';
import { commentMarker } from '../../src/publish/github/comment.js';
import { commits, knowMeasured, measuredBundle, measuringRun } from '../publish/fork.js';
import {
  botAccount,
  type Fault,
  faultAnswer,
  type GitHubServer,
  startGitHubServer,
} from '../publish/github-server/server.js';
import { expectArtifacts } from './artifacts.js';
import { expectCode, Project } from './project.js';
import { type ActionRun, runAction } from './runner.js';

/** More than one request may annotate. */
const names = Array.from({ length: 60 }, (_, index) => `work${String(index).padStart(2, '0')}`);

/** A bundle in which each of them takes three times as long, and is defined where a file was changed. */
function slowerEverywhere(): Buffer {
  const costs = (each: number) => ({ rest: 400, ...Object.fromEntries(names.map((name) => [name, each])) });
  const files = names.map(
    (path): ChangedFile => ({
      path,
      kind: 'modified',
      tail: 1,
      hunks: [{ base: [12, 1], head: [12, 1], inside: [] }],
    }),
  );
  return measuredBundle({
    truth: { pairs: 12, base: costs(10), head: costs(30), samples: 20_000 },
    change: (manifest) => ({ ...manifest, changes: { prefix: '', files, filesLeft: 0 } }),
  });
}

type Trouble = 403 | 404 | 422 | 429 | 500 | 'hang';
type Troubles = Readonly<Record<string, Trouble>>;

let bundle: Buffer;
const servers: GitHubServer[] = [];
const folders: Project[] = [];
let stalled: ReturnType<typeof troubled>;
beforeAll(() => {
  bundle = slowerEverywhere();
  // It waits for its deadline, 20 times of what one answer may take, while the others run.
  stalled = troubled({ PutBlock: 'hang' }, '1');
  // What goes wrong in it is said by the test that awaits it.
  stalled.catch(() => {});
});
afterEach(async () => {
  await closeAll(servers);
});
afterAll(async () => {
  await Promise.allSettled([stalled]);
  for (const folder of folders) folder.remove();
});

async function closeAll(opened: GitHubServer[]): Promise<void> {
  for (const server of opened.splice(0)) {
    await server.close();
    expect(server.violations).toEqual([]);
  }
}

async function open(): Promise<GitHubServer> {
  const server = await startGitHubServer();
  knowMeasured(server.runs, bundle);
  return server;
}

/** Reports run 55 in an empty workspace. @param timeout seconds that one answer may take */
function report(server: GitHubServer, { attempt = 1, timeout = '6' } = {}): Promise<ActionRun> {
  const [workspace, files] = [new Project(), new Project()];
  folders.push(workspace, files);
  const request = {
    server,
    event: 'workflow_run',
    sha: commits.tip,
    payload: { workflow_run: measuringRun },
    job: 'report',
    attempt,
    inputs: { mode: 'report', 'publish-timeout': timeout },
  };
  return runAction(request, workspace, files);
}

/** Reports with operations that go wrong. */
async function troubled(troubles: Troubles, timeout?: string) {
  const server = await open();
  const asked = new Set<string>();
  server.fault = (operation): Fault | null => {
    const trouble = troubles[operation];
    if (trouble === undefined) return null;
    asked.add(operation);
    if (trouble === 'hang') return 'hang';
    // With it a 403 is no refusal either.
    return faultAnswer(trouble, 'in trouble', trouble === 429 ? { 'retry-after': '0' } : {});
  };
  server.runs.knowsCommitsOfForks = troubles['pulls/list'] === undefined;
  // Whose comment it is, is asked where there is one.
  if ('graphql' in troubles || 'issues/update-comment' in troubles) {
    server.comments.add(botAccount, `${commentMarker('.profbound.yml', [])}\nof an earlier run`);
  }
  const run = await report(server, timeout === undefined ? {} : { timeout });
  expect([...asked].sort()).toEqual(Object.keys(troubles).sort());
  return { server, run };
}

function expectVerdict(run: ActionRun): void {
  expectCode(run, 1);
  expect(run.outputs.verdict).toBe('fail');
  expect(run.stdout).toMatch(/^::error::profbound: fail/m);
  expect(run.summary).toMatch(/^\*\*Fail\*\*/);
}

test('everything arrives, annotations beyond what one request takes, too; a second report updates the comment', async () => {
  const server = await open();
  servers.push(server);
  for (const attempt of [1, 2]) {
    const run = await report(server, { attempt });
    expectVerdict(run);
    expect(run.warnings).toEqual([]);
    expect(run.summary).toContain('measured by run 55 of mallory/shop');
    const manifest = expectArtifacts(server, run, `profbound-report-${attempt}`);
    expect(manifest.workloads[0]?.policy.totalMargin).toBe(0.03);

    const link = run.outputs['report-artifact-url'];
    expect(server.comments.list).toMatchObject([{ user: botAccount, versions: attempt }]);
    expect(server.comments.list[0]?.body).toMatch(/^<!-- profbound:[0-9a-f]{16} -->\n\*\*Fail\*\*/);
    expect(server.comments.list[0]?.body).toContain(`[Open the full report](${link})`);
    expect(run.outputs['comment-url']).toBe('https://github.com/acme/shop/pull/7#issuecomment-1001');

    // A check run stands for one run; GitHub shows the last of a name.
    expect(server.checks.runs).toHaveLength(attempt);
    const check = server.checks.runs[attempt - 1];
    expect(check).toMatchObject({
      name: 'profbound',
      headSha: commits.head,
      conclusion: 'failure',
      detailsUrl: link,
    });
    const annotated = check?.annotations.map(
      (one) => `${one.path}:${one.start_line} ${one.annotation_level}`,
    );
    expect(annotated?.sort()).toEqual(names.map((name) => `${name}:12 failure`));
  }
  const checks = server.operations.filter((operation) => operation.startsWith('checks/'));
  expect(checks).toEqual(['checks/create', 'checks/update', 'checks/create', 'checks/update']);
});

/** Decoration: whatever is missing, verdict, exit code and all the rest are there, and one warning names it. */
describe('a verdict is not changed by', () => {
  const noUpload = /^could not upload the bundle, the flame graph, the profiles, the report: /;
  const noComment = /^could not comment on the pull request: /;
  async function expectOneWarning(
    troubles: Troubles,
    { run, server }: Awaited<ReturnType<typeof troubled>>,
    warning: RegExp,
  ): Promise<void> {
    servers.push(server);
    expectVerdict(run);
    expect(run.warnings).toEqual([expect.stringMatching(warning)]);
    const isHit = (room: RegExp): boolean => Object.keys(troubles).some((operation) => room.test(operation));
    if (!isHit(/Artifact|PutBlock/)) expectArtifacts(server, run, 'profbound-report-1');
    if (!isHit(/^(issues|graphql)/)) expect(server.comments.list).toHaveLength(1);
    if (!isHit(/^checks/)) expect(server.checks.runs[0]?.annotations).toHaveLength(names.length);
  }

  test.each<readonly [string, readonly (readonly [Troubles, RegExp, string?])[]]>([
    [
      'artifacts',
      [
        [{ CreateArtifact: 403 }, noUpload],
        [{ PutBlock: 404 }, noUpload],
        [{ FinalizeArtifact: 422 }, noUpload],
      ],
    ],
    [
      'the comment',
      [
        [{ 'issues/list-comments': 500 }, noComment],
        [{ 'issues/create-comment': 422 }, noComment],
        [{ 'issues/update-comment': 429 }, noComment],
        [{ graphql: 'hang' }, /^could not comment on the pull request: no answer from /, '2'],
        [{ graphql: 403, 'users/get-authenticated': 500 }, noComment],
      ],
    ],
    [
      'the check run',
      [
        [{ 'checks/create': 'hang' }, /^could not make the check run: no answer from /, '2'],
        [
          { 'checks/create': 404, 'repos/create-commit-status': 403 },
          /^could not make the check run: in trouble/,
        ],
        [{ 'checks/update': 500 }, /^could not complete the check run: 50 of 60 annotations are there: /],
      ],
    ],
  ])('%s', async (_, rows) => {
    const runs = await Promise.all(rows.map(([troubles, , timeout]) => troubled(troubles, timeout)));
    for (const [index, [troubles, warning]] of rows.entries()) {
      await expectOneWarning(troubles, runs[index] as Awaited<ReturnType<typeof troubled>>, warning);
    }
  });

  test('what cannot be asked of the measured commit: a note says so', async () => {
    const { run, server } = await troubled({ 'git/get-commit': 500 });
    servers.push(server);
    expectVerdict(run);
    expect(run.warnings).toEqual([]);
    expect(server.comments.list[0]?.body).toMatch(
      /that c{12} is this pull request could not be checked: in trouble/,
    );
  });

  test('uploads that never end', async () => {
    const late = /^could not upload the bundle, .*, the report: not finished within 20 s/;
    await expectOneWarning({ PutBlock: 'hang' }, await stalled, late);
  });
});

/** No verdict without what it rests on: one error says what is missing, and the pull request is told where it is known. */
test('what was measured or is tolerated cannot be read: no verdict', async () => {
  const read = 'could not read the run that measured: ';
  const rows: readonly (readonly [operation: string, trouble: Trouble, said: string, isTold: boolean])[] = [
    [
      'repos/list-pull-requests-associated-with-commit',
      403,
      `${read}in trouble.*permissions: { pull-requests: write }`,
      false,
    ],
    ['pulls/list', 422, `${read}in trouble`, false],
    ['actions/list-workflow-run-artifacts', 404, `${read}in trouble.*permissions: { actions: read }`, true],
    ['git/get-ref', 429, `${read}in trouble`, true],
    ['repos/get-content', 'hang', `${read}no answer from `, true],
    ['actions/download-artifact', 500, 'could not download artifact .*: in trouble', true],
    ['GetArchive', 403, 'could not download artifact .*: the store answered 403', true],
  ];
  await Promise.all(
    rows.map(async ([operation, trouble, said, isTold]) => {
      const { run, server } = await troubled({ [operation]: trouble }, trouble === 'hang' ? '2' : undefined);
      servers.push(server);
      expectCode(run, 4);
      expect(run.stdout.match(/^::(error|warning)::.*$/gm)).toEqual([
        expect.stringMatching(new RegExp(`^::error::${said}`)),
      ]);
      expect(run.outputs).toEqual({});
      const told = isTold ? [expect.stringMatching(/\*\*No verdict\*\*[\s\S]*could not/)] : [];
      expect(server.comments.list.map(({ body }) => body)).toEqual(told);
      expect(server.checks.runs.map(({ conclusion }) => conclusion)).toEqual(isTold ? ['failure'] : []);
    }),
  );
});
