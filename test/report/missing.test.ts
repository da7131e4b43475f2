/** Every cause of something missing has its sentence in the surfaces, and its row in docs/unknown-frames.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { causes } from '../../src/bundle/causes.js';
import { missingAlone, missingTexts, runtimeCures } from '../../src/report/missing.js';
import { renderTerminal } from '../../src/report/terminal.js';
import type { SideQuality } from '../../src/verdict/result.js';
import { aResult, aWorkload } from './results.js';

const root = join(import.meta.dirname, '..', '..');
const docs = readFileSync(join(root, 'docs', 'unknown-frames.md'), 'utf8');
const sentence = (text: string) => `${text[0]?.toUpperCase()}${text.slice(1)}.`;
const all = Object.entries(causes).flatMap(([kind, ofKind]) =>
  Object.entries(ofKind).map(([cause, { meaning, cure }]) => ({ kind, cause, meaning, cure })),
);

function having(missing: SideQuality['causes'], truncated = 0) {
  const workload = aWorkload('w');
  const clean = { ...workload.quality.base, causes: [], truncated: 0 };
  const quality = { ...workload.quality, base: clean, head: { ...clean, causes: missing, truncated } };
  return { ...workload, quality };
}

test('docs/unknown-frames.md has each cause once, in the words of the collector', () => {
  const rows = [...docs.matchAll(/^\| `([a-z_]+)` \| (?:`[^`]+`|–) \| (.+) \| (.+) \|$/gm)];
  expect(rows.map(([, cause, meaning, cure]) => ({ cause, meaning, cure }))).toEqual(
    all.map(({ cause, meaning, cure }) => ({ cause, meaning: sentence(meaning), cure: sentence(cure) })),
  );
});

test('docs/unknown-frames.md names the frames that the collector writes', () => {
  const markers = readFileSync(join(root, 'native', 'src', 'profile', 'causes.c'), 'utf8').matchAll(
    /= "(\[.+)",/g,
  );
  const names = [...markers].map(([, name]) => name as string);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);
});

test.each(all.filter(({ kind }) => kind !== 'untraced'))(
  '$kind by $cause says its weight, what it is and what mends it',
  (one) => {
    const kind = one.kind as SideQuality['causes'][number]['kind'];
    const what = kind === 'incomplete' ? 'stacks are incomplete' : `samples are ${kind}`;
    const said = `12.0 % of head's ${what}: ${one.meaning}; ${one.cure}`;
    const workload = having([{ kind, cause: one.cause, share: 0.12 }]);
    expect(missingTexts(workload)).toEqual([said]);
    const terminal = renderTerminal({ ...aResult([workload]) }, { color: false, width: 2000 });
    expect(terminal).toContain(said);
    expect(missingAlone(workload.quality.head, 0.01)).toEqual([said.replace("head's ", '')]);
    expect(missingAlone(workload.quality.head, 0.13)).toEqual([]);
  },
);

describe('cures are as specific as what is known', () => {
  const unresolved = (cause: string, where: string[]) =>
    missingTexts(having([{ kind: 'unresolved', cause, share: 0.05, where }]));

  test.each(Object.entries(runtimeCures))('generated code of %s', (runtime, cure) => {
    expect(unresolved('anonymous_memory', [runtime])).toEqual([
      `5.0 % of head's samples are unresolved: ${causes.unresolved.anonymous_memory.meaning} (${runtime}); ${cure}`,
    ]);
    for (const flag of cure.match(/-[-X]\S+|DOTNET\w+=1/g) ?? ['none'])
      expect(docs).toContain(flag.replace(/[,:]$/, ''));
  });

  test('files without symbols are named', () => {
    expect(unresolved('no_symbol', ['libssl.so.3', 'app'])[0]).toContain(
      'at the address (libssl.so.3, app); keep symbols',
    );
  });

  test('both sides share a sentence where they lack the same, and only there', () => {
    const of = (share: number, where: string[]) => [
      { kind: 'unresolved' as const, cause: 'no_symbol', share, where },
    ];
    const both = having(of(0.11, ['app']));
    const base = (where: string[]) => ({
      ...both,
      quality: { ...both.quality, base: { ...both.quality.base, causes: of(0.02, where) } },
    });
    const [shared, ...none] = missingTexts(base(['app']));
    expect(shared).toMatch(
      /^2\.0 % of base's and 11\.0 % of head's samples are unresolved: .* \(app\); keep symbols/,
    );
    expect(none).toEqual([]);
    expect(missingTexts(base(['other']))).toHaveLength(2);
  });

  test('truncated stacks say which setting', () => {
    expect(missingTexts(having([], 0.03))).toEqual([
      "3.0 % of head's stacks are truncated: they are deeper than what is recorded; raise capture.max_depth",
    ]);
  });

  test('what is less than a thousandth is not worth a word', () => {
    expect(missingTexts(having([{ kind: 'lost', cause: 'throttled', share: 0.0009 }]))).toEqual([]);
  });

  test.each(['constructor', '__proto__', 'new_in_a_later_version'])(
    'an unknown cause is named: %s',
    (cause) => {
      expect(missingTexts(having([{ kind: 'lost', cause, share: 0.1 }]))).toEqual([
        `10.0 % of head's samples are lost: ${cause}`,
      ]);
    },
  );
});
