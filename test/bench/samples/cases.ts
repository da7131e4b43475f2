/** The samples, what is planted in each, and what each takes to run. */
import { spawnSync } from 'node:child_process';
import { goObstacle } from '../../go.js';
import { findNamingPython } from '../../python.js';

export interface SampleCase {
  /** Folder below `samples`. */
  readonly sample: string;
  /** Makes one function slower; and that function, or the one that it is inlined into. */
  readonly slower: { readonly patch: string; readonly function: RegExp };
  /** Makes threads wait; and the function that waits. */
  readonly waiting: { readonly patch: string; readonly function: RegExp };
  /** Why it cannot be run here; null when it can. */
  readonly obstacle: () => string | null;
}

function missing(...commands: readonly string[]): string | null {
  const absent = commands.filter((command) => spawnSync(command, ['--version']).error !== undefined);
  return absent.length === 0
    ? null
    : `${absent.join(' and ')} ${absent.length > 1 ? 'are' : 'is'} not installed`;
}

export const sampleCases: readonly SampleCase[] = [
  {
    sample: 'go-service',
    slower: { patch: 'slower.patch', function: /^main\.render$/ },
    waiting: { patch: 'waiting.patch', function: /^ledger_(record|send)$/ },
    obstacle: () => goObstacle(22),
  },
  {
    sample: 'cpp-service',
    slower: { patch: 'slower.patch', function: /^height\(/ },
    waiting: { patch: 'waiting.patch', function: /^Search::way\(/ },
    obstacle: () => missing('clang++-19', 'ld.lld-19', 'make'),
  },
  {
    sample: 'rust-service',
    slower: { patch: 'slower.patch', function: /(^|::)plain_path$/ },
    waiting: { patch: 'waiting.patch', function: /(^|::)Archive::fetch$/ },
    obstacle: () => missing('cargo'),
  },
  {
    sample: 'node-service',
    slower: { patch: 'slower.patch', function: /^tokenize\b/ },
    waiting: { patch: 'waiting.patch', function: /^suggest\b/ },
    obstacle: () => null,
  },
  {
    sample: 'java-service',
    slower: { patch: 'slower.patch', function: /^shop\.Spelling\.distance$/ },
    waiting: { patch: 'waiting.patch', function: /^shop\.Warehouse\b/ },
    obstacle: () => missing('java', 'javac'),
  },
  {
    sample: 'python-service',
    slower: { patch: 'slower.patch', function: /\bsmooth\b/ },
    waiting: { patch: 'waiting.patch', function: /\bUsage\.count\b/ },
    obstacle: () => (findNamingPython() === null ? 'no Python from 3.12 on is installed' : null),
  },
];
