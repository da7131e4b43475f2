/** What was added to the starts of both sides, in words. */
import type { SideRuntime } from '../bundle/runtimes.js';
import type { WorkloadResult } from '../verdict/result.js';

/** Clauses about the sides to whose start something was added. */
export function runtimeTexts({ runtimes }: Pick<WorkloadResult, 'runtimes'>): string[] {
  if (runtimes === null) return [];
  const { base, head } = runtimes;
  if (JSON.stringify(base) === JSON.stringify(head)) return clause('both sides were', base);
  return [...clause('base was', base), ...clause('head was', head)];
}

function clause(subject: string, { name, added }: SideRuntime): string[] {
  if (added.length === 0) return [];
  const runtime = name === null ? '' : ` (${name})`;
  return [`${subject} started with ${added.join(', ')} added, so that stacks can be read${runtime}`];
}
