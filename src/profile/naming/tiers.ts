/** How far a runtime had compiled the code of a function, which it says in a name that is otherwise the same. */

/** V8's signs behind the kind of code (src/objects/code-kind.cc: CodeKindToMarker), and what makes such code. */
const v8Tiers: Readonly<Record<string, string>> = {
  '~': 'Ignition',
  '^': 'Sparkplug',
  '+': 'Maglev',
  '*': 'TurboFan',
};
const v8Name = /^(?:JS|LazyCompile|Function|InterpretedFunction|Script|Eval):([~^+*])/;
const dotnetName = /\[((?:Optimized|Instrumented)?Tier\w*|PreJIT|ReadyToRun|MinOptJitted)\]$/;

/** @returns the tier by its own name; null where the name says none */
export function tierOf(systemName: string): string | null {
  const sign = v8Name.exec(systemName)?.[1];
  if (sign !== undefined) return v8Tiers[sign] ?? null;
  return dotnetName.exec(systemName)?.[1] ?? null;
}

/** Nanoseconds by tier. */
export type TierTimes = Readonly<Record<string, number>>;

/** Undefined where neither has any. */
export function addTiers(left: TierTimes | undefined, right: TierTimes | undefined): TierTimes | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const sum: Record<string, number> = { ...left };
  for (const [tier, time] of Object.entries(right)) sum[tier] = (sum[tier] ?? 0) + time;
  return sum;
}
