import { describe, expect, test } from '@jest/globals';
import { formatCpuList, parseCpuList } from '../../src/workload/cpuList.js';
import { programEnvironment } from '../../src/workload/environment.js';
import { Lines } from '../../src/workload/output.js';
import { fillTemplate } from '../../src/workload/template.js';

describe('templates', () => {
  test('fill in what is known and leave the rest to the shell', () => {
    expect(
      fillTemplate('x -p ${PORT} -d ${SECONDS}s ${HOME} $PORT ${OTHER:-1}', { PORT: '80', SECONDS: '2.5' }),
    ).toBe('x -p 80 -d 2.5s ${HOME} $PORT ${OTHER:-1}');
    expect(fillTemplate('${SECONDS}', { PORT: '80' })).toBe('${SECONDS}');
  });

  test('do not take inherited members for values', () => {
    expect(fillTemplate('${CONSTRUCTOR}', { PORT: '1' })).toBe('${CONSTRUCTOR}');
  });
});

describe('CPU lists', () => {
  test.each([
    ['0', [0]],
    ['0-3,8', [0, 1, 2, 3, 8]],
    ['4,2-3,3', [2, 3, 4]],
  ])('%s', (text, cpus) => expect(parseCpuList(text)).toEqual(cpus));

  test('are written as short as possible', () => {
    expect(formatCpuList([8, 0, 1, 2])).toBe('0-2,8');
    expect(formatCpuList([])).toBe('');
  });
});

test('a line without an end does not grow without bound', () => {
  const seen: string[] = [];
  const lines = new Lines((line) => seen.push(line));
  for (let i = 0; i < 100; i++) lines.push(Buffer.alloc(10_000, 'x'));
  lines.push(Buffer.from('\r\nnext\r\n'));
  lines.end();
  expect(seen[0]?.length).toBeLessThan(100_000);
  expect(seen[1]).toBe('next');
});

test("programs do not see a runner's secrets", () => {
  process.env.ACTIONS_RUNTIME_TOKEN = 'secret';
  process.env['INPUT_GITHUB-TOKEN'] = 'secret';
  try {
    const environment = programEnvironment({ ADDED: '1' });
    expect(Object.values(environment)).not.toContain('secret');
    expect(environment.ADDED).toBe('1');
    expect(environment.PATH).toBe(process.env.PATH);
  } finally {
    delete process.env.ACTIONS_RUNTIME_TOKEN;
    delete process.env['INPUT_GITHUB-TOKEN'];
  }
});
