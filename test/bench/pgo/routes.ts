/** The sample that plans tours, by clang under a load of HTTP. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Case, Prepare } from './cases.js';
import { named } from './native.js';
import { costOfService, Service } from './service.js';
import { capture, exportTo, tool } from './tools.js';

const path = '/tours/7';

export const routes: Prepare = async ({ folder }): Promise<Case> => {
  const at = (name: string): string => join(folder, name);
  cpSync(join('samples', 'cpp-service'), at('source'), { recursive: true });
  const build = (out: string, profile: string): void => {
    tool(['make', '-s', 'clean'], at('source'));
    tool(['make', '-s', `PROFILE=${profile}`], at('source'));
    tool(['cp', at('source/routes'), at(out)], folder);
  };
  build('none', '');
  const service = await Service.start(at('none'), path);
  const load = service.load(5);
  const captured = await capture(['--pid', String(service.pid), '--seconds', '4'], at('capture'));
  await load;
  service.stop();
  await exportTo(at('ours.prof'), captured, at('none'), 'llvm');
  build('ours', at('ours.prof'));
  return {
    name: 'clang: cpp-service',
    builds: (['none', 'ours'] as const).map((variant) => ({
      name: named[variant],
      cost: () => costOfService(at(variant), path),
    })),
    compared: [{ build: named.ours, other: named.none, wanted: 'no loss' }],
    facts: [],
  };
};
