/**
 * What programs gain by the profiles, beside what they gain by others' of the same runs.
 *
 *     npm run bench:pgo -- [--quick] [--json] [--only NAME...] [--rounds N]
 *
 * Builds of one source run in turns, for some seconds, launched anew each time and, but for BOLT's and Rust's, linked anew with
 * their functions in another order; what one saves over another is a trimmed mean over rounds with 95 % bounds.
 * `--quick` leaves the services and zstd out, and takes fewer rounds. zstd comes from Debian's archive once.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Case, isMet, type Prepare } from './pgo/cases.js';
import { saving, takeTurns } from './pgo/comparison.js';
import { pages, shapes } from './pgo/go.js';
import { bolt, clang, gcc } from './pgo/native.js';
import { nightlyCpp, nightlyGo } from './pgo/nights.js';
import { routes, routesBolt, routesGcc } from './pgo/routes.js';
import { rust } from './pgo/rust.js';
import { zstdClang, zstdGcc } from './pgo/zstd.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
  },
});

const quickCases: Readonly<Record<string, Prepare>> = { shapes, clang, gcc, bolt };
const slowCases: Readonly<Record<string, Prepare>> = {
  pages,
  routes,
  'routes-gcc': routesGcc,
  'routes-bolt': routesBolt,
  rust,
  'zstd-clang': zstdClang,
  'zstd-gcc': zstdGcc,
  'nightly-go': nightlyGo,
  'nightly-cpp': nightlyCpp,
};
const all = values.quick ? quickCases : { ...quickCases, ...slowCases };
const names = values.only ?? Object.keys(all);
const rounds = Number(values.rounds ?? (values.quick ? 6 : 15));
const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-'));
const say = values.json ? console.error : console.log;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${(100 * Math.abs(value)).toFixed(1)} %`;
const mark = (isMet: boolean | null, open = ''): string =>
  isMet === null ? open : isMet ? ' ok' : ' MISSED';

async function measure(name: string): Promise<object> {
  const prepare = all[name];
  if (prepare === undefined)
    throw new Error(`there is no case ${name}; there are ${Object.keys(all).join(', ')}`);
  const own = join(folder, name);
  mkdirSync(own);
  const found: Case = await prepare({ quick: values.quick, folder: own });
  try {
    const costs = await takeTurns(found.builds, rounds);
    say(`\n${found.name}, ${rounds} rounds`);
    const comparisons = found.compared.map((compared) => {
      const saved = saving(costs, compared.build, compared.other);
      const bounds = `${signed(saved.estimate)} (${signed(saved.lower)} … ${signed(saved.upper)})`;
      const wish =
        compared.wanted === null
          ? ''
          : `; wanted: ${compared.wanted}${mark(isMet(compared, saved), ' not resolved')}`;
      say(`  ${compared.build} saves ${bounds} over ${compared.other}${wish}`);
      return { ...compared, saving: saved, isMet: isMet(compared, saved) };
    });
    for (const { what, found: text, isMet } of found.facts)
      say(`  ${what}: ${text.slice(0, 400)}${mark(isMet)}`);
    return { name: found.name, comparisons, facts: found.facts };
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

try {
  const results: object[] = [];
  for (const name of names) results.push(await measure(name));
  if (values.json) console.log(JSON.stringify({ rounds, results }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
