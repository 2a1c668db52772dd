/** Figures of what the engine runs. */
import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Action } from '../domain/model.ts';
import type { Ending } from '../store/action-claims.ts';

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
