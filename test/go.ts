/** Which Go is here: Debian's is too old for some tests, and a newer one cannot be installed from Debian. */
import { spawnSync } from 'node:child_process';

/**
 * Why a test that takes this release of Go or a later one cannot run here; null when it can.
 * @param least 1.MINOR
 */
export function goObstacle(least: number): string | null {
  const { error, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (error) return 'Go is not installed';
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(stdout.trim()) ?? []).map(Number);
  return major > 1 || minor >= least ? null : `Go ${stdout.trim()} is older than 1.${least}`;
}
