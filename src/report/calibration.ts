/** A calibration as people read it. */

import type { Calibration, Endings, PlantedGate, WorkloadCalibration } from '../calibration/result.js';
import * as exact from '../stats/exact.js';
import { bounded, change, count, margin, percent, seconds } from '../text/format.js';
import { visible } from './escape/visible.js';

/** For the terminal; plain text. */
export function calibrationText({ workloads, yaml, environment }: Calibration): string {
  const machine = `${environment.cpuModel}, ${environment.cpus} CPUs, service on ${environment.serviceCpus}, load on ${environment.loadCpus}`;
  return `${workloads.map(workloadText).join('\n')}
Settings for this runner (${visible(machine)}):

${yaml.replace(/^(?=.)/gm, '  ')}`;
}

function workloadText(found: WorkloadCalibration): string {
  const { recorded, noise, policy } = found;
  const isShared = recorded.pairsPerLaunch > 1;
  const rows: [string, string][] = [
    [
      'recorded',
      `${recorded.pairs} pairs of the same code${isShared ? `, ${recorded.pairsPerLaunch} a launch` : ''}, ${seconds(recorded.pairSeconds)} each with all it takes`,
    ],
    [isShared ? 'launch sd' : 'pair sd', noise.pairSd === null ? 'unknown' : percent(noise.pairSd)],
    [
      'autocorrelation',
      `levels ${noise.levelAutocorrelation.toFixed(2)}, differences in order ${noise.differenceAutocorrelation.toFixed(2)}; going second ${change(exact.expm1(noise.secondEffect))}`,
    ],
    ['gates in a row', endings(found.consecutive)],
    ['sides exchanged', endings(found.relabelled)],
    ['other moments', endings(found.bootstrapped)],
    [
      'time to pass',
      found.secondsToPass === null
        ? 'none passed'
        : `${seconds(found.secondsToPass.median)}, nine of ten within ${seconds(found.secondsToPass.p90)}`,
    ],
    ['detectable', `total: ${detectable(found.detectable.total, found.detectable.gates)}`],
    ...found.detectable.functions.map(({ share, available, change: least }): [string, string] => [
      '',
      `function of ${margin(share)}: ${available ? detectable(least, found.detectable.gates) : 'no function is large enough to take such a share from'}`,
    ]),
    ...found.planted.map((gate): [string, string] => ['planted', planted(gate)]),
    ...found.warnings.map((warning): [string, string] => ['warning', warning]),
  ];
  const lines = rows.map(([left, right]) => `  ${left.padEnd(16)}${right}`);
  const asConfigured = `margin ${margin(policy.totalMargin)}, functions ${margin(policy.functionMargin)}, at most ${found.mostPairs} pairs within ${seconds(found.budgetSeconds)}`;
  return `${found.name}: ${asConfigured}\n${lines.join('\n')}\n`;
}

function endings({ gates, pass, fail, inconclusive, falseFailsAtMost }: Endings): string {
  if (gates === 0) return 'too few pairs for a gate';
  return `${count(gates)} gates: ${pass} pass, ${inconclusive} inconclusive, ${fail} fail; false fails at most ${percent(falseFailsAtMost)}`;
}

function detectable(least: number | null, gates: number): string {
  if (gates === 0) return 'unknown';
  return least === null ? 'nothing up to +200 %' : `${change(least)} in four of five gates`;
}

function planted(gate: PlantedGate): string {
  const figures = bounded({ estimate: gate.estimate, lower: gate.lower, upper: gate.upper });
  return `${change(gate.planted)} burnt for real: ${gate.verdict} after ${gate.pairs} pairs, ${seconds(gate.seconds)}; measured ${figures}; ${visible(gate.reason)}`;
}
