/** What is added to the start of a program, as told by its command and by the runtime that is there. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { RuntimeChoice } from '../../src/config/plan.js';
import { programOf } from '../../src/workload/runtimes/commandLine.js';
import { detectRuntime } from '../../src/workload/runtimes/detection.js';
import { makeReadable, type ReadableStart } from '../../src/workload/runtimes/setUp.js';
import { installedPythons } from '../python.js';
import { never, temporaryFolder } from './support.js';

describe('the program of a command', () => {
  test.each([
    ['node server.js ${PORT}', 'node'],
    ['exec /usr/bin/node --max-old-space-size=512 server.js', 'node'],
    ['A=1 B="x y" exec env -u C D=2 python3.12 app.py', 'python3.12'],
    ['cd api && npm ci; npm start', 'npm'],
    ['nice -n 5 taskset -c 0,1 java -jar app.jar 2>&1', 'java'],
    ['timeout -k 5 60 stdbuf -oL ./bin/api > api.log', 'api'],
    ["'/opt/my tools/node' server.js", 'node'],
    ['"./bin/api" --port ${PORT};', 'api'],
    ['node server.js | tee log', null],
    ['node server.js & wait', null],
    ['(node server.js)', null],
    ['`which node` server.js', null],
    ['$(which node) server.js', null],
    ['$NODE server.js', null],
    ['node* server.js', null],
    ['no\\de server.js', null],
    ['A=1', null],
    ['exec', null],
  ])('of %j is %j', (command, name) => {
    expect(programOf(command)?.name ?? null).toBe(name);
  });
});

describe('the runtime of a command', () => {
  test.each<[string, string | null]>([
    ['node server.js', 'node'],
    ['npm start', 'node'],
    ['npx next start', 'node'],
    ['yarn serve', 'node'],
    ['java -jar app.jar', 'java'],
    ['/usr/lib/jvm/jdk-21/bin/java app.Main', 'java'],
    ['./gradlew run', 'java'],
    ['mvn spring-boot:run', 'java'],
    ['python app.py', 'python'],
    ['python3.12 -m app', 'python'],
    ['.venv/bin/gunicorn app:app', 'python'],
    ['dotnet run', 'dotnet'],
    ['go run .', 'go'],
    ['./node-service', null],
    ['javac Main.java', null],
    ['pythonic', null],
    ['redis-server redis.conf', null],
    ['docker run node', null],
    ['sudo node server.js', null],
  ])('%j is %j', (command, runtime) => {
    expect(detectRuntime(command, null).runtime).toBe(runtime);
  });

  test('is what the configuration says', () => {
    expect(detectRuntime('node server.js', 'python')).toMatchObject({ runtime: 'python', isItself: false });
    expect(detectRuntime('./server', 'node')).toMatchObject({ runtime: 'node', isItself: false });
  });
});

const agent = join(process.cwd(), 'native', 'build', 'profbound-java.so');

async function readable(
  command: string,
  environment: Record<string, string> = {},
  runtime: RuntimeChoice = null,
): Promise<ReadableStart> {
  const path = process.env.PATH as string;
  const start = { command, cwd: temporaryFolder(), environment: { PATH: path, ...environment }, runtime };
  return makeReadable(start, () => agent, never);
}

const nodeFlags = '--perf-basic-prof --interpreted-frames-native-stack';

describe('node', () => {
  test('takes the flags by NODE_OPTIONS, behind what is there', async () => {
    expect(await readable('node server.js', { NODE_OPTIONS: '--max-old-space-size=512 ' })).toEqual({
      command: 'node server.js',
      environment: { NODE_OPTIONS: `--max-old-space-size=512 ${nodeFlags}` },
      runtime: { name: 'node', added: [`NODE_OPTIONS: ${nodeFlags}`] },
      note: null,
    });
    expect((await readable('npm start')).environment).toEqual({ NODE_OPTIONS: nodeFlags });
    expect((await readable('./start.sh', {}, 'node')).environment).toEqual({ NODE_OPTIONS: nodeFlags });
  });

  test('gets only what is missing', async () => {
    const started = await readable('node --perf_basic_prof server.js');
    expect(started.environment).toEqual({ NODE_OPTIONS: '--interpreted-frames-native-stack' });
    const whole = { NODE_OPTIONS: `--perf-prof --interpreted-frames-native-stack` };
    expect(await readable('node server.js', whole)).toMatchObject({
      environment: {},
      runtime: { name: 'node', added: [] },
      note: null,
    });
  });

  test('has the flags behind its name where the command sets NODE_OPTIONS', async () => {
    const command = 'cd . && NODE_OPTIONS=--no-warnings exec node server.js 8080';
    expect(await readable(command)).toMatchObject({
      command: `cd . && NODE_OPTIONS=--no-warnings exec node ${nodeFlags} server.js 8080`,
      environment: {},
      runtime: { added: [`node ${nodeFlags}`] },
    });
    const { runtime, note } = await readable('NODE_OPTIONS=--no-warnings npm start');
    expect(runtime.added).toEqual([]);
    expect(note).toBe(
      `nothing was added to NODE_OPTIONS, since the command sets NODE_OPTIONS itself: start node with ${nodeFlags}`,
    );
  });

  test('that does not take a flag by NODE_OPTIONS gets it behind its name', async () => {
    const bin = temporaryFolder();
    writeFileSync(join(bin, 'node'), '#!/bin/sh\necho false\n', { mode: 0o755 });
    const environment = { PATH: `${bin}:${process.env.PATH}` };
    expect((await readable('node server.js', environment)).command).toBe(`node ${nodeFlags} server.js`);
    expect((await readable('npm start', environment)).note).toContain('takes no such flags there');
  });

  test('that does not answer is left alone, and it is said', async () => {
    const bin = temporaryFolder();
    symlinkSync('/bin/sh', join(bin, 'sh'));
    expect(await readable('node server.js', { PATH: bin })).toMatchObject({
      environment: {},
      runtime: { name: 'node', added: [] },
      note: `node could not be asked which flags it takes, so none was added: start it with ${nodeFlags}`,
    });
  });
});

describe('java', () => {
  const words = `-XX:+PreserveFramePointer -agentpath:${agent}`;

  test('takes frame pointers and the agent by JAVA_TOOL_OPTIONS', async () => {
    expect(await readable('java -jar app.jar', { JAVA_TOOL_OPTIONS: '-Xmx64m' })).toEqual({
      command: 'java -jar app.jar',
      environment: { JAVA_TOOL_OPTIONS: `-Xmx64m ${words}` },
      runtime: { name: 'java', added: [`JAVA_TOOL_OPTIONS: ${words}`] },
      note: null,
    });
  });

  test('gets only what is missing', async () => {
    const { environment } = await readable('java -XX:-PreserveFramePointer -jar app.jar');
    expect(environment).toEqual({ JAVA_TOOL_OPTIONS: `-agentpath:${agent}` });
    const whole = { JDK_JAVA_OPTIONS: '-XX:+PreserveFramePointer -agentpath:/opt/libasyncProfiler.so=start' };
    expect((await readable('java -jar app.jar', whole)).runtime.added).toEqual([]);
  });

  test('has them behind its name where the command sets the variable', async () => {
    const { command } = await readable('JAVA_TOOL_OPTIONS=-Xmx64m java -jar app.jar');
    expect(command).toBe(`JAVA_TOOL_OPTIONS=-Xmx64m java ${words} -jar app.jar`);
    expect((await readable('JAVA_TOOL_OPTIONS=-Xmx64m ./gradlew run')).note).toContain(
      'the command sets it itself',
    );
  });

  test('that does not start with them is left alone, and it is said', async () => {
    const started = await readable('java -jar app.jar', { JAVA_TOOL_OPTIONS: '-XX:+NoSuchFlag' });
    expect(started.environment).toEqual({});
    expect(started.note).toContain('java does not start with -XX:+PreserveFramePointer');
  });

  test('leaves no file of having been asked', async () => {
    const files = () => readdirSync('/tmp').filter((name) => /^jit-\d+\.dump$/.test(name));
    const before = files();
    await readable('java -jar app.jar');
    expect(files().filter((name) => !before.includes(name))).toEqual([]);
  });
});

/** Every Python 3 that is installed, by its path. */
function pythons(): { readonly path: string; readonly version: number }[] {
  return installedPythons().flatMap((path) => {
    const question = 'import sys; print(sys.version_info[1] if sys.version_info[0] == 3 else "")';
    const { stdout } = spawnSync(path, ['-c', question], { encoding: 'utf8' });
    return stdout?.trim() ? [{ path, version: Number(stdout) }] : [];
  });
}

describe('python', () => {
  test.each(pythons())('%o gets what its version can', async ({ path, version }) => {
    const { environment, runtime, note } = await readable(`${path} app.py`);
    if (version >= 12) {
      expect(environment).toEqual({ PYTHONPERFSUPPORT: '1' });
      expect(runtime).toEqual({ name: 'python', added: ['PYTHONPERFSUPPORT: 1'] });
      expect(note).toBeNull();
    } else {
      expect(environment).toEqual({});
      expect(note).toBe(
        `${path} is Python 3.${version}, whose functions cannot be told from outside: the interpreter's own functions are shown in their place; -X perf, which names them, takes Python 3.12 or newer`,
      );
    }
  });

  /** A Python of a version that is told, and not run. */
  function pretended(answer: string): string {
    const bin = temporaryFolder();
    writeFileSync(join(bin, 'python3'), `#!/bin/sh\necho ${answer}\n`, { mode: 0o755 });
    symlinkSync('python3', join(bin, 'python'));
    return bin;
  }

  test('is the one in the first line of what runs on it', async () => {
    const bin = pretended('3 12 1');
    writeFileSync(join(bin, 'gunicorn'), `#!${bin}/python3\n`, { mode: 0o755 });
    const environment = { PATH: `${bin}:${process.env.PATH}` };
    expect((await readable('gunicorn app:app', environment)).environment).toEqual({ PYTHONPERFSUPPORT: '1' });
    mkdirSync(join(bin, 'other'));
    writeFileSync(join(bin, 'other', 'gunicorn'), '#!/bin/bash\n');
    chmodSync(join(bin, 'other', 'gunicorn'), 0o755);
    const { note } = await readable(`${bin}/other/gunicorn app:app`);
    expect(note).toBe('which Python runs it is not known, so nothing was added: start it with -X perf');
  });

  test('that ignores variables has the option behind its name', async () => {
    const environment = { PATH: `${pretended('3 13 1')}:${process.env.PATH}` };
    expect((await readable('python3 -I app.py', environment)).command).toBe('python3 -X perf -I app.py');
  });

  test('built without trampolines is explained', async () => {
    const environment = { PATH: `${pretended('3 12 0')}:${process.env.PATH}` };
    expect((await readable('python3 app.py', environment)).note).toContain('without support for perf');
  });

  const decided = ['python3 -X perf app.py', 'PYTHONPERFSUPPORT=1 python3 app.py'];

  test('that has it is left alone', async () => {
    const environment = { PATH: `${pretended('3 12 1')}:${process.env.PATH}` };
    for (const command of decided) {
      const started = await readable(command, environment);
      expect(started).toMatchObject({ command, environment: {}, runtime: { added: [] }, note: null });
    }
    const set = await readable('python3 app.py', { ...environment, PYTHONPERFSUPPORT: '0' });
    expect(set).toMatchObject({ environment: {}, runtime: { added: [] }, note: null });
  });

  test.each([
    ['3 11 0', 'is Python 3.11, whose functions cannot be told from outside'],
    ['3 12 0', 'was built without support for perf'],
  ])('that has it and cannot (%s) is explained', async (answer, why) => {
    const environment = { PATH: `${pretended(answer)}:${process.env.PATH}` };
    for (const command of decided) {
      const started = await readable(command, environment);
      expect(started).toMatchObject({ command, environment: {}, runtime: { added: [] } });
      expect(started.note).toContain(`python3 ${why}`);
    }
  });

  test('that has it and does not answer is left alone', async () => {
    const bin = temporaryFolder();
    symlinkSync('/bin/sh', join(bin, 'sh'));
    for (const command of decided) expect((await readable(command, { PATH: bin })).note).toBeNull();
  });
});

describe('others', () => {
  test('.NET takes a variable', async () => {
    expect(await readable('dotnet run')).toMatchObject({
      environment: { DOTNET_PerfMapEnabled: '1' },
      runtime: { name: 'dotnet', added: ['DOTNET_PerfMapEnabled: 1'] },
    });
    expect((await readable('./service', {}, 'dotnet')).environment).toEqual({ DOTNET_PerfMapEnabled: '1' });
    expect((await readable('dotnet run', { COMPlus_PerfMapEnabled: '3' })).environment).toEqual({});
  });

  test.each<[string, RuntimeChoice, string | null]>([
    ['./service', 'go', 'go'],
    ['./service', 'native', 'native'],
    ['./service', null, null],
    ['node server.js', 'none', null],
    ['java -jar app.jar', 'native', 'native'],
  ])('nothing is added to %j as %j', async (command, choice, name) => {
    expect(await readable(command, {}, choice)).toEqual({
      command,
      environment: {},
      runtime: { name, added: [] },
      note: null,
    });
  });
});
