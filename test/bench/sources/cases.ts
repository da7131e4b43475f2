/** The gates that are run: two programs, each with a function that takes several times as long, by each profiler. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { foldPerfScript } from '../../fold.js';

export interface Case {
  readonly name: string;
  readonly program: Program;
  /** null: the collector's own samples. */
  readonly source: Readonly<Record<string, string>> | null;
}

interface Program {
  readonly name: string;
  readonly workload: Readonly<Record<string, unknown>>;
  /** Of a capture. */
  readonly seconds: number;
  /** The function that takes longer, as any profiler may call it. */
  readonly planted: RegExp;
  /** Writes one side into an empty folder. */
  readonly write: (folder: string, isSlower: boolean) => void;
}

const http = (path: string) => ({
  ready: `http://127.0.0.1:\${PORT}${path}`,
  load: { http: `http://127.0.0.1:\${PORT}${path}`, connections: 4 },
});

const goService: Program = {
  name: 'go-service',
  seconds: 2,
  workload: { build: 'go build -o pages .', start: './pages ${PORT}', warmup: '500ms', ...http('/pages/7') },
  planted: /\b(render|tag)\b/,
  write(folder, isSlower) {
    cpSync(join('samples', 'go-service'), folder, { recursive: true });
    if (isSlower)
      replace(join(folder, 'page.go'), 'tag(html[body:])}', 'tag(html[body:]) + tag(html) + tag(html)}');
  },
};

const javaService: Program = {
  name: 'java-service',
  // jcmd starts a JVM of its own before async-profiler takes its first sample.
  seconds: 4,
  workload: {
    build: 'mkdir -p build && javac -d build src/shop/*.java',
    start: 'java -Xmx256m -Dsun.net.httpserver.nodelay=true -cp build shop.Main ${PORT}',
    warmup: '12s',
    ...http('/search?q=fimo+kavenza+silderpa'),
  },
  planted: /distance/,
  write(folder, isSlower) {
    cpSync(join('samples', 'java-service'), folder, { recursive: true });
    if (isSlower) {
      const both = 'Math.max(distance(word, candidate), distance(candidate, word))';
      replace(join(folder, 'src', 'shop', 'Spelling.java'), 'distance(word, candidate)', both);
    }
  },
};

function replace(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, text.replace(from, to));
}

const record = (output: string): string =>
  `perf record -q -e cpu-clock -F 997 -g -p \${PID} -o ${output} -- sleep \${SECONDS}`;
/** Where async-profiler's library is kept: once fetched from Maven, it stays. */
const kept = resolve('.profbound', 'bench-sources');
const library = join(kept, 'linux-x64', 'libasyncProfiler.so');

export const cases: readonly Case[] = [
  { name: 'collector', program: goService, source: null },
  {
    name: 'pprof',
    program: goService,
    source: { pprof: 'http://127.0.0.1:${PORT}/debug/pprof/profile?seconds=${SECONDS}' },
  },
  { name: 'perf_data', program: goService, source: { perf_data: '${OUTPUT}', command: record('${OUTPUT}') } },
  {
    name: 'perf_script',
    program: goService,
    source: {
      perf_script: '${OUTPUT}',
      command: `${record('${OUTPUT}.data')} && perf script -i \${OUTPUT}.data > \${OUTPUT}`,
    },
  },
  {
    name: 'collapsed',
    program: goService,
    source: {
      collapsed: '${OUTPUT}',
      interval: '1.003ms',
      command: `${record('${OUTPUT}.data')} && perf script -i \${OUTPUT}.data | ${foldPerfScript} > \${OUTPUT}`,
    },
  },
  { name: 'collector', program: javaService, source: null },
  {
    name: 'async-profiler',
    program: javaService,
    source: {
      collapsed: '${OUTPUT}',
      interval: '1ms',
      command: [
        `jcmd \${PID} JVMTI.agent_load ${library} '"start,event=cpu,interval=1ms"'`,
        'sleep ${SECONDS}',
        `jcmd \${PID} JVMTI.agent_load ${library} '"stop,collapsed,file=\${OUTPUT}"'`,
      ].join(' && '),
    },
  },
];

/** Fetches async-profiler as it is published. @throws Error when it cannot be had */
export function fetchAsyncProfiler(): void {
  if (existsSync(library)) return;
  mkdirSync(kept, { recursive: true });
  const artifact = 'tools.profiler:async-profiler:4.1';
  run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${kept}`]);
  run('unzip', [
    '-o',
    '-q',
    join(kept, 'async-profiler-4.1.jar'),
    'linux-x64/libasyncProfiler.so',
    '-d',
    kept,
  ]);
}

function run(program: string, words: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stdout + stderr}`);
}
