/** What a report is rendered from: the verdict, and one differential tree per workload where profiles are at hand. */
import type { DifferentialTree } from '../profile/tree.js';
import type { Result } from '../verdict/result.js';

export interface ReportModel {
  readonly result: Result;
  /** By workload name; costs are CPU nanoseconds per unit of work. A workload may lack its tree. */
  readonly trees: ReadonlyMap<string, DifferentialTree>;
}
