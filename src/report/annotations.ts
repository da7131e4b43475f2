/** What stands beside the definition of a slower function where a reviewer reads the change. */
import { bounded, percent, unitName } from '../text/format.js';
import type { ChangedDefinition } from '../verdict/blame/definitions.js';
import { shown, visible } from './escape/visible.js';
import { isHeld, ownChange, remark } from './ranking.js';

export interface Annotation {
  /** Relative to what was compared. */
  readonly path: string;
  readonly line: number;
  /** `notice` of what is waived; `warning` where the gate did not fail for it. */
  readonly level: 'failure' | 'warning' | 'notice';
  /** Plain text of one line. */
  readonly title: string;
  /** Plain text, a line for each workload. */
  readonly message: string;
}

export interface Annotations {
  readonly list: readonly Annotation[];
  /** Functions that have none because of their number. */
  readonly left: number;
}

/** More than a reviewer reads. */
export const mostAnnotations = 200;

const levels = ['failure', 'warning', 'notice'] as const;
const mostNameCharacters = 160;
const mostLineCharacters = 1000;
/** Workloads told one by one. */
const mostLines = 20;

/** One annotation for each function, whatever the number of workloads it is slower in; in the order given. */
export function annotationsOf(definitions: readonly ChangedDefinition[]): Annotations {
  const places = new Map<string, ChangedDefinition[]>();
  for (const definition of definitions.filter(hasPlace)) {
    const { path, line, function: one } = definition;
    const key = JSON.stringify([path, line, one.name]);
    places.set(key, [...(places.get(key) ?? []), definition]);
  }
  const list = [...places.values()].slice(0, mostAnnotations).map(annotation);
  return { list, left: places.size - list.length };
}

/** Whether it is where a line can be. One that GitHub refuses would take the whole check run with it. */
function hasPlace({ path, line }: ChangedDefinition): boolean {
  return path !== '' && visible(path) === path && line < 2 ** 31;
}

/** @param same one function in the workloads in which it is slower; at least one */
function annotation(same: readonly ChangedDefinition[]): Annotation {
  const { path, line, function: first } = same[0] as ChangedDefinition;
  const said = same.map(levelOf);
  const level = levels.find((one) => said.includes(one)) ?? 'notice';
  const lines = same.slice(0, mostLines).map((one) => shown(finding(one), mostLineCharacters));
  if (same.length > lines.length) lines.push(`… and in ${same.length - lines.length} more workloads`);
  const name = shown(first.name, mostNameCharacters);
  const word = first.class === 'new' ? 'is new' : 'got slower';
  const waived = level === 'notice' ? ', which is waived' : '';
  return { path, line, level, title: `${name} ${word}${waived}`, message: lines.join('\n') };
}

function levelOf({ workload, function: one }: ChangedDefinition): Annotation['level'] {
  if (!isHeld(one)) return 'notice';
  return workload.verdict === 'fail' ? 'failure' : 'warning';
}

function finding({ workload, function: one }: ChangedDefinition): string {
  const own = ownChange(one);
  const said = remark(one);
  return [
    own === null
      ? `${workload.name}: adds ${bounded(one.contribution)} to the CPU time per ${unitName(workload.load)}`
      : `${workload.name}: own CPU time per ${unitName(workload.load)} ${bounded(own)}, which adds ${bounded(one.contribution)} to the total`,
    `share ${percent(one.baseShare)} → ${percent(one.headShare)}`,
    ...(said === null ? [] : [said]),
  ].join('; ');
}
