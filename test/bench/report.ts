/**
 * What a report costs its reader: bytes of the page, and how long Chromium takes until it can be worked with, for samples/redis
 * measured now and for a profile of 100,000 functions.
 *
 *     npm run bench:report -- [--quick] [--json] [--loads N] [--bundle DIR]
 *
 * Interactive: from the start of the navigation until everything is drawn and the first frame after it is shown. A zoom is a
 * click on the second row, a search a letter typed, both until the next frame. Medians over the loads.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reevaluate } from '../../src/jobs/report.js';
import { buildDifferentialTrees } from '../../src/profile/tree.js';
import { renderHtml } from '../../src/report/html/page.js';
import type { ReportModel } from '../../src/report/model.js';
import { aMethod, aResult, failing } from '../report/results.js';
import { profileOf } from './report/frames.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    loads: { type: 'string' },
    bundle: { type: 'string' },
  },
});
const loads = Number(values.loads ?? (values.quick ? 3 : 9));
const wanted = { bytes: 2_000_000, interactiveMs: 1000 };

interface Row {
  readonly page: string;
  readonly bytes: number;
  readonly renderMs: number;
  readonly interactiveMs: number;
  readonly zoomMs: number;
  readonly searchMs: number;
}

/** A gate of samples/redis, the shorter one where it must be quick. */
function redisModel(folder: string): ReportModel {
  if (values.bundle !== undefined) return reevaluate(resolve(values.bundle));
  const sample = join(folder, 'redis');
  cpSync(join('samples', 'redis'), sample, { recursive: true });
  const config = join(sample, '.profbound.yml');
  const pairs = values.quick ? 6 : 10;
  writeFileSync(config, readFileSync(config, 'utf8').replace(/max_pairs: \d+/, `max_pairs: ${pairs}`));
  const out = join(folder, 'out');
  const words = ['gate', '--base', 'dir:.', '--patch', 'slow.patch', '--out', out];
  const { status } = spawnSync(process.execPath, [resolve('dist', 'cli.js'), ...words], {
    cwd: sample,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === null || status > 2) throw new Error(`the gate ended with ${status}`);
  return reevaluate(out);
}

function hugeModel(): ReportModel {
  const side = (seed: number) => [{ profile: profileOf(100_000, seed), root: '', scale: 1 / 1000 }];
  // The same calls on both sides, other times.
  const head = side(7).map((one) => ({
    ...one,
    profile: {
      ...one.profile,
      samples: one.profile.samples.map((sample, index) =>
        index % 3 === 0 ? { ...sample, nanoseconds: sample.nanoseconds * 1.1 } : sample,
      ),
    },
  }));
  const cpu = buildDifferentialTrees(side(7), head, { minShare: 0.0002 });
  const evidence = { cpu, waits: null, changed: null, method: aMethod };
  return { result: aResult([failing()]), evidence: new Map([['search', evidence]]) };
}

const { chromium } = createRequire(resolve('package.json'))(
  'playwright-core',
) as typeof import('playwright-core');

/** Marks the end of a change that was made just now: the frame after it. */
const nextFrame =
  'new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))';

async function measure(name: string, model: ReportModel, folder: string): Promise<Row> {
  const begun = performance.now();
  const html = renderHtml(model);
  const renderMs = performance.now() - begun;
  const file = join(folder, `${name.replace(/\W+/g, '-')}.html`);
  writeFileSync(file, html);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const times: number[][] = [];
  try {
    for (let load = 0; load < loads; load++) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      await page.addInitScript(
        `addEventListener('DOMContentLoaded', async () => { window.interactive = await ${nextFrame}; })`,
      );
      await page.goto(`file://${file}`);
      await page.waitForFunction('window.interactive');
      const act = async (action: string): Promise<number> =>
        (await page.evaluate(
          `(async () => { const begun = performance.now(); ${action}; return (await ${nextFrame}) - begun; })()`,
        )) as number;
      times.push([
        (await page.evaluate('window.interactive')) as number,
        await act(
          `document.querySelector('svg.flame > svg[aria-level="2"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))`,
        ),
        await act(
          `const input = document.querySelector('.flame-figure [type=search]'); input.value = 'e'; input.dispatchEvent(new Event('input'))`,
        ),
      ]);
      await page.close();
    }
  } finally {
    await browser.close();
  }
  const median = (index: number): number =>
    times.map((row) => row[index] as number).sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  const bytes = Buffer.byteLength(html);
  return { page: name, bytes, renderMs, interactiveMs: median(0), zoomMs: median(1), searchMs: median(2) };
}

function print(rows: readonly Row[]): void {
  console.log(
    'page                          size  wanted ≤ 2 MB  interactive  wanted ≤ 1 s    zoom  search  render',
  );
  for (const { page, bytes, renderMs, interactiveMs, zoomMs, searchMs } of rows) {
    const verdict = (isMet: boolean): string => (isMet ? 'met' : 'missed');
    const ms = (value: number, width: number): string => `${value.toFixed(0)} ms`.padStart(width);
    console.log(
      `${page.padEnd(24)}${`${(bytes / 1e6).toFixed(2)} MB`.padStart(10)}${verdict(bytes <= wanted.bytes).padStart(15)}${ms(interactiveMs, 13)}${verdict(interactiveMs <= wanted.interactiveMs).padStart(14)}${ms(zoomMs, 8)}${ms(searchMs, 8)}${ms(renderMs, 8)}`,
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-report-'));
try {
  const rows = [
    await measure('samples/redis', redisModel(folder), folder),
    await measure('100,000 functions', hugeModel(), folder),
  ];
  const version = execFileSync('/usr/bin/chromium', ['--version'], { encoding: 'utf8' }).trim();
  if (values.json) console.log(JSON.stringify({ chromium: version, loads, wanted, rows }));
  else {
    print(rows);
    console.log(`${version}, medians of ${loads} loads`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
