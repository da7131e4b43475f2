/** The sample that reports traffic, by rustc as its own .profbound.yml builds it, under a load of HTTP. */
import { copyFileSync, cpSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readConfig } from '../../../src/config/file.js';
import { differingFunctions, readBuilt } from '../../../src/pgo/elfFile.js';
import { emptyProfile } from '../../../src/pgo/emptyProfile.js';
import type { Case, Fact, Prepare } from './cases.js';
import { named } from './native.js';
import { captureService, costOfService } from './service.js';
import { exportTo, tool } from './tools.js';

const sample = join('samples', 'rust-service');
const path = '/reports/7';

export const rust: Prepare = async ({ folder }): Promise<Case> => {
  const at = (name: string): string => join(folder, name);
  const pgo = readConfig(join(sample, '.profbound.yml')).config.workloads.reports?.pgo;
  if (pgo?.rebuild === undefined) throw new Error(`${sample} is not built by a profile`);
  const { rebuild, binary } = pgo;
  /** In a folder of its own, as every build of a run is. */
  const build = (name: string, profile: string): void => {
    const source = at(`${name}-source`);
    cpSync(sample, source, { recursive: true, filter: (file) => basename(file) !== 'target' });
    tool(['sh', '-c', rebuild], source, { PGO_PROFILE: profile });
    copyFileSync(join(source, binary), at(name));
  };
  build('none', '');
  const captured = await captureService(at('none'), path, at('capture'));
  await exportTo(at('ours.prof'), captured, at('none'), 'llvm');
  build('ours', at('ours.prof'));
  writeFileSync(at('empty.prof'), emptyProfile('llvm'));
  build('empty', at('empty.prof'));
  return {
    name: 'rustc: rust-service',
    builds: (['none', 'ours'] as const).map((variant) => ({
      name: named[variant],
      program: () => at(variant),
      cost: (program: string) => costOfService(program, path),
    })),
    compared: [{ build: named.ours, other: named.none, wanted: 'no loss' }],
    facts: [
      differs(at('ours'), at('none'), named.none),
      differs(at('ours'), at('empty'), 'an empty profile'),
    ],
  };
};

/** rustc says what it did by a profile only where its flags ask for it: here it is seen in the code. */
function differs(program: string, other: string, name: string): Fact {
  const [file, before] = [readBuilt(program), readBuilt(other)];
  const differing = differingFunctions(file, before);
  return {
    what: `functions whose code is another than by ${name}`,
    found: `${differing} of ${file.functions.size}`,
    isMet: differing > 0,
  };
}
