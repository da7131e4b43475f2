import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { NumberSource } from '../../src/config/plan.js';
import { MeasureError } from '../../src/errors.js';
import { readCounter, readNumber } from '../../src/workload/units.js';
import { failure } from './support.js';

const regex = (pattern: string): NumberSource => ({ kind: 'regex', pattern });
const json = (path: string): NumberSource => ({ kind: 'json', path });

describe('a number is found', () => {
  test.each([
    ['in the last match', regex('(\\d+) requests'), '10 requests\n25 requests in 2s', 25],
    ['with thousands separators', regex('([\\d,]+) requests'), '1,234,567 requests', 1_234_567],
    ['in any line', regex('^done (\\S+)$'), 'x\ndone 7.5\ny', 7.5],
    ['in exponents', regex('rate=(\\S+)'), 'rate=1.5e3', 1500],
    ['as zero', regex('(\\d+) requests'), '0 requests', 0],
    ['at a path', json('requests.0.total'), '{"requests":[{"total":12}]}', 12],
    ['over several lines of JSON', json('a'), '{\n "a": 3\n}\n', 3],
    ['in the last JSON line that has it', json('a.b'), 'log\n{"a":{"b":1}}\n{"a":{"b":2}}\n{"x":0}\nbye', 2],
    ['in a document of several lines between others', json('a.b'), 'x\n{\n "a": {\n  "b": 4\n }\n}\ny', 4],
    ['in the last of such documents', json('a'), '{\n"a": 1\n}\n[\n0\n]\n{\n"a": 5\n}\n', 5],
    ['as a string', json('total'), '{"total":"42"}', 42],
  ])('%s', (_, source, text, number) => expect(readNumber(source, text, 'units')).toBe(number));
});

describe('what is no number is an error that shows the output', () => {
  test.each([
    ['no match', regex('(\\d+) requests'), 'nothing here', '/(\\d+) requests/ found nothing'],
    ['not a number', regex('total (\\S+)'), 'total many', 'found "many", which is not a count'],
    ['empty', regex('total (\\d*)'), 'total ', 'found "", which is not a count'],
    ['negative', regex('total (\\S+)'), 'total -3', 'found "-3", which is not a count'],
    ['no JSON', json('a'), 'nothing here', 'JSON path a found nothing'],
    ['path leads nowhere', json('a.b'), '{"a":1}', 'JSON path a.b found nothing'],
    ['inherited member', json('constructor.length'), '{}', 'found nothing'],
    ['an object', json('a'), '{"a":{}}', 'found {}, which is not a count'],
    ['null', json('a'), '{"a":null}', 'found null, which is not a count'],
  ])('%s', async (_, source, text, message) => {
    const error = await failure(MeasureError, () => readNumber(source, text, 'units of api (base)'));
    expect(error.message).toContain('units of api (base): ');
    expect(error.message).toContain(message);
    expect(error.detail).toBe(text.trimEnd());
  });
});

describe('a counter', () => {
  test('is read, and what it answers instead is an error', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/metrics' ? 200 : 503;
      response.end('work_total 17\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const at = (path: string) => `http://127.0.0.1:${port}${path}`;
    expect(await readCounter(at('/metrics'), regex('work_total (\\d+)'), 'units')).toBe(17);
    const busy = await failure(MeasureError, () => readCounter(at('/'), regex('(\\d+)'), 'units'));
    expect(busy.message).toContain('answered 503');
    server.close();
    await once(server, 'close');
    const gone = await failure(MeasureError, () => readCounter(at('/metrics'), regex('(\\d+)'), 'units'));
    expect(gone.message).toContain('ECONNREFUSED');
  });
});
