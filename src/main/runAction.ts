/** The Action from inputs to exit code: refs by event, gate, publication. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { error as annotateError, getInput, notice, setFailed, warning } from '@actions/core';
import { openBundle } from '../bundle/reader.js';
import { InterruptedError, MeasureError, UsageError } from '../errors.js';
import type { GateOptions, GateOutcome } from '../jobs/gate.js';
import { outputPaths } from '../jobs/output.js';
import type { PgoRunOptions, PgoRunOutcome } from '../jobs/pgoRun/run.js';
import { patienceOf } from '../publish/github/client.js';
import { type GitHubContext, readContext } from '../publish/github/context.js';
import { publish, publishFailure } from '../publish/github/index.js';
import { actionLog, printFolded } from '../publish/github/log.js';
import { publishPgo } from '../publish/github/pgo.js';
import type { PublishSettings } from '../publish/github/settings.js';
import { visibleLines } from '../report/escape/visible.js';
import { renderPgoTerminal } from '../report/pgo/terminal.js';
import { decisionSentence } from '../report/pgo/words.js';
import { origins } from '../report/ranking.js';
import { renderTerminal } from '../report/terminal.js';
import type { Result } from '../verdict/result.js';
import { type Inputs, readInputs } from './inputs.js';
import { resolveRefs } from './refs.js';
import { findReported, isSuperseded, judgeReported } from './reportRun.js';

export interface ActionWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Aborted with an InterruptedError. */
  readonly signal: AbortSignal;
  gate(options: GateOptions): Promise<GateOutcome>;
  pgo(options: PgoRunOptions): Promise<PgoRunOutcome>;
}

/** Runs the Action. Never throws. @returns the exit code: what the verdict or the error says */
export async function runAction(world: ActionWorld): Promise<number> {
  try {
    const inputs = readInputs(getInput);
    const context = readContext(world.env);
    if (inputs.mode === 'pgo') return await makeProfiles(world, inputs, context);
    return await (inputs.mode === 'report' ? report : measureAndPublish)(world, inputs, context);
  } catch (error) {
    return explain(error);
  }
}

async function measureAndPublish(
  world: ActionWorld,
  inputs: Inputs,
  context: GitHubContext,
): Promise<number> {
  const started = new Date();
  const cwd = resolve(world.cwd, inputs.workingDirectory);
  const out = resolve(cwd, inputs.out);
  const settings = settingsOf(inputs);
  try {
    folderOf(world.cwd, inputs);
    return await conclude(await measure(world, inputs, context, cwd, out), context, settings);
  } catch (error) {
    // A cancelled run has seconds before it is killed: too few to publish, and nobody waits for it.
    if (!(error instanceof InterruptedError)) {
      const { bundle } = outputPaths(out);
      const captured = hasCaptures(bundle, started) ? bundle : null;
      await publishFailure(messageOf(error), captured, context, settings, actionLog);
    }
    throw error;
  }
}

/** Makes profiles for compilers, and publishes those that are proven as an artifact. */
async function makeProfiles(
  { pgo, cwd: workspace, signal }: ActionWorld,
  inputs: Inputs,
  context: GitHubContext,
): Promise<number> {
  const cwd = folderOf(workspace, inputs);
  const { config, head: ref, workloads, backend } = inputs;
  const out = resolve(cwd, inputs.out, 'pgo');
  const settings = settingsOf(inputs);
  try {
    const outcome = await pgo({ cwd, config, ref, out, workloads, backend, log: actionLog, signal });
    const { result, exitCode } = outcome;
    printFolded('Result', renderPgoTerminal(result, { color: false, width: 110 }));
    await publishPgo(outcome, context, settings, actionLog);
    const isKept = result.profiles.some(({ decision }) => decision === 'kept');
    const annotate = exitCode !== 0 ? annotateError : isKept ? warning : notice;
    annotate(visibleLines(`profbound: ${result.profiles.map(decisionSentence).join(' ')}`));
    return exitCode;
  } catch (error) {
    if (!(error instanceof InterruptedError)) {
      await publishFailure(messageOf(error), null, context, settings, actionLog);
    }
    throw error;
  }
}

/** Publishes what another run measured, where somebody waits for it. */
async function report(world: ActionWorld, inputs: Inputs, context: GitHubContext): Promise<number> {
  const reported = await findReported(inputs, context);
  if (reported === null) {
    notice('no open pull request has the commit that was measured as its last one: nothing is reported');
    return 0;
  }
  const place = { ...context, pullRequest: reported.pull };
  const settings = settingsOf(inputs);
  try {
    const outcome = await judgeReported(reported, inputs, context, world.cwd);
    if (outcome === null) {
      notice(`the run that was to measure was ${reported.run.conclusion}: there is nothing to report`);
      return 0;
    }
    if (!(await isSuperseded(reported, inputs, context))) return await conclude(outcome, place, settings);
    notice('the pull request was closed or has newer commits by now: nothing is reported');
    return 0;
  } catch (error) {
    if (!(await isSuperseded(reported, inputs, context)))
      await publishFailure(messageOf(error), null, place, settings, actionLog);
    throw error;
  }
}

function settingsOf(inputs: Inputs): PublishSettings {
  const config = join(inputs.workingDirectory, inputs.config ?? '.profbound.yml');
  return { ...inputs, config, patience: patienceOf(inputs.publishTimeout) };
}

/** Publishes a verdict. @returns the exit code */
async function conclude(
  outcome: GateOutcome,
  context: GitHubContext,
  settings: PublishSettings,
): Promise<number> {
  printFolded('Result', renderTerminal(outcome.result, { color: false, width: 110 }));
  await publish(outcome, context, settings, actionLog);
  announce(outcome.result);
  return outcome.exitCode;
}

async function measure(
  { gate, signal }: ActionWorld,
  { config, base, head, workloads, backend }: Inputs,
  context: GitHubContext,
  cwd: string,
  out: string,
): Promise<GateOutcome> {
  const refs = await resolveRefs(context, { base, head }, cwd);
  return gate({ cwd, config, ...refs, patch: null, out, workloads, backend, log: actionLog, signal });
}

function folderOf(workspace: string, { workingDirectory }: Inputs): string {
  const folder = resolve(workspace, workingDirectory);
  if (!existsSync(folder))
    throw new UsageError(`input working-directory: there is no folder ${workingDirectory}`);
  return folder;
}

/** Whether this run measured anything; the workspace of a self-hosted runner may hold an earlier run's bundle. */
function hasCaptures(bundle: string, since: Date): boolean {
  try {
    const { startedAt, workloads } = openBundle(bundle).manifest;
    return new Date(startedAt) >= since && workloads.some((workload) => workload.captures.length > 0);
  } catch {
    return false;
  }
}

/** One annotation, so that the run's page says why. */
function announce(result: Result): void {
  const reasons = result.reasons.map((reason) => reason.message);
  const text = visibleLines([`profbound: ${result.verdict}`, ...reasons, ...origins(result)].join('\n'));
  const annotate = { fail: annotateError, inconclusive: warning, pass: notice }[result.verdict];
  annotate(text);
}

function messageOf(error: unknown): string {
  const message = visibleLines(error instanceof Error ? error.message : String(error));
  return isExpected(error) ? message : `profbound broke: ${message}`;
}

function isExpected(error: unknown): error is UsageError | MeasureError | InterruptedError {
  return error instanceof UsageError || error instanceof MeasureError || error instanceof InterruptedError;
}

/** Says what ended the run. @returns its exit code */
function explain(error: unknown): number {
  setFailed(messageOf(error));
  if (!isExpected(error)) {
    printFolded('Where it broke', (error instanceof Error && error.stack) || String(error));
    return 4;
  }
  if (error instanceof MeasureError && error.detail !== '') printFolded('What it printed last', error.detail);
  return error.exitCode;
}
