/** `mode: report`: publishes what another run measured. What it measured is untrusted; whose it is and what is tolerated is asked of GitHub. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, resolve } from 'node:path';
import type { BundleManifest } from '../bundle/schema.js';
import { parseConfig } from '../config/file.js';
import { parseWaivers, waiversFileName } from '../config/waivers.js';
import { MeasureError, UsageError } from '../errors.js';
import type { Base } from '../jobs/basePolicy.js';
import { judgeForeign } from '../jobs/foreign.js';
import type { GateOutcome } from '../jobs/gate.js';
import { answerStatus, type Client, isRefusal, openClient, patienceOf } from '../publish/github/client.js';
import type { GitHubContext, WorkflowRun } from '../publish/github/context.js';
import { actionLog } from '../publish/github/log.js';
import { downloadArtifact, findBundle } from '../publish/github/run/bundleArtifact.js';
import { branchTip, fileAt, parentsOf } from '../publish/github/run/commits.js';
import { findPull, type MeasuredPull } from '../publish/github/run/pullRequest.js';
import type { Inputs } from './inputs.js';

/** The run that measured, and what it measured. */
export interface Reported {
  readonly run: WorkflowRun;
  readonly pull: MeasuredPull;
  readonly client: Client;
}

/**
 * Finds the run that measured, and its pull request.
 * @returns null when nobody waits for a report any more
 * @throws UsageError on any other event than the end of a pull request's run
 */
export async function findReported(
  { token, publishTimeout }: Inputs,
  context: GitHubContext,
): Promise<Reported | null> {
  const { event, workflowRun: run } = context;
  if (event !== 'workflow_run' || run === null) {
    throw new UsageError(
      `mode: report publishes what another run measured, and runs on workflow_run, not on ${event}: see .github/workflows/perf-report.yml`,
    );
  }
  if (run.event !== 'pull_request') {
    throw new UsageError(
      `the run ${run.id} was started by ${run.event}, and only a pull request's is reported: let the job have the condition github.event.workflow_run.event == 'pull_request'`,
    );
  }
  const client = openClient(token, context.apiUrl, patienceOf(publishTimeout));
  const pull = await allowed('pull-requests: write', () => findPull(client, repositoryOf(context), run));
  return pull === null ? null : { run, pull, client };
}

/** Conclusions of runs that did what they were to, or failed in it; others were cancelled, skipped, or wait for somebody. */
const ended: readonly string[] = ['success', 'failure', 'timed_out'];

/**
 * Downloads and judges what the run measured.
 * @returns null when it measured nothing because it was not to: it was cancelled, or its job was skipped
 * @throws UsageError when what it left cannot be read; MeasureError when it left nothing
 */
export async function judgeReported(
  { run, pull, client }: Reported,
  inputs: Inputs,
  context: GitHubContext,
  cwd: string,
): Promise<GateOutcome | null> {
  const artifact = await allowed('actions: read', () =>
    findBundle(client, repositoryOf(context), run, inputs.artifactName),
  );
  if (artifact === null) {
    if (!ended.includes(run.conclusion)) return null;
    const link = `${context.serverUrl}/${context.owner}/${context.repo}/actions/runs/${run.id}`;
    throw new MeasureError(`the run that was to measure left no bundle: its log says why (${link})`);
  }
  const base = await allowed('contents: read', () => readBase(client, context, pull, inputs, run));
  const folder = mkdtempSync(join(tmpdir(), 'profbound-artifact-'));
  const patience = patienceOf(inputs.publishTimeout);
  try {
    const archive = join(folder, 'bundle.zip');
    await downloadArtifact(client, repositoryOf(context), artifact, archive, patience);
    const name = `artifact ${artifact.name}`;
    const remarks = async (manifest: BundleManifest): Promise<readonly string[]> => [
      `measured by run ${run.id} of ${run.headRepository ?? 'a fork that is gone'} at ${run.headSha}: the figures are that run's own, the gate is that of ${base.name}`,
      // With patience of its own: to download and unpack may have taken longer than all requests may.
      ...(await checkMeasured(openClient(inputs.token, context.apiUrl, patience), context, run, manifest)),
    ];
    return await judgeForeign(
      { archive, name, base, remarks },
      resolve(cwd, inputs.workingDirectory, inputs.out),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether the pull request was closed or has newer commits than when its run was looked up: judging takes a while, and what
 * stands at the pull request would be read as said of the commits it has then. Where GitHub does not tell, it is published.
 */
export async function isSuperseded(
  { run, pull }: Reported,
  { token, publishTimeout }: Inputs,
  context: GitHubContext,
): Promise<boolean> {
  try {
    const client = openClient(token, context.apiUrl, patienceOf(publishTimeout));
    return (await findPull(client, repositoryOf(context), run))?.number !== pull.number;
  } catch (error) {
    actionLog.warn(`could not ask whether the pull request has newer commits: ${(error as Error).message}`);
    return false;
  }
}

/** Without an answer there is nothing to publish. @param permission what the token needs for it */
async function allowed<T>(permission: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { message } = error as Error;
    // What a token may not see is not found.
    const isRefused = isRefusal(error) || answerStatus(error) === 404;
    const cure = isRefused ? `; the job needs \`permissions: { ${permission} }\`` : '';
    throw new MeasureError(`could not read the run that measured: ${message}${cure}`);
  }
}

function repositoryOf({ owner, repo }: GitHubContext): Pick<GitHubContext, 'owner' | 'repo'> {
  return { owner, repo };
}

/** Configuration and waivers of the branch the pull request is to be merged into, as they are now. */
async function readBase(
  client: Client,
  context: GitHubContext,
  { baseBranch }: MeasuredPull,
  { workingDirectory, config, workloads }: Inputs,
  run: WorkflowRun,
): Promise<Base> {
  const commit = await branchTip(client, repositoryOf(context), baseBranch);
  const name = posix.normalize(config ?? '.profbound.yml');
  const read = (path: string): Promise<string | null> => {
    const place = posix.join(workingDirectory, path);
    if (posix.isAbsolute(place) || place.startsWith('..')) {
      throw new UsageError(
        `${place} is not in the repository: mode report reads the configuration of ${baseBranch}`,
      );
    }
    return fileAt(client, repositoryOf(context), commit, place);
  };
  const path = `base:${name}`;
  const text = await read(name);
  const waiversPath = join(dirname(name), waiversFileName);
  const waivers = await read(waiversPath);
  return {
    name: `${baseBranch} (${commit.slice(0, 12)})`,
    config: text === null ? null : { path, text, config: parseConfig(text, path) },
    waivers: waivers === null ? [] : parseWaivers(waivers, `base:${waiversPath}`),
    workloads,
    measuredAfter: run.createdAt,
  };
}

/**
 * Holds what the bundle says it measured against the run's commit.
 * @throws UsageError when it is of another one
 */
async function checkMeasured(
  client: Client,
  context: GitHubContext,
  { headSha }: WorkflowRun,
  { refs }: BundleManifest,
): Promise<readonly string[]> {
  const { commit } = refs.head;
  if (commit === headSha) {
    return [
      `its last commit itself was measured, not its merge, and compared with ${refs.base.commit?.slice(0, 12) ?? 'a base without a commit'}`,
    ];
  }
  // On pull_request the merge of head into base is measured.
  const unchecked = (why: string): readonly string[] => [
    `that ${commit?.slice(0, 12) ?? 'what was measured'} is this pull request could not be checked: ${why}`,
  ];
  let parents: readonly string[] | null;
  try {
    parents = commit === null ? null : await parentsOf(client, repositoryOf(context), commit);
  } catch (error) {
    // Whoever lies names a commit that nobody knows: to refuse here would stop nobody but the honest.
    return unchecked((error as Error).message);
  }
  if (parents === null) return unchecked('the repository has no such commit');
  if (parents[1] !== headSha) {
    throw new UsageError(
      `the bundle is of ${commit}, which is no merge of ${headSha}, the commit its run was started for`,
    );
  }
  if (parents[0] === refs.base.commit) return [];
  return [
    `compared with ${refs.base.commit?.slice(0, 12) ?? 'a base without a commit'}, not with ${parents[0]?.slice(0, 12)}, which the pull request was merged into`,
  ];
}
