import type { Side } from '../bundle/schema.js';
import type { Progress } from './progress.js';

export async function buildSide(
  _side: Side,
  _command: string,
  _root: string,
  _environment: Readonly<Record<string, string>>,
  _progress: Progress,
  _signal: AbortSignal,
): Promise<void> {
  throw new Error('under construction');
}
