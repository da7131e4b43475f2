/**
 * Installs what the tests need, idempotently: npm packages by the lock file, Debian packages by the two lists below,
 * then builds the native collector and dist/. A second run with nothing to do takes a few seconds.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a command with its output shown; a failure ends the set-up with the command's name. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(
      `set-up: ${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ` with exit code ${status}`}`,
    );
    process.exit(1);
  }
}

function installNodePackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.installed-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // Not `npm ci`: it refuses when a registry mirror lacks another platform's optional binary. The lock file decides here too.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund']);
  writeFileSync(stamp, lock);
}

/** Lines of a list file, `#` starts a comment: a Debian package, and perhaps the command it is needed for. */
function readList(file) {
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/));
}

function isInstalled([debianPackage, command]) {
  if (command !== undefined && !spawnSync(command, ['version']).error) return true;
  const query = ['-W', '-f', '${db:Status-Status}', debianPackage];
  return spawnSync('dpkg-query', query, { encoding: 'utf8' }).stdout === 'installed';
}

function installDebianPackages() {
  const missing = [...readList('native/packages.txt'), ...readList('test/packages.txt')]
    .filter((entry) => !isInstalled(entry))
    .map(([debianPackage]) => debianPackage);
  if (missing.length === 0) return;
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    console.error(`set-up: this is not a Debian system; install what stands for ${missing.join(' ')}`);
    process.exit(1);
  }
  const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...rest] = [
      ...asRoot,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-qq',
      '-y',
      ...args,
    ];
    run(command, rest);
  };
  apt('update');
  apt('install', '--no-install-recommends', ...missing);
}

installDebianPackages();
installNodePackages();
run('make', ['-s', `-j${availableParallelism()}`, '-C', 'native', 'all', 'test']);
run(process.execPath, [join('.ci', 'build.mjs')]);
