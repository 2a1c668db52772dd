/** Figures for Prometheus that no single part owns: what the engine runs, and how the rounds of health keep time. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RoundsMetrics } from './health/rounds.ts';
import type { Action } from './domain/model.ts';
import type { Ending } from './store/actions.ts';

export function actionMetrics(
  registry: Registry,
  running: () => number,
): (action: Action, ending: Ending, now: number) => void {
  const seconds = new Histogram({
    name: 'coppice_action_seconds',
    help: 'Time from the start of an action to its end, waits included.',
    labelNames: ['action', 'status'] as const,
    buckets: [0.05, 0.25, 1, 5, 30, 120, 600, 3600],
    registers: [registry],
  });
  const gauge = new Gauge({
    name: 'coppice_actions_running',
    help: 'Actions that run in this process now; those that wait are not counted.',
    registers: [registry],
    collect() {
      this.set(running());
    },
  });
  void gauge;
  return (action, ending, now) =>
    seconds.observe(
      { action: action.action, status: ending.status },
      (now - (action.startedAt ?? now)) / 1000,
    );
}

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
    looked: ({ mode, verdict }) => looks.inc({ mode, health: verdict.health }),
    stuck: () => stuck.inc(),
  };
}
