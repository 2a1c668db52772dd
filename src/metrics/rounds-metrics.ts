/** Metrics of the health rounds: how late they are, and their verdicts. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { RoundsMetrics } from '../health/rounds.ts';

export function roundsMetrics(registry: Registry): RoundsMetrics {
  const late = new Histogram({
    name: 'coppice_probe_late_seconds',
    help: 'From when a probe of a node was due until it began.',
    buckets: [0.01, 0.05, 0.25, 1, 5, 30],
    registers: [registry],
  });
  const probes = new Counter({
    name: 'coppice_probes_total',
    help: 'Probes of nodes, by detection mode and verdict.',
    labelNames: ['mode', 'health'] as const,
    registers: [registry],
  });
  const missed = new Counter({
    name: 'coppice_probe_rounds_missed_total',
    help: 'Rounds of a node that passed while its last probe still ran.',
    registers: [registry],
  });
  const stuck = new Counter({
    name: 'coppice_probes_stuck_total',
    help: 'Detectors that did not stop when their time was over.',
    registers: [registry],
  });
  return {
    late: (seconds) => late.observe(seconds),
    missed: (rounds) => missed.inc(rounds),
    probed: ({ mode, verdict }) => probes.inc({ mode, health: verdict.health }),
    stuck: () => stuck.inc(),
  };
}
