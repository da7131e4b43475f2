/** Names a hostile program could give its functions, and results full of them. */
import type { Result } from '../../src/verdict/result.js';
import { aFunction, aNode, aResult, failing, figure } from './results.js';

export const hostileNames: readonly string[] = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "' onfocus='alert(1)' autofocus='",
  '</title></style><h1>owned</h1>',
  '| cell | `code` | <b>bold</b> \\|',
  '``` @everyone #1 [x](javascript:alert(1))',
  'line\nbreak\r\n## heading',
  '\x1b[2J\x1b[31mred\x07\x9b1m',
  'invoice\u202eexe.txt\u2066\u200b\u{e0041}',
  '<!-- --><details><summary>x</summary>',
  '&lt;img&gt; &#60; $HOME ~~no~~ *a* _b_',
  'lone \ud800 surrogate',
  '',
  'no character \ufffe\uffff',
  ']]></script><!--<script>',
  'x'.repeat(10_000),
];

/** A result whose functions, reasons, notes, refs and environment all carry the names. */
export function hostileResult(): Result {
  const workload = failing('api');
  const functions = hostileNames.map((name, index) =>
    aFunction(name, {
      key: `${index}`,
      file: name,
      ratio: figure(1.3, 1.2, 1.4),
      class: index % 2 === 0 ? 'slower' : 'new',
      culprit: { kind: 'changed', message: name, function: name, file: name, line: 1, hunk: null },
      waiver: {
        at: name.slice(0, 2000),
        max: 0.3,
        reason: name.slice(0, 1000),
        expires: '2030-01-01',
        status: 'expired',
      },
    }),
  );
  const reasons = hostileNames.map((message) => ({ code: 'function_slower', message }));
  const limits = [...hostileNames];
  const short = hostileNames.filter((name) => name.length < 2000);
  const side = (added: string[]) => ({ name: 'node' as const, added });
  const runtimes = { base: side(short.slice(0, 8)), head: side(short.slice(8)) };
  const capture = { ...workload.capture, limits };
  const result = aResult([{ ...workload, functions, reasons, runtimes, capture }], {
    notes: [...hostileNames],
  });
  const name = short.join(' ').slice(0, 2000);
  const environment = result.environment && { ...result.environment, cpuModel: name, governor: name };
  return {
    ...result,
    reasons,
    environment,
    refs: {
      base: { ...result.refs.base, name, root: name },
      head: { ...result.refs.head, name, root: name },
    },
  };
}

export function hostileTree() {
  const leaves = hostileNames.map((name, index) => ({
    ...aNode(name, [100, 120]),
    key: `${index}`,
    file: name,
    mapping: name,
  }));
  return { root: aNode('all', [0, 0], leaves), leftOut: 0 };
}
