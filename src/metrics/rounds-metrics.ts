/** Figures of how the rounds of health keep time, and of what they see. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { RoundsMetrics } from '../health/rounds.ts';

export function roundsMetrics(registry: Registry): RoundsMetrics {
  const late = new Histogram({
    name: 'coppice_probe_late_seconds',
    help: 'From when a look at a node was due until it began.',
    buckets: [0.01, 0.05, 0.25, 1, 5, 30],
    registers: [registry],
  });
  const looks = new Counter({
    name: 'coppice_probes_total',
    help: 'Looks at nodes, by detection mode and what was seen.',
    labelNames: ['mode', 'health'] as const,
    registers: [registry],
  });
  const missed = new Counter({
    name: 'coppice_probe_rounds_missed_total',
    help: 'Rounds of a node that passed while its last look still ran.',
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
    probed: ({ mode, verdict }) => looks.inc({ mode, health: verdict.health }),
    stuck: () => stuck.inc(),
  };
}
