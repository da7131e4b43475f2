/** nektos/act: GitHub's runner in small. It runs workflow files on this machine, with a server for their artifacts. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { goObstacle } from '../go.js';
import { readZip } from '../publish/zip.js';
import { Project, type Run } from './project.js';

const version = 'v0.2.89';
/** Where `uses:` finds the Action. */
const used = 'acme/profbound@v1';

/** Why act cannot run here; null when it can. From 1.21 on, Go knows how to get the release that act asks for. */
export const actObstacle = (): string | null => goObstacle(21);

/** Compiles act once; the module comes through the Go proxy this machine has. @returns the program */
export function installAct(): string {
  const folder = join(process.cwd(), 'node_modules', '.cache', `act-${version}`);
  const program = join(folder, 'act');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync('go', ['install', `github.com/nektos/act@${version}`], {
    encoding: 'utf8',
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
  });
  if (status !== 0) throw new Error(`go install act: ${stderr}`);
  return program;
}

export interface ActJob {
  /** Name of one of .github/workflows. */
  readonly workflow: string;
  /** Runs this job alone; default: all. */
  readonly job?: string;
  readonly event: string;
  readonly payload: unknown;
  /** What stands in for GitHub. */
  readonly apiUrl: string;
  readonly runId: number;
  readonly repository: string;
}

export interface ActRun extends Run {
  /** Files of an artifact by their names, as act's server has it; its own bytes where it is no archive. */
  artifact(name: string): Map<string, Buffer>;
  readonly artifacts: readonly string[];
  /** The archive as it was uploaded. */
  archive(name: string): Buffer;
}

/** The Action as a release has it, and the workflows to copy as their first lines say: for a project at its root. */
export class ActWorld {
  readonly #folder = new Project();

  constructor(
    private readonly program: string,
    private readonly project: Project,
  ) {
    for (const part of ['action.yml', 'dist']) {
      cpSync(join(process.cwd(), part), this.#folder.path('action', part), { recursive: true });
    }
    for (const name of readdirSync('.github/workflows').filter((file) => /^(perf|nightly)-/.test(file))) {
      project.write({
        [`.github/workflows/${name}`]: adapted(readFileSync(join('.github/workflows', name), 'utf8')),
      });
    }
    // Without a settings file it asks which images to use.
    this.#folder.write({ 'home/.actrc': '' });
  }

  async run({ workflow, job, event, payload, apiUrl, runId, repository }: ActJob): Promise<ActRun> {
    const port = await freePort();
    const forward = await startForwarder(port);
    const store = this.#folder.path('artifacts');
    const file = this.#folder.path('event.json');
    writeFileSync(file, JSON.stringify(payload));
    const words = [
      ...[event, '-W', `.github/workflows/${workflow}`, '-e', file],
      ...(job === undefined ? [] : ['-j', job]),
      ...['-P', 'self-hosted=-self-hosted', '-P', 'ubuntu-latest=-self-hosted'],
      ...['--artifact-server-path', store, '--artifact-server-addr', '127.0.0.1'],
      ...['--artifact-server-port', String(port), '--no-cache-server'],
      ...['--local-repository', `${used}=${this.#folder.path('action')}`],
      ...['--action-cache-path', this.#folder.path('cache'), '-s', 'GITHUB_TOKEN=ghs_t0ken'],
      ...Object.entries({
        GITHUB_API_URL: apiUrl,
        GITHUB_REPOSITORY: repository,
        GITHUB_RUN_ID: String(runId),
      }).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ];
    const child = spawn(this.program, words, {
      cwd: this.project.folder,
      env: {
        ...process.env,
        HOME: this.#folder.path('home'),
        XDG_CONFIG_HOME: this.#folder.path('home'),
        ACTIONS_RUNTIME_URL: forward.url,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, code] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
    ]);
    forward.server.close();
    forward.server.closeAllConnections();
    const folder = join(store, String(runId));
    const archive = (name: string): Buffer => readFileSync(join(folder, name, `${name}.zip`));
    return {
      code,
      stdout,
      stderr,
      artifacts: existsSync(folder) ? readdirSync(folder).sort() : [],
      archive,
      artifact: (name) => readZip(archive(name)),
    };
  }

  remove(): void {
    this.#folder.remove();
  }
}

interface Adaptable {
  readonly concurrency?: { queue?: string };
  readonly jobs: Record<
    string,
    { concurrency?: { queue?: string }; steps: { uses?: string; with?: Record<string, unknown> }[] }
  >;
}

/** What the first lines of a workflow tell to change when it is copied; and act knows no lengths of queues. */
function adapted(text: string): string {
  const workflow = parse(text) as Adaptable;
  for (const { concurrency } of [workflow, ...Object.values(workflow.jobs)]) delete concurrency?.queue;
  for (const step of Object.values(workflow.jobs).flatMap(({ steps }) => steps)) {
    if (step.uses !== './') continue;
    step.uses = used;
    const { 'working-directory': _, ...rest } = step.with ?? {};
    if (Object.keys(rest).length > 0) step.with = rest;
    else delete step.with;
  }
  return stringify(workflow);
}

interface Forwarder {
  readonly url: string;
  readonly server: Server;
}

/**
 * Between the uploader and act's server, which knows no types of artifacts and refuses requests that name one, and whose
 * signatures end in a sign that the uploader leaves out of addresses unless it is escaped.
 */
async function startForwarder(port: number): Promise<Forwarder> {
  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    const { mime_type: _, ...body } = JSON.parse(text) as Record<string, unknown>;
    const { authorization = '', 'content-type': type = '' } = request.headers;
    // By its own address as host, so that the blobs go to it straight.
    const options = { host: '127.0.0.1', port, path: request.url, method: 'POST' };
    httpRequest({ ...options, headers: { authorization, 'content-type': type } }, async (answer) => {
      const answered = await textOf(answer);
      response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? '' });
      response.end(answered.replace(/=(?=&)/g, '%3D'));
    }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
