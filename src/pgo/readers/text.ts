/** Lines of a profile that is text. */

/**
 * @param what the profile is
 * @throws Error when the bytes are no text
 */
export function linesOf(bytes: Uint8Array, what: string): string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`no ${what}: it is not text`);
  }
  if (text !== '' && !text.endsWith('\n'))
    throw new Error(`the ${what} is cut off: its last line does not end`);
  return text.split('\n').slice(0, -1);
}
