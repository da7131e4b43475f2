/** Which CPUs the service and the load run on. */
export interface Placement {
  /** CPU lists like `0-3,8`. */
  readonly service: string;
  readonly load: string;
  /** What is wrong with them, in sentences; for the log. */
  readonly warnings: readonly string[];
}

export function placeCpus(_service: string | null, _load: string | null): Placement {
  throw new Error('under construction');
}
