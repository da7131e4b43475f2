/**
 * Numbers, lists and tables of a bundle within bounds. How much there is of a list or table is asked before anything in it
 * is looked at, and whoever fills one with nonsense gets no more faults than anybody reads: a fault takes a hundred times
 * the memory of what it is about.
 */
import * as z from 'zod';

/** What is measured lies between these by far; beyond them quotients and sums of doubles are no numbers any more. */
const least = 1e-9;
const most = 1e15;

export const positive = z.number().min(least).max(most);
/** Zero, or as much as can be measured. */
export const amount = z.union([z.literal(0), positive]);

/** More than are shown, so that it can be told how many others there are. */
const mostFaults = 100;

/** A list of at most so many elements. */
export function listOf<Element extends z.ZodType>(element: Element, most: number) {
  return z
    .array(z.unknown())
    .max(most)
    .transform((rows, context): z.output<Element>[] => {
      const read: z.output<Element>[] = [];
      let faults = 0;
      for (const [index, row] of rows.entries()) {
        const parsed = element.safeParse(row);
        if (parsed.success) read.push(parsed.data);
        else {
          const issues = parsed.error.issues.slice(0, mostFaults - faults);
          faults += issues.length;
          for (const issue of issues) {
            context.issues.push({
              code: 'custom',
              message: issue.message,
              path: [index, ...issue.path],
              input: null,
            });
          }
          if (faults >= mostFaults) break;
        }
      }
      return read;
    });
}

/** Numbers by name. @param most names */
export function tableOf<Key extends z.ZodType<string, string>, Value extends z.ZodType>(
  key: Key,
  value: Value,
  most: number,
) {
  return z
    .unknown()
    .refine(
      (table) => typeof table !== 'object' || table === null || Object.keys(table).length <= most,
      `Too big: expected at most ${most} names`,
    )
    .pipe(z.record(key, value));
}
