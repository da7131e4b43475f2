/** How much of a workload a page has room for. */
export interface Limits {
  /** Cells of a flame graph that are drawn without scripts. */
  readonly cells: number;
  /** Places of a flame graph that scripts can draw. */
  readonly places: number;
  /** Rows of a table of functions. */
  readonly rows: number;
}

/** What all workloads of a page share; from generous to bare. */
const pageLimits: readonly Limits[] = [
  { cells: 1200, places: 12_000, rows: 600 },
  { cells: 900, places: 6000, rows: 300 },
  { cells: 600, places: 3000, rows: 200 },
  { cells: 400, places: 1200, rows: 100 },
  { cells: 200, places: 400, rows: 50 },
];
/** What a workload gets at least. */
const least: Limits = { cells: 40, places: 60, rows: 12 };

/** What each of so many workloads may take, to be tried in turn until the page is small enough. */
export function limitsFor(workloads: number): Limits[] {
  const share = (all: number, fewest: number): number =>
    Math.max(fewest, Math.floor(all / Math.max(1, workloads)));
  return pageLimits.map(({ cells, places, rows }) => ({
    cells: share(cells, least.cells),
    places: share(places, least.places),
    rows: share(rows, least.rows),
  }));
}
