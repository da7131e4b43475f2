/** Go's profile: what the Go compiler says that it does by it. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { consumptionError, readReport } from '../../src/pgo/consumption.js';
import { readBuilt } from '../../src/pgo/elfFile.js';
import { readMessage, toNumber } from '../../src/profile/wire.js';
import { goObstacle } from '../go.js';
import { capture, exported, openWriter, run, source, workFolder } from './support.js';

const folder = workFolder();
const profile = join(folder, 'profile.pgo');
const module = join(folder, 'module');
const build = (out: string, ...more: readonly string[]) =>
  run(['go', 'build', '-o', join(folder, out), ...more, '.'], module, { GOFLAGS: '-mod=mod' });

/** The first release with `go tool preprofile`. */
const obstacle = goObstacle(23);

beforeAll(async () => {
  if (obstacle !== null) return;
  mkdirSync(module);
  copyFileSync(source('shapes.go'), join(module, 'main.go'));
  writeFileSync(join(module, 'go.mod'), 'module example.org/shapes\n\ngo 1.21\n');
  build('program', '-ldflags=-B=gobuildid');
  const writer = openWriter(folder);
  await capture(writer, [join(folder, 'program'), '2']);
  exported(writer, { format: 'go', binary: join(folder, 'program'), out: profile });
});

describe('a profile for Go', () => {
  if (obstacle !== null) {
    test(`nothing was run: ${obstacle}`, () => expect(obstacle).toMatch(/^Go /));
    return;
  }

  test('counts samples first, and knows where every function of the program begins', () => {
    const { stringTable, sampleType, function: functions } = readMessage(readFileSync(profile));
    const first = sampleType[0];
    expect([stringTable[toNumber(first?.type)], stringTable[toNumber(first?.unit)]]).toEqual([
      'samples',
      'count',
    ]);
    // Those in the file: the compiler makes wrappers, too.
    const own = functions.filter(({ filename }) =>
      stringTable[toNumber(filename)]?.endsWith('/module/main.go'),
    );
    const begins = own.map((each) => [stringTable[toNumber(each.name)], toNumber(each.startLine)]);
    const text = readFileSync(source('shapes.go'), 'utf8').split('\n');
    expect(begins.length).toBeGreaterThan(3);
    for (const [name, line] of begins) {
      expect({ name, text: text[Number(line) - 1] }).toEqual({ name, text: expect.stringMatching(/^func /) });
    }
    expect(begins.map(([name]) => name)).toContain('main.number[go.shape.uint64]');
  });

  test('is consumed: hot calls are inlined, and the interface call goes straight to what it nearly always calls', () => {
    const { stderr } = build('with', `-pgo=${profile}`, '-gcflags=-m=1 -d=pgodebug=1');
    const report = readReport('go', stderr);
    expect(report.inlined).toContainEqual({
      callee: 'main.digest',
      caller: 'main.number[go.shape.uint64]',
      place: expect.stringMatching(/^\.\/main\.go:39:/),
    });
    expect(report.promoted).toEqual([expect.objectContaining({ callee: 'square.area' })]);
    expect(consumptionError(report)).toBeNull();
    expect(readBuilt(join(folder, 'with')).compiler).toMatch(/^go1\.\d+/);
    run([join(folder, 'with'), '0.1'], folder);
  });

  test('is what the compiler makes of it when it reads ahead: the hottest calls are those of the program', () => {
    run(['go', 'tool', 'preprofile', '-i', profile, '-o', 'calls.txt'], folder);
    const calls = readFileSync(join(folder, 'calls.txt'), 'utf8');
    expect(calls.split('\n')[1]).toMatch(/^main\./);
    expect(calls).toContain('main.number[go.shape.uint64]\nmain.digest\n');
  });
});
