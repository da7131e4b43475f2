/** Nightly runs on samples: one that is to publish, and with what it published accepted, one by a load that misleads. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type ProfileResult, pgoResultSchema } from '../../../src/pgo/result.js';
import type { Fact, Prepare } from './cases.js';
import { tool } from './tools.js';

interface Sample {
  readonly sample: string;
  readonly start: string;
}

const nightly =
  (one: Sample): Prepare =>
  async ({ folder }) => ({
    name: `profbound pgo: ${one.sample}`,
    builds: [],
    compared: [],
    facts: await nights(one, join(folder, one.sample)),
  });
export const nightlyGo = nightly({ sample: 'go-service', start: './pages ${PORT}' });
export const nightlyCpp = nightly({ sample: 'cpp-service', start: './routes ${PORT}' });

async function nights({ sample, start }: Sample, repository: string): Promise<Fact[]> {
  const built = ['.profbound', 'pages', 'routes'];
  const isSource = (path: string): boolean => !built.includes(basename(path)) && !path.endsWith('.o');
  cpSync(join('samples', sample), repository, { recursive: true, filter: isSource });
  git(repository, 'init', '-q');
  commit(repository, 'sample');
  const first = await night(repository, `${repository}-first`);
  const facts = [
    {
      what: `${sample}, by its own load`,
      found: described(first.profile),
      isMet: first.profile.decision === 'published' && first.isPublished,
    },
  ];
  if (first.isPublished) {
    cpSync(join(`${repository}-first`, 'published'), repository, { recursive: true });
    commit(repository, 'profile');
  }
  mislead(join(repository, '.profbound.yml'), start);
  commit(repository, 'another load');
  const second = await night(repository, `${repository}-second`);
  facts.push({
    what: `${sample}, by a load of /healthz`,
    found: described(second.profile),
    // Kept for what it saves, not for want of samples.
    isMet: second.profile.decision === 'kept' && !second.isPublished && second.profile.comparisons.length > 0,
  });
  return facts;
}

/** Has the profile captured under requests for a sign of life, which is nothing of what the service does, and little work. */
function mislead(file: string, start: string): void {
  const idle = `  idle:
    start: ${start}
    ready: http://127.0.0.1:\${PORT}/healthz
    load:
      http: http://127.0.0.1:\${PORT}/healthz
      connections: 4
`;
  const text = readFileSync(file, 'utf8')
    .replace('    pgo:\n', '    pgo:\n      workloads: [idle]\n      floor: 500\n')
    .replace('\ncapture:', `\n${idle}capture:`);
  writeFileSync(file, text);
}

/** @throws Error with what it printed, where it came to no decision */
async function night(
  repository: string,
  out: string,
): Promise<{ readonly profile: ProfileResult; readonly isPublished: boolean }> {
  const output = await command(repository, ['pgo', '--out', out]);
  const file = join(out, 'pgo.json');
  if (!existsSync(file)) throw new Error(`profbound pgo decided nothing:\n${output}`);
  const [profile] = pgoResultSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).profiles;
  if (profile === undefined) throw new Error(`profbound pgo has no profile:\n${output}`);
  const published = join(out, 'published', profile.path);
  return { profile, isPublished: existsSync(published) && existsSync(`${published}.provenance.json`) };
}

function described({ decision, reasons, comparisons, samples }: ProfileResult): string {
  const percent = (share: number | null): string =>
    share === null ? 'unknown' : `${(100 * share).toFixed(1)} %`;
  const saved = comparisons.map(
    ({ with: other, saving: { estimate, lower, upper } }) =>
      `saves ${percent(estimate)} (${percent(lower)} … ${percent(upper)}) over ${other}`,
  );
  return [decision, ...saved, `${samples?.inBinary} samples`, ...reasons.map(({ code }) => code)].join(', ');
}

function git(repository: string, ...words: readonly string[]): void {
  tool(['git', '-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...words], repository);
}

function commit(repository: string, message: string): void {
  git(repository, 'add', '.');
  git(repository, 'commit', '-q', '-m', message);
}

function command(cwd: string, words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [resolve('dist', 'cli.js'), ...words], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}
