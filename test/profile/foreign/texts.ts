/** Reading texts of other profilers, and what they look like. */

import type { TextProfile, TextReader } from '../../../src/profile/foreign/text.js';
import type { Profile } from '../../../src/profile/model.js';

/** What a reader makes of a text. */
export function read(reader: TextReader, text: string): TextProfile {
  for (const line of text.split('\n')) reader.line(line);
  return reader.end();
}

/** Stacks as `outermost;innermost` with numbers of samples and times. */
export function stacks({ frames, samples }: Profile): Record<string, readonly [count: number, time: number]> {
  return Object.fromEntries(
    samples.map(({ stack, count, nanoseconds }) => [
      stack
        .map((frame) => frames[frame]?.name)
        .reverse()
        .join(';'),
      [count, nanoseconds],
    ]),
  );
}

/** As perf 6.1 prints it, of a service in Go and of Node.js. */
export const perfScript = `# captured on    : Thu Nov 26 17:30:00 2026
pages 11980 24915.625561:    1003009 cpu-clock:pppH: 
	           1ef56 runtime.(*itabTableType).find+0x16 (/srv/app/pages)
	           1fa3f runtime.typeAssert+0x3f (/srv/app/pages)
	           911a1 runtime.goexit.abi0+0x1 (/srv/app/pages)

V8 Worker Thread 4711/4712 [003] 24915.641115:    1003009 cpu-clock:pppH: 
	ffffffff81a3c0e0 finish_task_switch.isra.0+0xa0 ([kernel.kallsyms])
	    7f2b11a0c0de LazyCompile:*parse json /srv/app/my parser.js:10:3+0x1e (/tmp/perf-4711.map)
	    7f2b11a0c0df std::vector<int, std::allocator<int> >::push_back(int const&)+0x12 (inlined)
	    7f2b11a0c0df (anonymous namespace)::run(int (*)(char))+0x12 (/usr/bin/app (deleted))
	    7f2b11a0c0d1 [unknown] ([unknown])
	    7f2b11a0c0d2 [unknown] (/usr/lib/libz.so.1)

pages 11980 24915.705000: PERF_RECORD_LOST lost 3
           pages 12080 24919.444685:    1003009 cpu-clock:pppH:            6734c0 main.inline+0x3c0 (/srv/app/pages)
pages 11980 24915.725561:    1003009 cpu-clock:pppH: 
	           1ef60 runtime.(*itabTableType).find+0x20 (/srv/app/pages)
	           1fa3f runtime.typeAssert+0x3f (/srv/app/pages)
	           911a1 runtime.goexit.abi0+0x1 (/srv/app/pages)
`;
