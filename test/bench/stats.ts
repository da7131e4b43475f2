/**
 * What the gate's statistics are worth: gates with a known truth, simulated and judged by the program's own verdict code,
 * and rules that others decide by, on the same captures.
 *
 *     npm run bench:stats -- [--quick] [--json] [--gates N] [--only verdicts|tail|layouts|futility]
 *
 * `--gates` is the number of gates without a change in each kind of noise (4000; with `--quick` 200).
 */
import { parseArgs } from 'node:util';
import { measureRows, parts, type Row } from './stats/rows.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    gates: { type: 'string' },
    only: { type: 'string' },
  },
});
const gates = Number(values.gates ?? (values.quick ? 200 : 4000));
if (!Number.isInteger(gates) || gates < 4) {
  console.error(`--gates: ${values.gates} is no number of gates; at least 4`);
  process.exit(2);
}

const only = parts.filter((part) => values.only === undefined || part === values.only);
if (only.length === 0) {
  console.error(`--only: ${values.only} is none of ${parts.join(', ')}`);
  process.exit(2);
}

function figure(row: Row, value: number): string {
  if (row.unit === 's') return `${value.toFixed(0)} s`;
  if (row.unit === 'pairs') return value.toFixed(0);
  return `${Number((100 * value).toFixed(2))} %`;
}

function line(row: Row): string {
  const error = row.error === null ? '' : ` ± ${figure(row, row.error)}`;
  const wanted =
    row.wanted === null ? '' : `${row.wanted.is === '<=' ? '≤' : '≥'} ${figure(row, row.wanted.value)}`;
  const verdict = row.isMet === null ? '' : row.isMet ? 'met' : 'MISSED';
  return [
    `  ${row.what.padEnd(30)}`,
    row.measure.padEnd(46),
    `${figure(row, row.measured)}${error}`.padStart(18),
    wanted.padStart(10),
    verdict,
  ]
    .join(' ')
    .trimEnd();
}

const began = performance.now();
const rows: Row[] = [];
for (const row of measureRows(gates, only)) {
  if (row.table !== rows.at(-1)?.table) console.log(`${rows.length > 0 ? '\n' : ''}${row.table}`);
  console.log(line(row));
  rows.push(row);
}
const seconds = (performance.now() - began) / 1000;
const missed = rows.filter(({ isMet }) => isMet === false).length;
console.log(`\n${missed === 0 ? 'Everything wanted is met' : `${missed} missed`}; ${seconds.toFixed(0)} s`);
if (values.json) console.log(JSON.stringify({ gates, rows }));
