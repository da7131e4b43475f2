/** A program that gains so much by its profile that a busy machine cannot hide it: without one it is not optimised. */
import { readFileSync } from 'node:fs';

/** Builds it. @param out the program */
export function buildRounds(out: string): string {
  const use = '$(test -z "$PGO_PROFILE" && echo -O0 || echo -O2 -fprofile-sample-use=$PGO_PROFILE)';
  return `clang-19 ${use} -g -fdebug-info-for-profiling -Wl,--build-id -o ${out} rounds.c`;
}

/** Files of a repository whose nightly run publishes `profiles/rounds.prof`. @param pgo more keys of its `pgo:` */
export function roundsByProfile(pgo: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const written = {
    format: 'llvm',
    binary: 'rounds',
    profile: 'profiles/rounds.prof',
    rebuild: buildRounds('rounds'),
    captures: 2,
    seconds: 1,
    floor: 500,
    on_no_gain: 'fail',
    ...pgo,
  };
  return {
    'rounds.c': readFileSync('test/integration/programs/rounds.c', 'utf8'),
    '.profbound.yml': JSON.stringify({
      version: 1,
      workloads: { rounds: { batch: './rounds', warmup: '0s', pgo: written } },
      capture: { seconds: 0.3 },
      gate: { max_pairs: 12, budget: '60s' },
    }),
  };
}
