import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { eventually, Tag, temporaryFolder } from './support.js';

/** Starts a tree of processes as the tool does and stays, or ends, without stopping it. */
const program = `
import { shellWords, startProcess } from './src/workload/process.js';
const tree = 'setsid sleep 300 & (sleep 300 & sleep 300) & sleep 300';
await startProcess({ words: shellWords(tree), cwd: '/', environment: process.env });
console.log('started');
if (process.argv[2] === 'exit') process.exit(0);
if (process.argv[2] === 'throw') throw new Error('unforeseen');
setInterval(() => {}, 1000);
`;

test.each(['SIGKILL', 'SIGHUP', 'SIGTERM', 'exit', 'throw'])(
  'nothing outlives the process that started it: %s',
  async (end) => {
    const outfile = join(temporaryFolder(), 'program.mjs');
    await build({
      stdin: { contents: program, resolveDir: process.cwd() },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
    });
    const tag = new Tag();
    const child = spawn(process.execPath, [outfile, end], {
      env: tag.environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const exited = child.exitCode ?? once(child, 'exit');
    if (end.startsWith('SIG')) {
      await eventually(() => tag.living().filter((line) => line.startsWith('sleep')).length === 4);
      child.kill(end as NodeJS.Signals);
    }
    await exited;
    await eventually(() => tag.living().length === 0);
    expect(tag.living()).toEqual([]);
  },
);
