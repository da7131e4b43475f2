/**
 * What it costs a program to be made readable: CPU time a request of samples/node-service and samples/java-service, and a
 * call of a Python function, with and without what is added to their starts.
 *
 *     npm run bench:runtimes -- [--quick] [--json]
 *
 * Starts of both kinds take turns; the ratio is the geometric mean of those of neighbours, with its standard error.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shippedJavaAgent } from '../../src/capture/binary.js';
import { programEnvironment } from '../../src/workload/environment.js';
import { offerHttpLoad } from '../../src/workload/httpLoad.js';
import { removePerfMaps } from '../../src/workload/perfMaps.js';
import { chooseFreePort } from '../../src/workload/port.js';
import { shellWords, startProcess } from '../../src/workload/process.js';
import { makeReadable } from '../../src/workload/runtimes/setUp.js';
import { findNamingPython } from '../python.js';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const rounds = values.quick ? 2 : 8;
const folder = mkdtempSync(join(tmpdir(), 'profbound-bench-'));
const signal = new AbortController().signal;

interface Program {
  readonly name: string;
  readonly cwd: string;
  readonly command: string;
  /** Path that is requested; null: it prints CPU nanoseconds a unit and ends. */
  readonly path: string | null;
  readonly warmupSeconds: number;
}

const pythonSource = `import time
def call(x):
    return x + 1
def work(rounds):
    for i in range(rounds):
        call(i)
work(200000)
begin = time.process_time_ns()
work(3000000)
print("cost", (time.process_time_ns() - begin) / 3000000)
`;

function programs(): Program[] {
  const java = join(folder, 'java');
  cpSync(join('samples', 'java-service'), java, { recursive: true });
  execFileSync('sh', ['-c', 'mkdir -p build && javac -d build src/shop/*.java'], { cwd: java });
  writeFileSync(join(folder, 'calls.py'), pythonSource);
  const python = findNamingPython();
  return [
    {
      name: 'node',
      cwd: join('samples', 'node-service'),
      command: 'node server.js ${PORT}',
      path: '/search?q=venmenlumen+infivende+nolufika',
      warmupSeconds: 2,
    },
    {
      name: 'java',
      cwd: java,
      command: 'java -Xmx256m -Dsun.net.httpserver.nodelay=true -cp build shop.Main ${PORT}',
      path: '/search?q=fimo+kavenza+silderpa',
      warmupSeconds: values.quick ? 4 : 12,
    },
    ...(python === null
      ? []
      : [{ name: 'python', cwd: folder, command: `${python} calls.py`, path: null, warmupSeconds: 0 }]),
  ];
}

/** CPU nanoseconds a unit of one start. */
async function cost({ cwd, command, path, warmupSeconds }: Program, isReadable: boolean): Promise<number> {
  const environment = programEnvironment();
  const port = await chooseFreePort();
  const start = { command: command.replace('${PORT}', String(port)), cwd, environment, runtime: null };
  const readable = await makeReadable(
    { ...start, runtime: isReadable ? null : 'none' },
    shippedJavaAgent,
    signal,
  );
  const began = Date.now();
  const running = await startProcess({
    words: shellWords(`exec ${readable.command}`),
    cwd,
    environment: { ...environment, ...readable.environment },
  });
  try {
    if (path === null) {
      await running.exited;
      return Number(/cost (\S+)/.exec(running.stdout)?.[1]);
    }
    const load = { urls: [`http://127.0.0.1:${port}${path}`], method: 'GET', headers: {}, body: null };
    const offer = (seconds: number) =>
      offerHttpLoad({ ...load, connections: 4, rate: null, turns: [0], turnSeconds: seconds });
    while (!/listening/.test(running.stdout)) await new Promise((resolve) => setTimeout(resolve, 20));
    await offer(warmupSeconds);
    const before = cpuNanoseconds(running.pid);
    const { targets } = await offer(3);
    return (cpuNanoseconds(running.pid) - before) / (targets[0]?.requests2xx ?? 0);
  } finally {
    await running.stop();
    removePerfMaps([running.pid], began);
  }
}

/** Of all threads of a process, to the kernel's hundredth of a second. */
function cpuNanoseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 1e7;
}

async function measure(program: Program) {
  const logs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const isFirst = round % 2 === 0;
    const first = await cost(program, isFirst);
    const second = await cost(program, !isFirst);
    logs.push((isFirst ? 1 : -1) * Math.log(first / second));
  }
  const mean = logs.reduce((sum, log) => sum + log, 0) / rounds;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (rounds - 1);
  return { name: program.name, ratio: Math.exp(mean), standardError: Math.sqrt(variance / rounds), rounds };
}

try {
  const rows = [];
  for (const program of programs()) {
    const row = await measure(program);
    rows.push(row);
    const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
    if (!values.json)
      console.log(
        `${row.name.padEnd(8)} CPU time a unit ${percent(row.ratio - 1)} more, ± ${percent(row.standardError)} (${row.rounds} turns)`,
      );
  }
  if (values.json) console.log(JSON.stringify(rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
