/** `profbound-collect plant`: what it burns is what it was told to, by the kernel's own accounting. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const binary = join(process.cwd(), 'dist', 'native', 'linux-x64', 'profbound-collect');

/** CPU seconds of a command's whole tree, by bash, and what it printed. */
function cpuSeconds(words: readonly string[]): { seconds: number; code: number | null; output: string } {
  const timed = ['-c', 'TIMEFORMAT="%3U %3S"; time "$@"', 'bash', ...words];
  const { stdout, stderr, status } = spawnSync('bash', timed, { encoding: 'utf8' });
  const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds: user + system, code: status, output: stdout };
}

/** A program that says what CPU time it took, its child's included; the child works as long as it does. */
const program = `import os, resource
def work():
    total = 0
    for i in range(8000000): total += i
pid = os.fork()
work()
if pid == 0: os._exit(0)
os.waitpid(pid, 0)
own, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print(own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime)
raise SystemExit(3)`;

test.each([5, 50])(
  'burns %d %% of what the command and its children take, and ends as it does',
  (percent) => {
    const words = [binary, 'plant', '--percent', String(percent), '--', 'python3', '-c', program];
    const { seconds, code, output } = cpuSeconds(words);
    expect(code).toBe(3);
    const own = Number(output);
    expect(own).toBeGreaterThan(0.1);
    // The interpreter's own end comes after it has said its time.
    expect(Math.abs(seconds / own - 1 - percent / 100)).toBeLessThan(0.04);
  },
);

test('ends by the signal that ended the command', () => {
  const words = [binary, 'plant', '--percent', '5', '--', 'sh', '-c', 'kill -SEGV $$'];
  expect(spawnSync(words[0] as string, words.slice(1)).signal).toBe('SIGSEGV');
});

test.each([
  [['--', 'true'], 'plant: how much is to be burnt? --percent P'],
  [['--percent', '5'], 'plant: what is to be run? -- COMMAND'],
  [['--percent', '-5', '--', 'true'], '--percent -5: not a number above 0, up to 1000'],
])('plant %j is refused', (words, message) => {
  const { status, stderr } = spawnSync(binary, ['plant', ...words], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 3, stderr: `profbound-collect: ${message}\n` });
});
