/** The step's outputs, as action.yml describes them. */
import { setOutput } from '@actions/core';
import type { PublishedArtifact } from './artifacts.js';

export interface StepOutputs {
  readonly verdict: string;
  readonly result: string;
  readonly report: string;
  readonly bundle: string;
  readonly reportArtifact: PublishedArtifact | null;
  readonly bundleArtifact: PublishedArtifact | null;
}

/** Sets every output; those of an artifact that was not uploaded are empty. */
export function publishOutputs(outputs: StepOutputs): void {
  setOutput('verdict', outputs.verdict);
  setOutput('result', outputs.result);
  setOutput('report', outputs.report);
  setOutput('bundle', outputs.bundle);
  setOutput('report-artifact-id', outputs.reportArtifact?.id ?? '');
  setOutput('report-artifact-url', outputs.reportArtifact?.url ?? '');
  setOutput('bundle-artifact-id', outputs.bundleArtifact?.id ?? '');
  setOutput('bundle-artifact-url', outputs.bundleArtifact?.url ?? '');
}
