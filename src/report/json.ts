/** `result.json`: the result for machines. */
import { type Result, resultSchema } from '../verdict/result.js';

/**
 * The result as indented JSON, ending in a newline. Keys stand in the schema's order whatever order they were built
 * in, so equal results are equal bytes.
 * @throws ZodError when the result does not keep its schema
 */
export function renderJson(result: Result): string {
  return `${JSON.stringify(resultSchema.parse(result), null, 2)}\n`;
}
