/** The environment a measured program sees. */

/** Secrets a runner hands to its own steps only, and variables that would point git at another repository. */
const withheld = /^(ACTIONS_|INPUT_|GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX)$)/;

/**
 * This process's environment without what is none of the program's business, with `added` on top.
 * Called for both sides with the same names, so that the environments differ in nothing.
 */
export function programEnvironment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !withheld.test(name)) environment[name] = value;
  }
  return { ...environment, ...added };
}
