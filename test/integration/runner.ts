/** A runner for dist/action.js: a repository with pull requests, what actions/checkout leaves of it, and an environment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type GitHubServer, runtimeToken } from '../publish/github-server/server.js';
import { readOutputs } from '../publish/world.js';
import { Project, type Run, runCli } from './project.js';

const action = join(process.cwd(), 'dist', 'action.js');

export interface ActionRun extends Run {
  readonly workspace: Project;
  readonly outputs: Record<string, string>;
  readonly summary: string;
  /** What it warned of besides the verdict. */
  readonly warnings: readonly string[];
}

export interface ActionRequest {
  readonly server: GitHubServer;
  readonly event: string;
  /** The commit the event is about. */
  readonly sha: string;
  /** The event's payload besides the repository. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly job?: string;
  readonly attempt?: number;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface CheckedOut extends ActionRequest {
  /** As actions/checkout has it; 0 is all of the history. */
  readonly depth?: number;
}

/** The payload of pull request 7. @param head its last commit */
export const pullRequestPayload = (head: string) => ({
  pull_request: { number: 7, head: { sha: head, repo: { full_name: 'acme/shop' } } },
});

/** The repository, as it is on GitHub. */
export class Upstream {
  readonly project = new Project();
  readonly #folders: Project[] = [this.project];

  constructor(files: Readonly<Record<string, string>>) {
    this.project.write(files).git('init', '-q');
    this.project.commit('base');
    // GitHub lets a job fetch any commit by its id.
    this.project.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  }

  /** Commits files on a topic branch and merges it as GitHub does for pull_request. */
  pullRequest(
    name: string,
    files: Readonly<Record<string, string>>,
  ): { readonly head: string; readonly merge: string } {
    const { project } = this;
    project.git('checkout', '-q', '-b', name, 'main');
    const head = project.write(files).commit(name);
    // Something else lands on main meanwhile: not the pull request's doing.
    project.git('checkout', '-q', 'main');
    project.write({ [`${name}.txt`]: 'elsewhere' }).commit(`beside ${name}`);
    project.git('checkout', '-q', '-b', `${name}-merge`, 'main');
    project.git('merge', '-q', '--no-ff', '-m', `merge ${name}`, name);
    return { head, merge: project.git('rev-parse', 'HEAD') };
  }

  /** What actions/checkout leaves: the commit, to a depth; with all of the history its branches, too. */
  checkOut(commit: string, depth: number): Project {
    const workspace = this.#folder();
    workspace.git('init', '-q');
    const remote = `file://${this.project.folder}`;
    const branches = '+refs/heads/*:refs/remotes/origin/*';
    if (depth === 0) workspace.git('fetch', '-q', remote, commit, branches);
    else workspace.git('fetch', '-q', `--depth=${depth}`, remote, commit);
    workspace.git('checkout', '-q', '--detach', commit);
    return workspace;
  }

  /** Runs the Action on what actions/checkout leaves. */
  run(request: CheckedOut): Promise<ActionRun> {
    return runAction(request, this.checkOut(request.sha, request.depth ?? 2), this.#folder());
  }

  remove(): void {
    for (const folder of this.#folders) folder.remove();
  }

  #folder(): Project {
    const folder = new Project();
    this.#folders.push(folder);
    return folder;
  }
}

/**
 * Runs dist/action.js as a runner does: inputs with action.yml's defaults, files to write to, tokens.
 * @param files where the runner keeps those files
 */
export async function runAction(
  request: ActionRequest,
  workspace: Project,
  files: Project,
): Promise<ActionRun> {
  const { server, event, sha, payload = {}, job = 'perf', attempt = 1 } = request;
  files.write({
    'event.json': JSON.stringify({ ...payload, repository: { default_branch: 'main' } }),
    summary: '',
    outputs: '',
  });
  const run = await runCli([], {
    cwd: workspace.folder,
    program: action,
    environment: {
      ...inputsOf(request.inputs ?? {}),
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: server.url,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: files.path('event.json'),
      GITHUB_SHA: sha,
      GITHUB_JOB: job,
      GITHUB_RUN_ID: '99',
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_WORKSPACE: workspace.folder,
      GITHUB_STEP_SUMMARY: files.path('summary'),
      GITHUB_OUTPUT: files.path('outputs'),
      ACTIONS_RESULTS_URL: server.url,
      ACTIONS_RUNTIME_TOKEN: runtimeToken(),
      ...request.environment,
    },
  });
  return {
    ...run,
    workspace,
    outputs: readOutputs(files.path('outputs')),
    summary: files.read('summary'),
    warnings: [...run.stdout.matchAll(/^::warning::(could not .*)$/gm)].map((match) => match[1] as string),
  };
}

function inputsOf(given: Readonly<Record<string, string>>): Record<string, string> {
  const { inputs } = parse(readFileSync('action.yml', 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { default: value = '' }]) => [
      `INPUT_${name.toUpperCase()}`,
      given[name] ?? value.replace('${{ github.token }}', 'ghs_t0ken'),
    ]),
  );
}
