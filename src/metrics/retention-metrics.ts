/** Figures of what was deleted because it was old. */
import { Counter, type Registry } from 'prom-client';
import { purgedKinds, type PurgedKind } from '../retention/purges.ts';

/** @returns told how many of a kind were deleted, by age or because an administrator asked for it. */
export function retentionMetrics(registry: Registry): (kind: PurgedKind, count: number) => void {
  const counter = new Counter({
    name: 'coppice_purged_total',
    help: 'Records that were deleted because they were old, by age or on request.',
    labelNames: ['kind'] as const,
    registers: [registry],
  });
  for (const kind of purgedKinds) counter.inc({ kind }, 0);
  return (kind, count) => counter.inc({ kind }, count);
}
