/** The samples, what is planted in each, and what each takes to run. */
import { spawnSync } from 'node:child_process';
import { goObstacle } from '../../go.js';
import { findNamingPython } from '../../python.js';

export interface SampleCase {
  /** Folder below `samples`. */
  readonly sample: string;
  /** Makes one function slower; and that function, or the one that it is inlined into. */
  readonly slower: { readonly patch: string; readonly function: string };
  /** Makes threads wait; and the function that waits. */
  readonly waiting: { readonly patch: string; readonly function: string };
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
    slower: { patch: 'slower.patch', function: 'render' },
    waiting: { patch: 'waiting.patch', function: 'ledger_' },
    obstacle: () => goObstacle(22),
  },
  {
    sample: 'cpp-service',
    slower: { patch: 'slower.patch', function: 'height' },
    waiting: { patch: 'waiting.patch', function: 'Search::way' },
    obstacle: () => missing('clang++-19', 'ld.lld-19', 'make'),
  },
  {
    sample: 'rust-service',
    slower: { patch: 'slower.patch', function: 'plain_path' },
    waiting: { patch: 'waiting.patch', function: 'Archive::fetch' },
    obstacle: () => missing('cargo'),
  },
  {
    sample: 'node-service',
    slower: { patch: 'slow.patch', function: 'tokenize' },
    waiting: { patch: 'waiting.patch', function: 'suggest' },
    obstacle: () => null,
  },
  {
    sample: 'java-service',
    slower: { patch: 'slower.patch', function: 'distance' },
    waiting: { patch: 'waiting.patch', function: 'Warehouse' },
    obstacle: () => missing('java', 'javac'),
  },
  {
    sample: 'python-service',
    slower: { patch: 'slower.patch', function: 'smooth' },
    waiting: { patch: 'waiting.patch', function: 'Usage.count' },
    obstacle: () => (findNamingPython() === null ? 'no Python from 3.12 on is installed' : null),
  },
];
