/** What a measured program prints: kept within bounds, and made safe before a person sees it. */
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

const messageLines = 40;
const messageCharacters = 6000;
const longestLine = 64 * 1024;

/** The last bytes of a stream. */
export class Tail {
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Joined only when twice the limit is held, so that a chatty program costs little.
    if (this.#size > 2 * this.limit) {
      const kept = Buffer.concat(this.#chunks).subarray(-this.limit);
      this.#chunks = [kept];
      this.#size = kept.length;
    }
  }

  get text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.limit).toString('utf8');
  }
}

/** Cuts a stream into lines; the rest of a line that is too long is dropped. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(private readonly listener: (line: string) => void) {}

  push(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = (parts.pop() as string).slice(0, longestLine);
    for (const line of parts) this.listener(line.replace(/\r$/, '').slice(0, longestLine));
  }

  /** The stream has ended: what stands after the last line feed is a line, too. */
  end(): void {
    if (this.#rest !== '') this.listener(this.#rest);
    this.#rest = '';
  }
}

/** The end of an output for an error message: a few lines, without escape sequences or control characters. */
export function readableTail(output: string): string {
  const plain = stripVTControlCharacters(output)
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is what this is for
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
  return plain.trimEnd().split('\n').slice(-messageLines).join('\n').slice(-messageCharacters);
}

/** What a line or a whole output says as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
