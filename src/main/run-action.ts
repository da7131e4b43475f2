/** The Action from inputs to exit code: refs by event, gate, publication. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { error as annotateError, getInput, notice, setFailed, warning } from '@actions/core';
import { openBundle } from '../bundle/reader.js';
import { InterruptedError, MeasureError, UsageError } from '../errors.js';
import type { GateOptions, GateOutcome } from '../jobs/gate.js';
import { outputPaths } from '../jobs/output.js';
import { type GitHubContext, readContext } from '../publish/github/context.js';
import { publish, publishBundleAlone } from '../publish/github/index.js';
import { actionLog, printFolded } from '../publish/github/log.js';
import { renderTerminal } from '../report/terminal.js';
import type { Result } from '../verdict/result.js';
import { type Inputs, readInputs } from './inputs.js';
import { resolveRefs } from './refs.js';

export interface ActionWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Aborted with an InterruptedError. */
  readonly signal: AbortSignal;
  gate(options: GateOptions): Promise<GateOutcome>;
}

/** Runs the Action. Never throws. @returns the exit code: what the verdict or the error says */
export async function runAction(world: ActionWorld): Promise<number> {
  try {
    const inputs = readInputs(getInput);
    const context = readContext(world.env);
    return await measureAndPublish(world, inputs, context);
  } catch (error) {
    return fail(error);
  }
}

async function measureAndPublish(
  world: ActionWorld,
  inputs: Inputs,
  context: GitHubContext,
): Promise<number> {
  const { signal } = world;
  const cwd = resolve(world.cwd, inputs.workingDirectory);
  if (!existsSync(cwd)) throw new UsageError(`input working-directory: there is no ${cwd}`);
  const { base, head } = await resolveRefs(context, inputs, cwd);
  const out = resolve(cwd, inputs.out);
  const started = new Date();
  let outcome: GateOutcome;
  try {
    outcome = await world.gate({
      cwd,
      config: inputs.config,
      base,
      head,
      patch: null,
      out,
      workloads: inputs.workloads,
      backend: inputs.backend,
      log: actionLog,
      signal,
    });
  } catch (error) {
    const { bundle } = outputPaths(out);
    // A cancelled run has seconds before it is killed: too few to upload, and nobody waits for it.
    if (!(error instanceof InterruptedError) && hasCaptures(bundle, started)) {
      await publishBundleAlone(bundle, context, inputs.artifactName, actionLog);
    }
    throw error;
  }
  printFolded('Result', renderTerminal(outcome.result, { color: false, width: 110 }));
  const config = join(inputs.workingDirectory, inputs.config ?? '.profbound.yml');
  await publish(outcome, context, { ...inputs, config }, actionLog);
  announce(outcome.result);
  return outcome.exitCode;
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
  const text = [`profbound: ${result.verdict}`, ...reasons].join('\n');
  const annotate = { fail: annotateError, inconclusive: warning, pass: notice }[result.verdict];
  annotate(text);
}

function fail(error: unknown): number {
  if (error instanceof UsageError || error instanceof InterruptedError) {
    setFailed(error.message);
    return error.exitCode;
  }
  if (error instanceof MeasureError) {
    setFailed(error.message);
    if (error.detail !== '') printFolded('What it printed last', error.detail);
    return error.exitCode;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  setFailed(`profbound broke: ${message}`);
  printFolded('Where it broke', stack ?? message);
  return 4;
}
