import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { DifferentialNode } from '../../src/profile/tree.js';
import { renderHtml } from '../../src/report/html/page.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { hostileResult, hostileTree } from './hostile.js';
import { aFunction, aNode, aResult, aTree, aWorkload, failing, someEvidence, undecided } from './results.js';

const mixed = aResult([failing(), undecided(), aWorkload('health')]);
const evidence = someEvidence('search', aTree());

/** A tree of some thousand cells with long C++ names. */
function wideTree(): DifferentialNode {
  const branch = (depth: number, path: string): DifferentialNode => {
    const name = `std::__detail::_Hashtable<${path}, std::allocator<std::pair<const ${path}, unsigned long>>>::_M_find_before_node(unsigned long, const ${path}&) const`;
    const children =
      depth === 0 ? [] : Array.from({ length: 6 }, (_, index) => branch(depth - 1, `${path}_${index}`));
    return aNode(name, [1000, 1010], children);
  };
  return branch(5, 'Key');
}

describe('the page', () => {
  const page = renderHtml({ result: mixed, evidence });

  test('the same result gives the same bytes', () => {
    expect(renderHtml({ result: mixed, evidence })).toBe(page);
  });

  test('its policy allows nothing but its own style and script', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(page)?.[1]
      ?.replaceAll('&#39;', "'");
    for (const element of ['style', 'script']) {
      const content = page.split(`<${element}>`)[1]?.split(`</${element}>`)[0] ?? '';
      const hash = createHash('sha256').update(content).digest('base64');
      expect(policy).toContain(`${element}-src 'sha256-${hash}'`);
    }
    expect(policy).toMatch(/^default-src 'none';/);
    expect(page).not.toMatch(/\sstyle="|\son\w+="|https?:\/\//);
  });

  test('says verdict, figures, functions, quality and machine', () => {
    for (const text of [
      '<span class="word">Fail</span>',
      'grew by at least 4.0\u00a0%, more than the 2\u00a0% tolerated',
      '<code class="name">tokenize</code><code class="place">src/lexer/tokenize.js:41</code>',
      '<strong>+34.1\u00a0%</strong><span class="bounds">+26.2\u00a0% … +42.5\u00a0%</span>',
      'Kernel stacks are hidden from ordinary users.',
      'AMD EPYC 7543',
      'b'.repeat(40),
    ]) {
      expect(page).toContain(text);
    }
  });

  test('says in which tiers of a JIT compiler a function ran, but for traces', () => {
    const tiers = [
      { tier: 'TurboFan', base: 0.98, head: 0.61 },
      { tier: 'Sparkplug', base: 0.02, head: 0.385 },
      { tier: 'Ignition', base: 0, head: 0.005 },
    ];
    const functions = [aFunction('render', { tiers }), aFunction('sort')];
    const html = renderHtml({ result: aResult([aWorkload('health', { functions })]), evidence: new Map() });
    const lines = html.match(/<span class="tiers">[^<]*/g);
    expect(lines).toEqual([
      '<span class="tiers">TurboFan 98.0\u00a0% → 61.0\u00a0%, Sparkplug 2.0\u00a0% → 38.5\u00a0%',
    ]);
  });

  test('a total is shown as failed only where it is, not for a function or waits beside it', () => {
    const { reasons, ...rest } = failing();
    const of = (upper: number) => {
      const others = reasons.filter(({ code }) => code !== 'total_slower');
      const workload = { ...rest, reasons: others, total: { ...rest.total, lower: -0.05, upper } };
      return renderHtml({ result: aResult([workload]), evidence });
    };
    expect(page).toContain('<g class="row fail">');
    expect(of(0.4)).toContain('<g class="row inconclusive">');
    expect(of(0.4)).not.toContain('<g class="row fail">');
    expect(of(0.01)).toContain('<g class="row pass">');
  });

  test('a function beyond the margin of which nothing is claimed says so', () => {
    const one = (upper: number) =>
      aFunction('hidden', { ratio: { estimate: 0.3, lower: 0.1, upper }, class: 'unproven' });
    const said = (upper: number) =>
      renderHtml({ result: aResult([aWorkload('a', { functions: [one(upper)] })]), evidence: new Map() });
    expect(said(0.9)).toContain('yet nothing is claimed of it');
    expect(said(0.97)).not.toContain('yet nothing is claimed of it');
  });

  test('every opened element is closed in order', () => {
    const open: string[] = [];
    const withoutText = page.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '');
    for (const [, slash, name = '', rest = ''] of withoutText.matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
      if (['meta', 'br', 'input'].includes(name) || rest.endsWith('/')) continue;
      if (slash === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  test('identifiers are unique and every reference has its target', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/ (?:href="#|aria-labelledby=")([^"]*)"/g)) expect(ids).toContain(id);
  });
});

describe('odd results', () => {
  test('nothing measured', () => {
    const page = renderHtml({
      result: aResult([], { verdict: 'inconclusive', environment: null, startedAt: null }),
      evidence: new Map(),
    });
    expect(page).toContain('nothing was measured');
    expect(page).toContain('The machine is not known');
  });

  test('no functions, no bounds, nothing provable', () => {
    const total = { estimate: 0.01, lower: null, upper: null, margin: 0.02, mde: null };
    const page = renderHtml({
      result: aResult([undecided(), aWorkload('api', { functions: [], total, pairChanges: [] })]),
      evidence,
    });
    expect(page).toContain('No function was above the minimum share');
    expect(page).toContain('no bounds yet');
    expect(page.replace(/<script[\s\S]*?<\/script>/g, '')).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('single captures say what their bounds are worth and have no pairs to show', () => {
    const page = renderHtml({ result: aResult([undecided()], { design: 'unpaired' }), evidence });
    expect(page).toContain('within these two runs only');
    expect(page).toContain('cover only the chance of sampling within it');
    expect(page).not.toContain('Pair by pair');
  });

  test('work that was not counted has no total', () => {
    const workload = {
      ...undecided(),
      cpuPerUnit: { base: 0, head: 0 },
      units: { base: 0, head: 0 },
      pairs: 0,
    };
    const result = aResult([workload], { design: 'unpaired' });
    const page = renderHtml({ result, evidence });
    expect(page).toContain('<strong>unknown</strong>');
    expect(page).not.toContain('class="plot forest"');
    expect(renderTerminal(result, { color: false, width: 80 })).toContain(
      'CPU time per unit of work: unknown',
    );
    expect(renderMarkdown(result, { maxCharacters: 65_536 })).toContain('| unknown |  |  |');
  });

  test('hostile names stay text', () => {
    const page = renderHtml({ result: hostileResult(), evidence: someEvidence('api', hostileTree()) });
    const tags = new Set(
      [...page.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '').matchAll(/<\/?([a-z!][a-z0-9-]*)/gi)].map(
        ([, name]) => name,
      ),
    );
    for (const name of ['img', 'h4', 'b', 'script']) expect(tags).not.toContain(name);
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page.replaceAll('\n', '').replaceAll('\u00a0', ' ')).not.toMatch(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u,
    );
  });

  test('a page stays below 2 MB, and large results are cut by rows', () => {
    const functions = Array.from({ length: 3000 }, (_, index) =>
      aFunction(`function_${index}_${'long'.repeat(100)}`, {
        class: index % 3 === 0 ? 'slower' : 'unproven',
      }),
    );
    const root = wideTree();
    const sized = (workloads: number): number => {
      const names = Array.from({ length: workloads }, (_, index) => `workload-${index}`);
      const model = {
        result: aResult(names.map((name) => ({ ...failing(name), functions }))),
        evidence: new Map(names.flatMap((name) => [...someEvidence(name, { root, leftOut: 0 })])),
      };
      const page = renderHtml(model);
      expect(page).toContain('further functions');
      return Buffer.byteLength(page);
    };
    expect(sized(1)).toBeLessThan(2_000_000);
    expect(sized(5)).toBeLessThan(2_000_000);
  });
});
