/** The machine, as far as it can change a measurement. */
import type { Environment } from '../bundle/schema.js';

export function readEnvironment(_serviceCpus: string, _loadCpus: string): Environment {
  throw new Error('under construction');
}
