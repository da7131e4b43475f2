/** How many units of work were done: from what a load printed, or from a counter of the service. */

import type { NumberSource } from '../config/plan.js';
import { MeasureError } from '../errors.js';
import { httpGet } from './httpGet.js';
import { parseJson, readableTail } from './output.js';

const counterTimeoutSeconds = 5;

/**
 * Finds the number in a text.
 * @param what for messages, e.g. `units: of the load of api`
 * @throws MeasureError when there is none, it is not a number, or is negative; the text's end is its detail
 */
export function readNumber(source: NumberSource, text: string, what: string): number {
  const written = source.kind === 'regex' ? lastMatch(source.pattern, text) : atPath(source.path, text);
  const where = source.kind === 'regex' ? `/${source.pattern}/` : `JSON path ${source.path}`;
  if (written === undefined)
    throw new MeasureError(`${what}: ${where} found nothing in the output`, readableTail(text));
  // Tools print thousands separators; a decimal comma is not among what load generators print.
  const number =
    typeof written === 'number' ? written : Number(String(written).replaceAll(',', '').trim() || 'nothing');
  if (!Number.isFinite(number) || number < 0) {
    const shown = JSON.stringify(written)?.slice(0, 100);
    throw new MeasureError(`${what}: ${where} found ${shown}, which is not a count`, readableTail(text));
  }
  return number;
}

/** First group of the last match. */
function lastMatch(pattern: string, text: string): string | undefined {
  let last: string | undefined;
  for (const match of text.matchAll(new RegExp(pattern, 'gm'))) last = match[1] ?? last;
  return last;
}

/** The value at `a.b.0.c` in the whole text as JSON, or in the last JSON document printed that has it. */
function atPath(path: string, text: string): unknown {
  for (const document of [text, ...documentsIn(text)]) {
    const value = path.split('.').reduce<unknown>(member, parseJson(document));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What could be JSON documents among other lines, the last one first: a line, or from an opening line to its closing one. */
function* documentsIn(text: string): Generator<string> {
  const lines = text.split('\n');
  let closing: number | null = null;
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index] as string;
    if (/^[}\]]\s*$/.test(line)) closing = index;
    if (!/^\s*[{[]/.test(line)) continue;
    yield line;
    if (closing !== null && /^[{[]/.test(line)) {
      yield lines.slice(index, closing + 1).join('\n');
      closing = null;
    }
  }
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/**
 * Reads a counter of the service.
 * @throws MeasureError when it does not answer 2xx or there is no number in the answer
 */
export async function readCounter(url: string, source: NumberSource, what: string): Promise<number> {
  let answer: Awaited<ReturnType<typeof httpGet>>;
  try {
    answer = await httpGet(url, counterTimeoutSeconds);
  } catch (error) {
    throw new MeasureError(`${what}: cannot read the counter ${url}: ${(error as Error).message}`);
  }
  if (answer.status < 200 || answer.status > 299) {
    throw new MeasureError(
      `${what}: the counter ${url} answered ${answer.status}`,
      readableTail(answer.body),
    );
  }
  return readNumber(source, answer.body, `${what}: the counter ${url}`);
}
