/**
 * What programs gain by the profiles, beside what they gain by others' of the same runs.
 *
 *     npm run bench:pgo -- [--quick] [--json] [--only NAME...] [--captures N] [--rounds N]
 *
 * Each capture is a profile and a build of its own. Builds of one source run in turns, for some seconds, launched anew each
 * time and, but for BOLT's and Rust's, linked anew with their functions in another order; what one saves over another is a
 * mean over captures with 95 % bounds.
 * `--quick` leaves the services and zstd out, and takes fewer rounds. zstd comes from Debian's archive once.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Case, isMet, type Prepare } from './pgo/cases.js';
import { type Costs, saving, takeTurns } from './pgo/comparison.js';
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
    captures: { type: 'string' },
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
/** Of each case, and rounds by the builds of each. */
const captures = Number(values.captures ?? (values.quick ? 3 : 6));
const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
if (!(captures >= 2 && rounds >= 2))
  throw new Error('there are no bounds without two captures of two rounds');
const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-'));
const say = values.json ? console.error : console.log;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${(100 * Math.abs(value)).toFixed(1)} %`;
const mark = (isMet: boolean | null, open = ''): string =>
  isMet === null ? open : isMet ? ' ok' : ' MISSED';

interface Taken {
  /** One for each capture; of what is compared by nothing one alone. */
  readonly cases: readonly [Case, ...Case[]];
  readonly costs: readonly Costs[];
}

async function take(name: string): Promise<Taken> {
  const prepare = all[name];
  if (prepare === undefined)
    throw new Error(`there is no case ${name}; there are ${Object.keys(all).join(', ')}`);
  const cases: Case[] = [];
  const costs: Costs[] = [];
  for (let capture = 0; capture < captures; capture++) {
    const own = join(folder, `${name}-${capture}`);
    mkdirSync(own);
    const one = await prepare({ quick: values.quick, folder: own });
    cases.push(one);
    if (one.builds.length === 0) break;
    const layouts = Array.from({ length: rounds }, (_, round) => capture * rounds + round + 1);
    costs.push(await takeTurns(one.builds, layouts));
    rmSync(own, { recursive: true, force: true });
    console.error(`${one.name}: ${capture + 1} of ${captures} captures`);
  }
  return { cases: cases as [Case, ...Case[]], costs };
}

/** Says what is found of a case. */
function report({ cases: [first, ...others], costs }: Taken): object {
  say(`\n${first.name}${costs.length > 0 ? `, ${captures} captures of ${rounds} rounds` : ''}`);
  const comparisons = first.compared.map((compared) => {
    const saved = saving(costs, compared.build, compared.other);
    const met = isMet(compared, saved);
    const bounds = `${signed(saved.estimate)} (${signed(saved.lower)} … ${signed(saved.upper)})`;
    const wish = compared.wanted === null ? '' : `; wanted: ${compared.wanted}${mark(met, ' not resolved')}`;
    say(`  ${compared.build} saves ${bounds} over ${compared.other}${wish}`);
    return { ...compared, saving: saved, isMet: met };
  });
  const missed = others.flatMap(({ facts }) => facts.filter(({ isMet }) => isMet === false));
  const facts = [...first.facts, ...missed];
  for (const { what, found, isMet } of facts) say(`  ${what}: ${found.slice(0, 400)}${mark(isMet)}`);
  return { name: first.name, comparisons, facts };
}

try {
  const results: object[] = [];
  for (const name of names) results.push(report(await take(name)));
  if (values.json) console.log(JSON.stringify({ captures, rounds, results }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
