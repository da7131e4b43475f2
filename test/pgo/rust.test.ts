/** LLVM's profile for rustc, through Cargo: each build in a folder of its own, by flags of its own. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { consumptionOf } from '../../src/jobs/pgoRun/findings.js';
import { consumptionError, readReport, reportFlags } from '../../src/pgo/consumption.js';
import { readProfile } from '../../src/pgo/content.js';
import { isConsumed } from '../../src/pgo/decision.js';
import { differingFunctions, readBuilt } from '../../src/pgo/elfFile.js';
import { emptyProfile } from '../../src/pgo/emptyProfile.js';
import { matchProfile } from '../../src/pgo/match.js';
import { readProgram } from '../../src/pgo/program.js';
import { capture, exported, openWriter, run, source, workFolder } from './support.js';

const folder = workFolder();
const profile = join(folder, 'shapes.prof');
const program = (build: string): string => join(folder, build, 'target', 'release', 'shapes');

const manifest = `[package]
name = "shapes"
version = "1.0.0"
edition = "2021"

[profile.release]
debug = 1
# What is called is to be beside what calls it.
codegen-units = 1
`;

/** @returns what the compiler says */
function build(name: string, ...flags: readonly string[]): string {
  const at = join(folder, name);
  mkdirSync(join(at, 'src'), { recursive: true });
  writeFileSync(join(at, 'Cargo.toml'), manifest);
  copyFileSync(source('shapes.rs'), join(at, 'src', 'main.rs'));
  return run(['cargo', 'build', '--release', '--offline'], at, {
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: ['-Zdebug-info-for-profiling', ...flags].join(' '),
  }).stderr;
}

const use = (file: string): string[] => [
  `-Zprofile-sample-use=${file}`,
  '-Cllvm-args=-sample-profile-use-profi',
];

describe('a profile for rustc', () => {
  if (spawnSync('cargo', ['--version']).error) {
    test('nothing was run: cargo is not installed', () => {});
    return;
  }
  beforeAll(async () => {
    build('none');
    const writer = openWriter(folder);
    await capture(writer, [program('none'), '1000000']);
    exported(writer, { format: 'llvm', binary: program('none'), out: profile });
  });

  test('finds its functions in a build by other flags in another folder: neither is part of their names', () => {
    build('with', ...use(profile));
    const content = readProfile('llvm', readFileSync(profile), { name: profile, llvmProfdata: null });
    const match = (name: string) => matchProfile(content, readProgram(program(name), 'llvm'), null);
    expect(match('none').rate).toBeGreaterThan(0.999);
    expect(match('with').functions).toBeGreaterThan(0.99);
  });

  test('is consumed: other code than without it and than by an empty one, and remarks that say why', () => {
    writeFileSync(join(folder, 'empty.prof'), emptyProfile('llvm'));
    build('empty', ...use(join(folder, 'empty.prof')));
    const asked = reportFlags('llvm', readBuilt(program('none')).compiler);
    const said = build('told', ...use(profile), ...asked, '-Cllvm-args=-report-profile-staleness');
    for (const other of ['none', 'empty']) {
      expect(differingFunctions(readBuilt(program('told')), readBuilt(program(other)))).toBeGreaterThan(0);
    }
    const report = readReport('llvm', said);
    expect(consumptionError(report)).toBeNull();
    expect(report.inlined).toContainEqual(
      expect.objectContaining({ caller: expect.stringMatching(/6shapes5total$/) }),
    );
    expect(report.promoted).toContainEqual(
      expect.objectContaining({
        callee: expect.stringMatching(/Square.*4area$/),
        place: expect.stringMatching(/src\/main\.rs:25:\d+$/),
      }),
    );
    // Of these LLVM says wrongly that they are dropped: rustc has inlined the calls that they are under.
    expect(said).toMatch(/of samples are discarded due to callsite location mismatch/);
    expect(report.dropped).toBeNull();
    run([program('told'), '10'], folder);
  });

  test('where rustc has nothing to tell, the code decides', () => {
    const built = (name: string, output: string) => ({ file: readBuilt(program(name)), output });
    const asking = { format: 'llvm', rebuild: 'cargo build ${PGO_REPORT}' } as const;
    const found = consumptionOf(asking, built('none', ''), built('empty', ''), built('told', ''));
    expect(found.report).toBeNull();
    expect(isConsumed(found, { path: 'shapes.prof' })).toBe(true);
  });
});
