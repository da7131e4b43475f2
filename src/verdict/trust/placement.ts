/**
 * Where the service ran: a side that runs on other CPUs or another memory node than its partner differs by more than its
 * code.
 */

import type { Side } from '../../bundle/schema.js';
import type { CaptureSummary } from '../../bundle/summary.js';
import * as exact from '../../stats/exact.js';
import { holm } from '../../stats/holm.js';
import { byStratum } from '../../stats/stratified.js';
import { change, percent } from '../../text/format.js';
import type { Pair } from '../captures/pairs.js';
import type { Placement, Reason } from '../result.js';
import { runnersOf } from '../total/runners.js';
import { cpuPerUnit } from '../total/total.js';
import { beyondChance, pairedDifference } from './pairedDifference.js';

/** A share of the samples that differs by more between the sides, beyond chance, is flagged. */
const mostShareChange = 0.05;
/** CPUs with a smaller share of both sides' samples together cannot differ by as much: they are not tested. */
const leastShare = mostShareChange / 2;

type Place = 'cpu' | 'node';
type PerCpu = CaptureSummary['perCpu'][number];

/** The figures by CPU and by memory node, in the order of their numbers; those that matter. Each runner has its own. */
export function placementOf(pairs: readonly Pair[]): Placement {
  const runners = runnersOf(pairs);
  if (new Set(runners).size < 2) return { cpus: sharesBy('cpu', pairs), nodes: sharesBy('node', pairs) };
  const ofEach = (place: Place): Placement['cpus'] =>
    byStratum(pairs, runners).flatMap((own) => {
      const runner = (runnersOf(own)[0] ?? 0) + 1;
      return sharesBy(place, own).map((one) => ({ ...one, runner }));
    });
  return { cpus: ofEach('cpu'), nodes: ofEach('node') };
}

/**
 * A total that grew on one memory node and fell on another is no property of the code: the sides were placed
 * differently, or the nodes differ. Of several runners, the first on which it did.
 */
export function nodesDisagree(pairs: readonly Pair[]): Reason | null {
  const runners = byStratum(pairs, runnersOf(pairs));
  for (const own of runners) {
    const where = runners.length > 1 ? ` of runner ${(runnersOf(own)[0] ?? 0) + 1}` : '';
    const reason = nodesOfRunnerDisagree(own, where);
    if (reason !== null) return reason;
  }
  return null;
}

function nodesOfRunnerDisagree(pairs: readonly Pair[], where: string): Reason | null {
  const nodes = placesOf('node', pairs);
  if (nodes.length < 2) return null;
  const changes = nodes.map((node) => {
    const found = pairedDifference(pairs, (pair) => {
      const [before, after] = [costOn(node, pair, 'base'), costOn(node, pair, 'head')];
      return before === null || after === null ? null : exact.log(after / before);
    });
    return { node, found };
  });
  const adjusted = holm(changes.map(({ found }) => found?.p ?? 1));
  const proven = changes.flatMap(({ node, found }, index) =>
    found !== null && (adjusted[index] as number) <= beyondChance ? [{ node, mean: found.mean }] : [],
  );
  if (!proven.some(({ mean }) => mean > 0) || !proven.some(({ mean }) => mean < 0)) return null;
  const list = proven.map(({ node, mean }) => `${change(exact.expm1(mean))} on node ${node}`).join(', ');
  return {
    code: 'nodes_disagree',
    message: `CPU time changed in opposite directions on the memory nodes${where} (${list}): keep the service on one node with capture.cpus.service`,
  };
}

/** One remark for all CPUs and nodes that are flagged. */
export function placementDiffers({ cpus, nodes }: Placement): Reason | null {
  const say = (place: string, each: Placement['cpus'][number]) =>
    `${place} ${each.id}${each.runner === undefined ? '' : ` of runner ${each.runner}`} (${percent(each.baseShare)} of base's samples, ${percent(each.headShare)} of head's)`;
  const places = [
    ...nodes.filter(({ differs }) => differs).map((each) => say('node', each)),
    ...cpus.filter(({ differs }) => differs).map((each) => say('CPU', each)),
  ];
  if (places.length === 0) return null;
  const shown = places.slice(0, 4).join(', ') + (places.length > 4 ? ` and ${places.length - 4} more` : '');
  return {
    code: 'placement_differs',
    message: `the sides ran on different CPUs: ${shown}; where CPUs are not alike, pin the threads or name fewer in capture.cpus.service`,
  };
}

function sharesBy(place: Place, pairs: readonly Pair[]): Placement['cpus'] {
  const places = placesOf(place, pairs);
  const rows = places.map((id) => {
    const shareOf = (side: Side): number => {
      const own = pairs.reduce((sum, pair) => sum + samplesOn(place, id, pair, side), 0);
      return (
        own /
        Math.max(
          1,
          pairs.reduce((sum, pair) => sum + allSamples(pair, side), 0),
        )
      );
    };
    const found = pairedDifference(
      pairs,
      (pair) => logit(place, id, pair, 'head') - logit(place, id, pair, 'base'),
    );
    return { id, baseShare: shareOf('base'), headShare: shareOf('head'), p: found?.p ?? 1 };
  });
  const adjusted = holm(rows.map(({ p }) => p));
  return rows.map(({ id, baseShare, headShare }, index) => ({
    id,
    baseShare,
    headShare,
    differs: (adjusted[index] as number) <= beyondChance && Math.abs(headShare - baseShare) > mostShareChange,
  }));
}

/** Those with a share of both sides' samples that matters; at most so many as such shares fit into the whole. */
function placesOf(place: Place, pairs: readonly Pair[]): number[] {
  const samples = new Map<number, number>();
  let all = 0;
  for (const { base, head } of pairs) {
    for (const one of [...base.summary.perCpu, ...head.summary.perCpu]) {
      samples.set(one[place], (samples.get(one[place]) ?? 0) + one.samples);
      all += one.samples;
    }
  }
  return [...samples]
    .filter(([, count]) => count >= leastShare * all && count > 0)
    .map(([id]) => id)
    .sort((a, b) => a - b);
}

/** CPU time per unit that was spent on a node, by its share of the samples; half a sample keeps it above 0. */
function costOn(node: number, pair: Pair, side: Side): number | null {
  const cost = cpuPerUnit(pair, side);
  if (cost === null) return null;
  return (cost * (samplesOn('node', node, pair, side) + 0.5)) / (allSamples(pair, side) + 1);
}

function logit(place: Place, id: number, pair: Pair, side: Side): number {
  const own = samplesOn(place, id, pair, side);
  return exact.log((own + 0.5) / (allSamples(pair, side) - own + 0.5));
}

function samplesOn(place: Place, id: number, pair: Pair, side: Side): number {
  return sumOf(pair[side].summary.perCpu.filter((one) => one[place] === id));
}

function allSamples(pair: Pair, side: Side): number {
  return sumOf(pair[side].summary.perCpu);
}

function sumOf(cpus: readonly PerCpu[]): number {
  return cpus.reduce((sum, { samples }) => sum + samples, 0);
}
