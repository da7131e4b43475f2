/** The built-in HTTP load: a process of its own, so that it can be placed on its own CPUs. */
import { createInterface } from 'node:readline';
import { offerHttpLoad } from '../workload/httpLoad.js';
import { httpLoadReady, httpLoadRequestSchema } from '../workload/httpLoadProtocol.js';

const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
// Whoever asked for the load is gone.
input.once('close', () => process.exit(1));

const request = httpLoadRequestSchema.parse(JSON.parse((await lines.next()).value));
process.stdout.write(`${httpLoadReady}\n`);
await lines.next();
const report = await offerHttpLoad(request);
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
