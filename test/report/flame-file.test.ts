import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { flameFile, flameFileName, renderFlameSvg } from '../../src/report/flame/file.js';
import { hostileResult, hostileTree } from './hostile.js';
import { aNode, aResult, aTree, failing } from './results.js';

const result = aResult([failing()]);
const svg = renderFlameSvg(result, failing(), aTree()) as string;

/** Element names and texts, as a parser of XML that knows nothing of browsers reads them. */
function parsed(file: string): { names: string[]; texts: string[] } {
  const program = `
import sys, json, xml.dom.minidom
document = xml.dom.minidom.parseString(sys.stdin.buffer.read())
elements = document.getElementsByTagName('*')
texts = [''.join(n.data for n in e.childNodes if n.nodeType == n.TEXT_NODE) for e in elements if e.tagName != 'style']
print(json.dumps({'names': [e.tagName for e in elements], 'texts': texts}))`;
  const output = execFileSync('python3', ['-c', program], { input: file, encoding: 'utf8', maxBuffer: 1e8 });
  return JSON.parse(output);
}

describe('the flame graph as a file', () => {
  test('is a document of its own that says what it shows', () => {
    const { names, texts } = parsed(svg);
    expect(names[0]).toBe('svg');
    expect(texts).toContain(
      '✗ Fail: search, CPU time per request +5.1\u00a0% (+4.0\u00a0% … +6.2\u00a0%), margin 2\u00a0%',
    );
    expect(texts).toContain('▲ tokenize');
    expect(texts.join('\n')).toContain(
      'proven slower, own time +34.1\u00a0% (+26.2\u00a0% … +42.5\u00a0%) over all callers',
    );
    expect(svg).toContain('Left out: ');
  });

  test('needs nothing from elsewhere and runs nothing', () => {
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|<script|\son\w+=|@import|url\(/,
    );
  });

  test('is the same for the same result, and asks for dark colours where they are wanted', () => {
    expect(renderFlameSvg(result, failing(), aTree())).toBe(svg);
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
  });

  test('hostile names stay text', () => {
    const hostile = renderFlameSvg(hostileResult(), hostileResult().workloads[0] as never, hostileTree());
    const { names } = parsed(hostile as string);
    expect([...new Set(names)].sort()).toEqual(['rect', 'style', 'svg', 'text', 'title']);
    expect(hostile?.replaceAll('\n', '').replaceAll('\u00a0', ' ')).not.toMatch(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/u,
    );
  });

  test('nothing to draw, no file', () => {
    const empty = { root: aNode('all', [0, 0]), leftOut: 0 };
    expect(renderFlameSvg(result, failing(), empty)).toBeNull();
  });

  test('is called after its workload', () => {
    expect(flameFileName('api')).toBe('flamegraph-api.svg');
    expect(flameFile.test(flameFileName('a_b-1'))).toBe(true);
    expect(flameFile.test('flamegraph-../x.svg')).toBe(false);
  });
});
