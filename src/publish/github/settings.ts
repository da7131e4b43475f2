/** What publishing is told, and how it goes on when something fails. */
import type { Patience } from './client.js';

export interface PublishSettings {
  readonly token: string;
  /** Whether pull requests get a comment, and a check run. */
  readonly comment: boolean;
  readonly check: boolean;
  readonly artifactName: string;
  /** Which configuration and workloads were measured: whose comment and check it is. */
  readonly config: string;
  readonly workloads: readonly string[];
  readonly patience: Patience;
}

/** Where what failed is said. */
export interface Warner {
  warn(text: string): void;
}

/** Does one thing; when it fails, says so and goes on. */
export async function attempt<T>(
  log: Warner,
  what: string,
  work: () => T | Promise<T>,
  explain: (error: unknown) => string = (error) => (error as Error).message,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    log.warn(`could not ${what}: ${explain(error)}`);
    return null;
  }
}
