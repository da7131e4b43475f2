/** The Action's inputs as action.yml describes them; every error names the input. */
import * as z from 'zod';
import { workloadNameSchema } from '../bundle/schema.js';
import { UsageError } from '../errors.js';
import { usualSeconds } from '../publish/github/client.js';

/** An input that was left out is the empty string. */
const optional = z.string().transform((text) => (text === '' ? null : text));

/** On unless it is turned off. */
const yes = z
  .string()
  .transform((text) => text || 'true')
  .pipe(z.enum(['true', 'false'], { error: 'true or false is meant' }))
  .transform((text) => text === 'true');

const modes = ['gate', 'measure', 'report', 'pgo'] as const;

const inputsSchema = z.object({
  mode: z
    .string()
    .transform((text) => text || 'gate')
    .pipe(z.enum(modes, { error: 'gate, measure, report or pgo is meant' })),
  'working-directory': z.string().transform((text) => text || '.'),
  config: optional,
  base: optional,
  head: optional,
  workloads: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((name) => name !== ''))
    .pipe(z.array(workloadNameSchema)),
  backend: z
    .string()
    .transform((text) => (text === '' ? null : text))
    .pipe(z.enum(['auto', 'bpf', 'perf'], { error: 'auto, bpf or perf is meant' }).nullable()),
  out: z.string().transform((text) => text || '.profbound'),
  'artifact-name': z
    .string()
    .transform((text) => text || 'profbound')
    .pipe(z.string().regex(/^[^":<>|*?\r\n\\/]{1,100}$/, 'an artifact name has none of " : < > | * ? \\ /')),
  comment: yes,
  check: yes,
  'publish-timeout': z
    .string()
    .transform((text) => Number(text || usualSeconds))
    .pipe(z.number('a number of seconds is meant').min(0.1).max(600)),
  token: z.string(),
});

export interface Inputs {
  /**
   * `gate`: measure, judge and publish. `measure`: all but what takes a token. `report`: judge and publish what another
   * run measured. `pgo`: make profiles for compilers.
   */
  readonly mode: (typeof modes)[number];
  /** Relative to the workspace. */
  readonly workingDirectory: string;
  readonly config: string | null;
  readonly base: string | null;
  readonly head: string | null;
  readonly workloads: readonly string[];
  readonly backend: 'auto' | 'bpf' | 'perf' | null;
  readonly out: string;
  readonly artifactName: string;
  readonly comment: boolean;
  readonly check: boolean;
  /** Seconds that one answer of GitHub may take. */
  readonly publishTimeout: number;
  readonly token: string;
}

/**
 * Reads and checks all inputs.
 * @param getInput `getInput` of @actions/core: an input's text, empty when it was left out
 * @throws UsageError naming every input that is wrong
 */
export function readInputs(getInput: (name: string) => string): Inputs {
  const written = Object.fromEntries(Object.keys(inputsSchema.shape).map((name) => [name, getInput(name)]));
  const parsed = inputsSchema.safeParse(written);
  if (!parsed.success) {
    throw new UsageError(
      parsed.error.issues
        .map((issue) => {
          const name = String(issue.path[0]);
          return `input ${name}: ${JSON.stringify(written[name])}: ${issue.message}`;
        })
        .join('\n'),
    );
  }
  const {
    'working-directory': workingDirectory,
    'artifact-name': artifactName,
    'publish-timeout': publishTimeout,
    ...rest
  } = parsed.data;
  const named = { workingDirectory, artifactName, publishTimeout };
  if (rest.mode === 'pgo' && rest.base !== null) {
    throw new UsageError(
      `input base: ${JSON.stringify(rest.base)}: mode pgo compares builds of one commit, which input head names`,
    );
  }
  if (rest.mode === 'measure' || rest.mode === 'pgo')
    return { ...rest, ...named, comment: false, check: false };
  if (rest.mode === 'report' && rest.token === '') {
    throw new UsageError(
      "input token is empty: mode report reads the measuring run with it; leave it out to use the job's own",
    );
  }
  if ((rest.comment || rest.check) && rest.token === '') {
    throw new UsageError(
      "input token is empty: leave it out to use the job's own, or set comment: false and check: false",
    );
  }
  return { ...rest, ...named };
}
