/**
 * Figures of healing. Counters and histograms are of what this process has seen committed; sum them over the
 * processes. Gauges are read from the store when they are scraped: every process says the same, also after
 * a restart; take one, or the greatest.
 *
 * No figure has a label for a node, a cluster or a recovery: there may be 100,000 of them, and what happened
 * to one is in its record.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { HealthState } from '../domain/health-record.ts';
import { operationActions } from '../domain/health-policy.ts';
import { closingEvents, type RecoveryNews } from '../domain/recovery-news.ts';
import { requestedByOperator } from '../domain/health-record.ts';
import { countNodesByHealth, countOpenRecoveries, countQuarantined } from '../store/figures.ts';
import type { Store } from '../store/store.ts';

/**
 * @param countOutdated how many nodes, by the health that is recorded of them, are not known to be so any
 * more, where this process probes.
 * @returns how to stop counting.
 */
export function recoveryMetrics(
  registry: Registry,
  store: Store,
  countOutdated: () => ReadonlyMap<HealthState, number> | undefined = () => undefined,
): () => void {
  nodeGauges(registry, store, countOutdated);
  const count = countingNews(registry);
  return store.onCommitted(count);
}

function nodeGauges(
  registry: Registry,
  store: Store,
  countOutdated: () => ReadonlyMap<HealthState, number> | undefined,
): void {
  const nodes = new Gauge({
    name: 'coppice_nodes',
    help: 'Nodes that are watched, by what is known of their health. UNKNOWN: cannot be probed, or what their probes find cannot be recorded.',
    labelNames: ['health'] as const,
    registers: [registry],
    async collect() {
      const counts = await countNodesByHealth(store.db);
      for (const [health, nodes] of countOutdated() ?? []) {
        counts.set(health, Math.max(0, (counts.get(health) ?? 0) - nodes));
        counts.set('UNKNOWN', (counts.get('UNKNOWN') ?? 0) + nodes);
      }
      for (const health of ['HEALTHY', 'SUSPECTED', 'FAILED', 'UNKNOWN']) {
        this.set({ health }, counts.get(health) ?? 0);
      }
    },
  });
  const quarantined = new Gauge({
    name: 'coppice_nodes_quarantined',
    help: 'Nodes that are left alone until an operator releases them.',
    registers: [registry],
    async collect() {
      this.set(await countQuarantined(store.db));
    },
  });
  const open = new Gauge({
    name: 'coppice_recoveries_open',
    help: 'Recoveries that are not closed: held by a gate, or running.',
    labelNames: ['state'] as const,
    registers: [registry],
    async collect() {
      const { held, running } = await countOpenRecoveries(store.db);
      this.set({ state: 'held' }, held);
      this.set({ state: 'running' }, running);
    },
  });
  void [nodes, quarantined, open];
}

/** From one probe to an hour; what takes longer is long. */
const secondsBuckets = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

function countingNews(registry: Registry): (news: RecoveryNews) => void {
  const registers = [registry];
  const recoveries = new Counter({
    name: 'coppice_recoveries_total',
    help: 'Recoveries that were closed, by result. OBSERVE: nothing was touched.',
    labelNames: ['result', 'mode'] as const,
    registers,
  });
  // A rate of what has not happened yet is 0, and not nothing.
  for (const result of Object.keys(closingEvents)) recoveries.inc({ result, mode: 'ENFORCE' }, 0);
  const detect = new Histogram({
    name: 'coppice_time_to_detect_seconds',
    help: 'From the first failed probe of a node until its failure was confirmed and a recovery opened.',
    buckets: secondsBuckets,
    registers,
  });
  const recover = new Histogram({
    name: 'coppice_time_to_recover_seconds',
    help: 'From the first failed probe of a node until its recovery was closed RECOVERED.',
    buckets: secondsBuckets,
    registers,
  });
  const gates = new Counter({
    name: 'coppice_gates_closed_total',
    help: 'Recoveries that began to be held, by the gate that was closed; node: the node itself could not be recovered yet.',
    labelNames: ['gate'] as const,
    registers,
  });
  const steps = new Histogram({
    name: 'coppice_recovery_step_seconds',
    help: 'Time of the steps of recoveries, without their verification, by action and result.',
    labelNames: ['action', 'result'] as const,
    buckets: secondsBuckets,
    registers,
  });
  const verifications = new Histogram({
    name: 'coppice_recovery_verification_seconds',
    help: 'Time of the verifications of recoveries, by result; FAILED: the node was not healthy in time.',
    labelNames: ['result'] as const,
    buckets: secondsBuckets,
    registers,
  });
  return (news) => {
    const { event, at, recovery, step } = news;
    const isReal = recovery.mode === 'ENFORCE';
    if (closings.has(event)) recoveries.inc({ result: recovery.state, mode: recovery.mode });
    // An operator who requests a recovery of a node that has not failed has detected nothing, nor has another
    // try at the same failure.
    if (event === 'opened' && news.failure.class !== requestedByOperator && !news.isAgain) {
      detect.observe(secondsBetween(recovery.failedAt, recovery.openedAt));
    }
    if (event === 'recovered' && isReal && news.failure.class !== requestedByOperator)
      recover.observe(secondsBetween(recovery.failedAt, at));
    if (event === 'held') gates.inc({ gate: news.gate ?? 'node' });
    if (step !== null && isReal) {
      const seconds = secondsBetween(step.startedAt ?? step.endedAt, step.endedAt);
      if (step.purpose === 'verification') verifications.observe({ result: step.state }, seconds);
      else steps.observe({ action: knownAction(step.name), result: step.state }, seconds);
    }
  };
}

const closings: ReadonlySet<string> = new Set(Object.values(closingEvents));

const knownActions: ReadonlySet<string> = new Set([...operationActions, 'RECREATE', 'WORKFLOW']);

/** An operator may request any operation that a profile type has: a label has to stay within bounds. */
function knownAction(name: string): string {
  return knownActions.has(name) ? name : 'OTHER';
}

function secondsBetween(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}
