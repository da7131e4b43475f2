/** Folders made and removed here, below a folder the user named, without ever touching what is the user's. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors.js';

const marker = '.made-by-profbound';

/**
 * Makes an empty folder, in place of what an earlier run left there.
 * @throws UsageError when there is something else
 */
export function makeOwnFolder(folder: string): void {
  if (existsSync(folder) && !isOwnFolder(folder) && readdirSync(folder).length > 0) {
    throw new UsageError(
      `${folder} is in the way and was not made by profbound; name another folder with --out`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, marker), 'This folder is temporary. The next run replaces it.\n');
}

/** Removes such a folder; any other is left alone. */
export function removeOwnFolder(folder: string): void {
  if (isOwnFolder(folder)) rmSync(folder, { recursive: true, force: true });
}

/** Whether it was made here. */
export function isOwnFolder(folder: string): boolean {
  return existsSync(join(folder, marker));
}
