/** Hand-made results and trees: complete, plausible, and changed where a test needs it. */
import type { DifferentialNode, DifferentialTree, DifferentialTrees } from '../../src/profile/tree.js';
import type { Evidence, Method } from '../../src/report/model.js';
import type { Bounded, FunctionResult, Result, WorkloadResult } from '../../src/verdict/result.js';

export function figure(estimate: number, lower: number | null, upper: number | null): Bounded {
  return { estimate, lower, upper };
}

export function aFunction(name: string, change: Partial<FunctionResult> = {}): FunctionResult {
  return {
    key: name,
    name,
    file: 'src/search.js',
    line: 12,
    baseShare: 0.12,
    headShare: 0.121,
    ratio: figure(1.004, 0.97, 1.04),
    contribution: figure(0.0005, -0.004, 0.005),
    q: null,
    class: 'unproven',
    culprit: null,
    waiver: null,
    ...change,
  };
}

export const slower = aFunction('tokenize', {
  file: 'src/lexer/tokenize.js',
  line: 41,
  baseShare: 0.183,
  headShare: 0.236,
  ratio: figure(1.341, 1.262, 1.425),
  contribution: figure(0.062, 0.048, 0.078),
  class: 'slower',
});

export const faster = aFunction('parseHeaders', {
  file: 'src/http/headers.js',
  line: 7,
  baseShare: 0.061,
  headShare: 0.049,
  ratio: figure(0.826, 0.738, 0.919),
  contribution: figure(-0.0106, -0.016, -0.005),
  class: 'faster',
});

export function aWorkload(name: string, change: Partial<WorkloadResult> = {}): WorkloadResult {
  const side = {
    samples: 61_234,
    lost: 0.0002,
    unresolved: 0.0131,
    truncated: 0.0004,
    incompleteStacks: 0.002,
    causes: [
      { kind: 'unresolved' as const, cause: 'no_symbol', share: 0.012 },
      { kind: 'incomplete' as const, cause: 'no_user_stack', share: 0.003 },
    ],
    depths: [
      { frames: 8, samples: 30_000 },
      { frames: 16, samples: 34_871 },
    ],
    overhead: { nsPerSample: 1830, cpuShare: 0.0071, machineShare: 0.0031 },
    conditions: {
      steal: 0.001,
      otherLoad: 0.012,
      frequencyHz: 3.1e9,
      frequencySpread: 0.004,
      throttled: 0,
      memoryStall: 0,
    },
  };
  return {
    name,
    verdict: 'pass',
    reasons: [],
    load: { kind: 'http', loop: 'open', rate: 4000 },
    pairs: 24,
    seconds: 240,
    units: { base: 480_112, head: 479_871 },
    errors: { base: 0, head: 0 },
    cpuPerUnit: { base: 182_300, head: 183_100 },
    total: { ...figure(0.0044, -0.0051, 0.0138), margin: 0.02, mde: 0.0168 },
    totalWaiver: null,
    layouts: null,
    runtimes: null,
    pairChanges: [0.003, -0.008, 0.011, 0.004, -0.002, 0.009, 0.016, -0.005, 0.002, 0.007, -0.011, 0.012],
    functionMargin: 0.05,
    functions: [
      aFunction('render'),
      aFunction('lookup', { baseShare: 0.2, headShare: 0.199 }),
      aFunction('sort'),
    ],
    offCpu: null,
    quality: {
      base: side,
      head: {
        ...side,
        samples: 64_871,
        overhead: { nsPerSample: null, cpuShare: 0.0069, machineShare: 0.003 },
      },
      placement: {
        cpus: [
          { id: 0, baseShare: 0.52, headShare: 0.51, differs: false },
          { id: 1, baseShare: 0.48, headShare: 0.49, differs: false },
        ],
        nodes: [{ id: 0, baseShare: 1, headShare: 1, differs: false }],
      },
    },
    capture: { backend: 'bpf', event: 'cpu-clock', rateHz: 997, limits: [] },
    neededSeconds: null,
    ...change,
  };
}

export function failing(name = 'search'): WorkloadResult {
  return aWorkload(name, {
    verdict: 'fail',
    reasons: [
      {
        code: 'total_slower',
        message: 'CPU time per request +5.1 % (at least +4.0 %): more than the margin of 2 %',
      },
      {
        code: 'function_slower',
        message:
          'tokenize (src/lexer/tokenize.js:41) takes 34.1 % more CPU time per request (at least 26.2 %): +6.2 % of the total',
      },
    ],
    cpuPerUnit: { base: 182_300, head: 191_600 },
    total: { ...figure(0.0511, 0.0402, 0.0622), margin: 0.02, mde: 0.0168 },
    pairChanges: [0.049, 0.038, 0.055, 0.061, 0.047, 0.052, 0.31, 0.044, 0.058, 0.05, 0.041, 0.056],
    functions: [
      aFunction('render'),
      faster,
      slower,
      aFunction('normalizeUnicode', {
        class: 'new',
        baseShare: 0,
        headShare: 0.011,
        ratio: null,
        contribution: figure(0.0116, 0.009, 0.0142),
      }),
      aFunction('lookup', { baseShare: 0.21, headShare: 0.2, ratio: figure(1.011, 0.98, 1.043) }),
      aFunction('v8::internal::Runtime_StringSplit(int, unsigned long*, v8::internal::Isolate*)', {
        file: null,
        line: null,
        ratio: figure(1.09, null, null),
      }),
    ],
  });
}

export function undecided(name = 'checkout'): WorkloadResult {
  return aWorkload(name, {
    verdict: 'inconclusive',
    reasons: [
      {
        code: 'undecided',
        message:
          'after 24 pairs CPU time per unit +1.8 % (at least −0.4 %, at most +4.1 %): neither proven within the margin of 2 % nor beyond it; about 3 min 20 s more of measuring may decide it',
      },
    ],
    load: { kind: 'command', loop: 'closed', rate: null },
    total: { ...figure(0.018, -0.004, 0.041), margin: 0.02, mde: 0.031 },
    neededSeconds: 200,
    capture: {
      backend: 'perf',
      event: 'cpu-clock',
      rateHz: 499,
      limits: ['Kernel stacks are hidden from ordinary users.'],
    },
  });
}

export function aResult(workloads: readonly WorkloadResult[], change: Partial<Result> = {}): Result {
  const verdicts = workloads.map((workload) => workload.verdict);
  return {
    schema: 'profbound/result@1',
    tool: { name: 'profbound', version: '0.1.0' },
    verdict: verdicts.includes('fail') ? 'fail' : verdicts.includes('inconclusive') ? 'inconclusive' : 'pass',
    reasons: workloads.flatMap(({ name, reasons }) =>
      reasons.map(({ code, message }) => ({ code, message: `${name}: ${message}` })),
    ),
    design: 'paired',
    onInconclusive: 'warn',
    startedAt: '2025-03-14T09:26:53Z',
    refs: {
      base: { name: 'main', commit: 'a'.repeat(40), root: '/srv/runner/base' },
      head: { name: 'faster-lexer', commit: 'b'.repeat(40), root: '/srv/runner/head' },
    },
    environment: {
      kernel: '6.1.0-28-amd64',
      cpuModel: 'AMD EPYC 7543 32-Core Processor',
      cpus: 8,
      memoryBytes: 33_554_432_000,
      virtualized: true,
      governor: null,
      turbo: true,
      smt: false,
      serviceCpus: '0-3',
      loadCpus: '4-7',
      node: 'v20.20.0',
    },
    notes: [],
    workloads: [...workloads],
    ...change,
  };
}

/** A node whose inclusive costs are its own and its children's. */
export function aNode(
  name: string,
  own: readonly [number, number],
  children: readonly DifferentialNode[] = [],
): DifferentialNode {
  const [baseSelf, headSelf] = own;
  return {
    key: name,
    name,
    file: 'src/search.js',
    line: 12,
    mapping: 'node',
    base: children.reduce((sum, child) => sum + child.base, baseSelf),
    head: children.reduce((sum, child) => sum + child.head, headSelf),
    baseSelf,
    headSelf,
    children,
  };
}

/** A service's tree in nanoseconds per request, with the functions of `failing()` in it. */
export function aTree(): DifferentialTree {
  const lexer = aNode(
    'analyze',
    [4100, 4200],
    [
      aNode(
        'tokenize',
        [33_400, 44_800],
        [aNode('charCodeAt', [6100, 6050]), aNode('isLetter', [2900, 3000])],
      ),
      aNode('normalizeUnicode', [0, 2100]),
      aNode('stem', [7800, 7700]),
    ],
  );
  const query = aNode(
    'runQuery',
    [3300, 3400],
    [
      lexer,
      aNode('lookup', [38_000, 38_400], [aNode('hash', [9100, 9000]), aNode('compare', [5200, 5300])]),
      aNode('rank', [8100, 8000], [aNode('sort', [11_000, 11_100])]),
    ],
  );
  const http = aNode(
    'onRequest',
    [2100, 2200],
    [
      aNode('parseHeaders', [11_100, 9200]),
      query,
      aNode(
        'render',
        [21_900, 22_000],
        [aNode('escapeHtml', [3900, 3950]), aNode('stringify', [6100, 6000])],
      ),
    ],
  );
  const loop = aNode('uv__io_poll', [5100, 5000], [aNode('epoll_wait', [3100, 3050]), http]);
  return {
    root: aNode(
      'all',
      [0, 0],
      [aNode('node::Start(int, char**)', [300, 310], [loop]), aNode('[smaller]', [1200, 1180])],
    ),
    leftOut: 37,
  };
}

/** The tree read both ways. */
export function bothWays(calls: DifferentialTree): DifferentialTrees {
  type Growing = { of: DifferentialNode; own: [number, number]; children: Map<string, Growing> };
  const growing = (of: DifferentialNode): Growing => ({ of, own: [0, 0], children: new Map() });
  const root = growing(calls.root);
  const add = (node: DifferentialNode, callers: readonly DifferentialNode[]): void => {
    let place = root;
    for (const one of [node, ...callers]) {
      const next = place.children.get(one.key) ?? growing(one);
      place.children.set(one.key, next);
      place = next;
    }
    place.own = [place.own[0] + node.baseSelf, place.own[1] + node.headSelf];
    for (const child of node.children) add(child, [node, ...callers]);
  };
  for (const child of calls.root.children) add(child, []);
  const done = ({ of, own, children }: Growing): DifferentialNode => {
    const below = [...children.values()].map(done).filter(({ base, head }) => base + head > 0);
    return {
      ...of,
      ...aNode(of.name, own, below),
      key: of.key,
      file: of.file,
      line: of.line,
      mapping: of.mapping,
    };
  };
  return { calls, callers: { root: done(root), leftOut: calls.leftOut } };
}

export const aMethod: Method = {
  configPath: '.profbound.yml',
  folder: '',
  turnSeconds: null,
  captureSeconds: 5,
  policy: {
    totalMargin: 0.02,
    functionMargin: 0.05,
    minShare: 0.005,
    alpha: { fail: 0.005, pass: 0.05, functions: 0.01 },
    looks: [6, 12, 24],
  },
  stop: { reason: 'decided', message: 'decided after 24 of at most 24 pairs' },
  launches: null,
  firstPair: {
    number: 1,
    cpu: {
      base: 'workloads/search/pairs/001/base.cpu.pb.gz',
      head: 'workloads/search/pairs/001/head.cpu.pb.gz',
    },
    waits: null,
  },
};

/** What lies behind a workload, by its name. */
export function someEvidence(
  name: string,
  calls: DifferentialTree,
  change: Partial<Evidence> = {},
): ReadonlyMap<string, Evidence> {
  const evidence = { cpu: bothWays(calls), waits: null, changed: new Set(['render']), method: aMethod };
  return new Map([[name, { ...evidence, ...change }]]);
}
