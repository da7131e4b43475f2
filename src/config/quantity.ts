/** Quantities as people write them in the configuration: `2%`, `500ms`, `15m`. A number without its unit is an error. */
import * as z from 'zod';

const percentForm = /^(\d+(?:\.\d+)?)\s*%$/;
const durationForm = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/;
const secondsPer: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `2%` → 0.02. */
export const percent = z
  .union([z.string(), z.number()])
  .transform((written, context) => {
    const match = percentForm.exec(String(written).trim());
    const value = Number(match?.[1]);
    if (match && value <= 1000) return value / 100;
    const meant = /^\d+(\.\d+)?$/.test(String(written)) ? `, for instance ${written}%` : ', for instance 2%';
    context.addIssue({
      code: 'custom',
      message: match
        ? `${written} is beyond 1000%`
        : `${JSON.stringify(written)} is not a percentage: write a number and %${meant}`,
    });
    return z.NEVER;
  })
  .meta({ type: 'string', pattern: percentForm.source, examples: ['2%'] });

function readDuration(written: string | number, context: z.RefinementCtx): number {
  const match = durationForm.exec(String(written).trim());
  if (match) return Number(match[1]) * (secondsPer[match[2] as string] as number);
  const meant = /^\d+(\.\d+)?$/.test(String(written)) ? `, for instance ${written}s` : ', for instance 3s';
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(written)} is not a duration: write a number and ms, s, m or h${meant}`,
  });
  return z.NEVER;
}

/** `500ms`, `3s`, `15m`, `1h` → seconds. */
export const duration = z
  .union([z.string(), z.number()])
  .transform(readDuration)
  .meta({ type: 'string', pattern: durationForm.source, examples: ['3s', '500ms'] });

/** A duration for a key whose name says seconds: `5` as well as `5s` and `500ms`. */
export const secondsBetween = (least: number, most: number) =>
  z
    .union([z.string(), z.number()])
    .transform((written, context) => (typeof written === 'number' ? written : readDuration(written, context)))
    .pipe(z.number().min(least).max(most))
    .meta({
      anyOf: [
        { type: 'number', minimum: least, maximum: most },
        { type: 'string', pattern: durationForm.source },
      ],
    });
