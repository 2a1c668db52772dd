import { procTable } from './proc-table.ts';
import type { ProcessTable } from './process-table.ts';
import { psTable } from './ps-table.ts';

/**
 * On Linux it is read from /proc; elsewhere `ps` is run, which is good enough to develop on, not for many
 * nodes.
 */
export function systemProcessTable(): ProcessTable {
  return process.platform === 'linux' ? procTable('/proc') : psTable();
}
