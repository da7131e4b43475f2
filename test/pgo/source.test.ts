/** Profiles that something else hands out: a service in Go of itself, a store, a capture's file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MeasureError, UsageError } from '../../src/errors.js';
import { exportPgoSource, type PgoSourceOptions, type PgoSourceSummary } from '../../src/jobs/pgoSource.js';
import type { PgoFormat } from '../../src/pgo/formats.js';
import { provenanceFile, readBuildId } from '../../src/pgo/provenance.js';
import { readMessage, toNumber, writeMessage } from '../../src/profile/wire.js';
import { goObstacle } from '../go.js';
import { failure, never, RecordedProgress } from '../workload/support.js';
import { capture, exported, openWriter, run, source, workFolder } from './support.js';

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const out = at('profile');

type Asked = Pick<PgoSourceOptions, 'source' | 'binary' | 'format'> & Partial<PgoSourceOptions>;

async function take(options: Asked): Promise<PgoSourceSummary & { said: RecordedProgress }> {
  const said = new RecordedProgress();
  const usual = { out, fewestSamples: 50, seconds: 30, llvmProfdata: null, log: said, signal: never };
  return { ...(await exportPgoSource({ ...usual, ...options })), said };
}

async function refusal<E extends Error>(
  kind: new (...parameters: never[]) => E,
  options: Asked,
): Promise<string> {
  const nothing = at('nothing');
  const { message } = await failure(kind, () => take({ out: nothing, ...options }));
  expect(existsSync(nothing)).toBe(false);
  return message;
}

const obstacle = goObstacle(23);

describe('a service in Go', () => {
  if (obstacle !== null) {
    test(`nothing was run: ${obstacle}`, () => expect(obstacle).toMatch(/^Go /));
    return;
  }
  let service: ChildProcess;
  let url = '';

  beforeAll(async () => {
    mkdirSync(at('module'));
    copyFileSync(source('pprof.go'), at('module/main.go'));
    writeFileSync(at('module/go.mod'), 'module example.org/pprof\n\ngo 1.21\n');
    run(['go', 'build', '-ldflags=-B=gobuildid', '-o', at('service'), '.'], at('module'));
    service = spawn(at('service'), { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(service.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    url = `http://${line.toString().trim()}/debug/pprof/profile?seconds=2`;
  });
  afterAll(() => void service?.kill('SIGKILL'));

  test('says itself what it is optimised by: as it is sent, for the program that it is', async () => {
    const summary = await take({ source: url, binary: at('service'), format: 'go' });
    expect(summary.samples).toBeGreaterThanOrEqual(50);
    expect(summary.seconds).toBeGreaterThan(1);
    expect(summary.match.rate).toBeGreaterThan(0.95);
    const { stringTable, function: functions } = readMessage(readFileSync(out));
    expect(functions.map(({ name }) => stringTable[toNumber(name)])).toContain('main.scramble');
    run(['go', 'tool', 'preprofile', '-i', out, '-o', 'calls.txt'], folder);
    expect(readFileSync(at('calls.txt'), 'utf8')).toContain('main.scramble');
    copyFileSync(out, at('service.pprof'));
  });

  test('is asked for longer where it has too few samples', async () => {
    const asked = { source: at('service.pprof'), binary: at('service'), format: 'go' } as const;
    expect(await refusal(MeasureError, { ...asked, fewestSamples: 5000 })).toMatch(
      /samples in the binary in .* of captures, and 5k samples are needed: capture .* more/,
    );
  });

  test('is another program than the one that is built', async () => {
    writeFileSync(at('other.c'), 'int main(void) { return 0; }\n');
    run(['gcc', '-g', '-o', 'other', 'other.c'], folder);
    const asked = { source: at('service.pprof'), binary: at('other'), format: 'go' } as const;
    expect(await refusal(UsageError, asked)).toMatch(/service\.pprof: the profile is of another program/);
  });

  test('has other profiles, too, which are none of CPU time', async () => {
    const heap = url.replace(/profile\?.*$/, 'heap');
    expect(await refusal(UsageError, { source: heap, binary: at('service'), format: 'go' })).toMatch(
      /heap: Go reads samples\/count or cpu\/nanoseconds, and the profile has alloc_objects\/count/,
    );
  });
});

describe('a Go program that is mostly in the kernel', () => {
  if (obstacle !== null) {
    test(`nothing was run: ${obstacle}`, () => expect(obstacle).toMatch(/^Go /));
    return;
  }

  test('has as many samples of its own for a build with another id as for this one, and none of the kernel', async () => {
    mkdirSync(at('reader'));
    copyFileSync(source('reads.go'), at('reader/main.go'));
    writeFileSync(at('reader/go.mod'), 'module example.org/reader\n\ngo 1.21\n');
    const build = (id: string) =>
      run(['go', 'build', `-ldflags=-B=${id}`, '-o', at(`reads-${id}`), '.'], at('reader'));
    build('0xaa');
    build('0xbb');
    const writer = openWriter(at('reader'));
    await capture(writer, [at('reads-0xaa'), '1']);
    const [taken] = writer.workload('program').captures;
    const from = join(writer.directory, taken?.cpuProfile as string);
    const asked = { source: from, format: 'go' } as const;
    const same = await take({ ...asked, binary: at('reads-0xaa') });
    const other = await take({ ...asked, binary: at('reads-0xbb') });
    expect(same.samples).toBeLessThan((taken?.summary.samples ?? 0) / 2);
    expect(other.samples).toBe(same.samples);
    run(['go', 'tool', 'preprofile', '-i', out, '-o', 'calls.txt'], folder);
    const calls = readFileSync(at('calls.txt'), 'utf8');
    expect(calls).toContain('main.read');
    expect(calls).not.toContain('vfs_read');
  });
});

describe('a profile by addresses', () => {
  const formats = ['llvm', 'gcc', 'bolt'] as const;
  const file = at('capture.pprof');

  beforeAll(async () => {
    // Position-independent, so that it runs elsewhere than it is linked.
    const flags = [
      '-O2',
      '-g',
      '-pie',
      '-fPIE',
      '-fuse-ld=lld',
      '-fdebug-info-for-profiling',
      '-Wl,--build-id,-q',
    ];
    run(['clang++-19', ...flags, '-o', 'program', source('machine.cpp')], folder);
    const writer = openWriter(folder);
    await capture(writer, [at('program'), '0.5']);
    const [taken] = writer.workload('program').captures;
    copyFileSync(join(writer.directory, taken?.cpuProfile as string), file);
    for (const format of formats)
      exported(writer, { format, binary: at('program'), out: at(`bundle.${format}`), fewestSamples: 50 });
  });

  test.each(formats)('for %s gives what captures in a bundle give', async (format) => {
    const { match, buildId } = await take({ source: file, binary: at('program'), format });
    expect(readFileSync(out)).toEqual(readFileSync(at(`bundle.${format}`)));
    expect(readBuildId(provenanceFile(out))).toBe(format === 'bolt' ? buildId : null);
    expect(match.rate).toBeGreaterThan(0.999);
  });

  test('as they were in the process gives the same: other profilers leave them so', async () => {
    const message = readMessage(readFileSync(file));
    const [program] = message.mapping.filter(
      ({ filename }) => message.stringTable[toNumber(filename)] === at('program'),
    );
    const shift = 0x5555_5555_0000;
    const there = { ...program, memoryStart: toNumber(program?.memoryStart) + shift };
    const shifted = writeMessage({
      ...message,
      mapping: message.mapping.map((each) => (each === program ? there : each)),
      location: message.location.map((each) =>
        each.mappingId === program?.id ? { ...each, address: toNumber(each.address) + shift } : each,
      ),
    });
    writeFileSync(at('shifted.pprof'), shifted);
    await take({ source: at('shifted.pprof'), binary: at('program'), format: 'llvm' });
    expect(readFileSync(out)).toEqual(readFileSync(at('bundle.llvm')));
  });

  test('of another build is refused, and names the one it is of', async () => {
    const changed = readFileSync(source('machine.cpp'), 'utf8').replace('% 64 == 63', '% 61 == 60');
    writeFileSync(at('machine.cpp'), changed);
    mkdirSync(at('later'));
    run(
      ['clang++-19', '-O2', '-g', '-fuse-ld=lld', '-Wl,--build-id', '-o', 'later/program', 'machine.cpp'],
      folder,
    );
    expect(await refusal(UsageError, { source: file, binary: at('later/program'), format: 'gcc' })).toMatch(
      /no capture is of \S+ with build id [0-9a-f]{40}; they are of \S+program with build id [0-9a-f]{40}/,
    );
  });

  test('comes from a store by HTTP; what goes wrong there is said', async () => {
    const server = createServer((request, response) => {
      const status = request.url === '/profile' ? 200 : 503;
      response.writeHead(status).end(status === 200 ? readFileSync(file) : 'the store is being compacted');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const store = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const asked = { binary: at('program'), format: 'llvm' as PgoFormat };
      await take({ source: `${store}/profile`, ...asked });
      expect(readFileSync(out)).toEqual(readFileSync(at('bundle.llvm')));
      expect(await refusal(MeasureError, { source: `${store}/later`, ...asked })).toMatch(
        /later answered 503: the store is being compacted/,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const closed = { source: 'http://127.0.0.1:1/', binary: at('program'), format: 'llvm' } as const;
    expect(await refusal(MeasureError, closed)).toContain('cannot fetch http://127.0.0.1:1/');
  });

  test('that is missing, or is none, is said to be', async () => {
    const asked = { binary: at('program'), format: 'llvm' } as const;
    expect(await refusal(UsageError, { source: at('missing'), ...asked })).toContain('cannot read');
    expect(await refusal(UsageError, { source: source('machine.cpp'), ...asked })).toContain(
      'not a pprof profile',
    );
  });
});
