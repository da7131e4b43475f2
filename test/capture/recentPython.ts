import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Pythons that are installed, by their paths; some may not run. */
export function installedPythons(): string[] {
  const versions = join(homedir(), '.pyenv', 'versions');
  const installed = existsSync(versions) ? readdirSync(versions) : [];
  return ['/usr/bin/python3', ...installed.map((name) => join(versions, name, 'bin', 'python3'))];
}

/** One whose functions can be named; null where none is installed. */
export function recentPython(): string | null {
  const question =
    "import sys, sysconfig; sys.exit(not (sys.version_info >= (3, 12) and sysconfig.get_config_var('PY_HAVE_PERF_TRAMPOLINE')))";
  return installedPythons().find((path) => spawnSync(path, ['-c', question]).status === 0) ?? null;
}
