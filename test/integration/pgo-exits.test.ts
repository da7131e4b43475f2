/** Exit codes of `profbound pgo` where nothing is published, with a real compiler. */
import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { expectCode, Project, runCli } from './project.js';
import { roundsByProfile } from './rounds.js';

/** Leaves the profile where it is. */
const rebuild = 'clang-19 -O1 -g -fdebug-info-for-profiling -Wl,--build-id -o rounds rounds.c';
const tooFew = { rebuild, floor: 10_000_000, captures: 2, seconds: 0.2 };

test.each([
  ['keep', 0, { rebuild }, /all \d+ functions are as large with the profile as without/],
  ['fail', 1, { rebuild }, /all \d+ functions are as large with the profile as without/],
  // There is nothing to judge, whatever the policy.
  ['keep', 4, tooFew, /and 10M samples are needed: capture /],
  ['fail', 4, tooFew, /and 10M samples are needed: capture /],
] as const)(
  'on_no_gain: %s exits %i for what it says',
  async (on_no_gain, code, pgo, message) => {
    const project = new Project().write(roundsByProfile({ ...pgo, on_no_gain }));
    try {
      const run = await runCli(['pgo', '--head', 'dir:.', '--out', 'out'], { cwd: project.folder });
      expectCode(run, code);
      const said = run.stdout.replace(/\s+/g, ' ');
      expect(said).toMatch(/^No profiles\/rounds\.prof is published for rounds: /);
      expect(said).toMatch(message);
      expect(readdirSync(project.path('out', 'published'))).toEqual(['.made-by-profbound']);
      expect(project.remains()).toEqual([]);
    } finally {
      project.remove();
    }
  },
  60_000,
);
