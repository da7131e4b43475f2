/** One gate of a sample, in a copy of it, so that what it builds is left nowhere. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Result } from '../../../src/verdict/result.js';

export interface SampleGate {
  /** Folder below `samples`. */
  readonly sample: string;
  /** Applied to head; null: the same code on both sides. */
  readonly patch: string | null;
  /** Seconds of measuring; the sample's own without it. */
  readonly budget?: number;
  /** Builds a side; the sample's own number without it. */
  readonly layouts?: number;
  readonly path?: string;
}

export interface Judged {
  readonly result: Result;
  /** From the first build to the verdict. */
  readonly seconds: number;
}

/** @throws Error with what the gate printed, where it came to no verdict */
export async function judgeSample(gate: SampleGate): Promise<Judged> {
  const { sample, patch, path } = gate;
  const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-gate-'));
  try {
    const copy = join(folder, sample);
    copySample(join('samples', sample), copy);
    configure(join(copy, '.profbound.yml'), gate);
    const head = patch === null ? ['--head', 'dir:.'] : ['--patch', patch];
    const out = join(folder, 'out');
    const words = [resolve('dist', 'cli.js'), 'gate', '--base', 'dir:.', ...head, '--out', out];
    const began = performance.now();
    const output = await run(words, copy, path ?? process.env.PATH);
    const seconds = (performance.now() - began) / 1000;
    const file = join(out, 'result.json');
    if (!existsSync(file)) throw new Error(`a gate of ${sample} came to no verdict:\n${output}`);
    const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
    if (result.workloads.length === 0) throw new Error(`a gate of ${sample} measured nothing:\n${output}`);
    return { result, seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What was built beside a sample has the paths of that build in it: files that git ignores are not copied. */
function copySample(from: string, to: string): void {
  const { stdout } = spawnSync('git', ['ls-files', '-z', '-oi', '--exclude-standard', '--directory', '.'], {
    cwd: from,
    encoding: 'utf8',
  });
  const ignored = new Set(
    (stdout ?? '')
      .split('\0')
      .filter(Boolean)
      .map((path) => join(from, path.replace(/\/$/, ''))),
  );
  cpSync(from, to, { recursive: true, filter: (path) => !ignored.has(path) });
}

function configure(file: string, { budget, layouts }: SampleGate): void {
  let text = readFileSync(file, 'utf8');
  if (budget !== undefined) {
    if (!/^ *budget:/m.test(text)) throw new Error(`${file} has no gate.budget to set`);
    text = text.replace(/^( *budget:).*$/m, `$1 ${budget}s`);
  }
  if (layouts !== undefined) text = text.replace(/^( *layouts:).*$/m, `$1 ${layouts}`);
  writeFileSync(file, text);
}

function run(words: readonly string[], cwd: string, path: string | undefined): Promise<string> {
  const environment = { ...process.env, PATH: path };
  const child = spawn(process.execPath, words, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): void => void child.kill('SIGTERM');
  process.on('SIGTERM', end);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      process.off('SIGTERM', end);
      resolve(output);
    });
  });
}
