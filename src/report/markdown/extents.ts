/** How much is shown where not all of it fits: whole rows and sections go, so that markup always closes. */
export interface Extent {
  readonly workloads: number;
  /** Of each workload. */
  readonly functions: number;
  readonly unproven: number;
  readonly messages: number;
  /** Workloads of which it is said how they were measured. */
  readonly measured: number;
}

/** From generous to bare. */
const extents: readonly Extent[] = [
  { workloads: 100, functions: 50, unproven: 5, messages: 100, measured: 100 },
  { workloads: 100, functions: 20, unproven: 3, messages: 30, measured: 100 },
  { workloads: 100, functions: 10, unproven: 0, messages: 10, measured: 20 },
  { workloads: 100, functions: 10, unproven: 0, messages: 10, measured: 3 },
  { workloads: 100, functions: 5, unproven: 0, messages: 5, measured: 3 },
  { workloads: 100, functions: 3, unproven: 0, messages: 3, measured: 0 },
  { workloads: 30, functions: 3, unproven: 0, messages: 3, measured: 0 },
  { workloads: 10, functions: 1, unproven: 0, messages: 1, measured: 0 },
  { workloads: 3, functions: 0, unproven: 0, messages: 0, measured: 0 },
  { workloads: 0, functions: 0, unproven: 0, messages: 0, measured: 0 },
];

/** What a text may take. */
export interface Room {
  /** UTF-16 units. */
  readonly characters: number;
  /** In UTF-8. */
  readonly bytes?: number;
}

export function fits(text: string, { characters, bytes }: Room): boolean {
  return text.length <= characters && (bytes === undefined || Buffer.byteLength(text) <= bytes);
}

/** The most generous text that fits; null when none does. */
export function largest(room: Room, write: (extent: Extent) => string): string | null {
  for (const extent of extents) {
    const text = write(extent);
    if (fits(text, room)) return text;
  }
  return null;
}
