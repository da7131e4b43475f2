import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { renderPgoMarkdown } from '../../src/report/pgo/markdown.js';
import { renderPgoHtml } from '../../src/report/pgo/page.js';
import { renderPgoTerminal } from '../../src/report/pgo/terminal.js';
import { hostileNames } from './hostile.js';
import { aComparison, aPgoResult, aProfile } from './pgoResults.js';

const kept = aProfile({
  last: {
    bytes: 48_000,
    sha256: '01d0'.repeat(16),
    match: { share: 0.8, findings: ['it is stale'] },
    isUsable: true,
    damage: null,
  },
  comparisons: [aComparison('none', [0.053, 0.031, 0.07]), aComparison('last', [0.001, -0.01, 0.012])],
  stability: { similarity: 0.91 },
  match: { share: 1, findings: [] },
});
const published = aPgoResult([aProfile()]);
const sentence =
  'default.pgo is published: it saves 5.0 % (3.0 % … 6.5 %) of the CPU time per request of api.';

describe('the page', () => {
  const page = renderPgoHtml(published);

  test('says decision, gain, samples, builds and digest, and gives the same bytes again', () => {
    for (const text of [
      '<span class="word">Published</span>',
      sentence.replaceAll(' %', '\u00a0%').replaceAll(' %', ' %'),
      'beside the build without a profile',
      '42k samples in the binary',
      '8.7 MB (+3.6',
      '5eed5eed',
    ]) {
      expect(page.replaceAll('\u00a0', ' ')).toContain(text.replaceAll('\u00a0', ' '));
    }
    expect(renderPgoHtml(published)).toBe(page);
  });

  test('needs nothing else: no script, no request, and its policy allows its own style alone', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
    const style = page.split('<style>')[1]?.split('</style>')[0] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy?.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/<script|\sstyle="|\son\w+="|https?:\/\//);
  });

  test('of a profile that is kept out shows both comparisons', () => {
    const text = renderPgoHtml(aPgoResult([kept])).replaceAll('\u00a0', ' ');
    expect(text).toContain('<span class="word">Kept</span>');
    expect(text).toContain('The old default.pgo is kept for api: compared with default.pgo as it is');
    expect(text.match(/Pair by pair/g)).toHaveLength(2);
    expect(text).toContain('80.0 % of its weight finds its place in the program; it is stale');
  });

  test('escapes what comes from elsewhere', () => {
    for (const name of hostileNames) {
      const builds = aProfile().builds.map((build) => ({ ...build, compiler: name }));
      const reasons = [{ code: 'no_gain', message: name }];
      const hostile = aPgoResult([{ ...aProfile({ builds }), decision: 'kept', reasons, path: name }], {
        notes: [name],
      });
      const text = renderPgoHtml(hostile);
      expect(text).not.toMatch(/<script|<img|<svg onload|<h1>owned/);
      expect(renderPgoMarkdown(hostile)).not.toMatch(/<script|<img|(?<!`)@everyone/);
      const lines = renderPgoTerminal(hostile, { color: false, width: 80 }).split('\n');
      for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
    }
  });
});

test('of a build that failed before anything was captured has no figures, and says why', () => {
  const failure = { step: 'build' as const, message: 'the build of the program without a profile failed' };
  const nothing = { next: null, samples: null, consumption: null, builds: [], comparisons: [] };
  const result = aPgoResult([aProfile({ ...nothing, failure })]);
  const says = `No default.pgo is published for api: ${failure.message}.`;
  expect(renderPgoTerminal(result, { color: false, width: 200 })).toBe(`${says}\n`);
  for (const text of [renderPgoHtml(result), renderPgoMarkdown(result)]) expect(text).toContain(says);
});

test('is not better than a last one that it was not compared with', () => {
  const last = { bytes: 1, sha256: '01d0'.repeat(16), match: null, isUsable: false, damage: 'it is empty' };
  const text = renderPgoTerminal(aPgoResult([aProfile({ last })]), { color: false, width: 200 });
  expect(text.split('\n')[0]).toBe(sentence);
  expect(text).toContain('no compiler can go by it: it is empty');
});

describe('text', () => {
  test('for a terminal says the decision first, then what it rests on', () => {
    const text = renderPgoTerminal(published, { color: false, width: 200 });
    expect(text.split('\n')[0]).toBe(sentence);
    expect(text).toContain(
      '  Saves         5.0 % (3.0 % … 6.5 %) beside the build without a profile; 24 pairs in 4 min',
    );
    expect(text).toContain(
      '  Built         by the new profile: in 40 s (+233 %), file 8.7 MB (+3.6 %), code 2.6 MB',
    );
    expect(renderPgoTerminal(published, { color: true, width: 200 })).toContain(`\x1b[32m${sentence}\x1b[0m`);
  });

  test('for the job summary links the report, and tells the old profile from none', () => {
    const text = renderPgoMarkdown(published, 'https://example.org/a(b)');
    expect(text).toMatch(/^\*\*Published\*\*: default\.pgo is published/);
    expect(text).toContain('[Open the full report](https://example.org/a%28b%29)');
    expect(renderPgoMarkdown(aPgoResult([kept]))).toMatch(
      /^\*\*Kept\*\*: The old default\.pgo is kept for api/,
    );
    const none = aProfile({ comparisons: [aComparison('none', [0.02, -0.01, 0.05])] });
    expect(renderPgoMarkdown(aPgoResult([none]))).toMatch(
      /^\*\*Kept\*\*: No default\.pgo is published for api/,
    );
  });
});
