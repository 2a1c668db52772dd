import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aHealthRecord } from '../../test/support/health-record.ts';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { aBinding, aPolicy } from '../../test/support/rows.ts';
import { closingEvents } from '../domain/recovery-news.ts';
import type { RecoveryMode } from '../domain/states.ts';
import { enqueueRecoveryNews, type Turn } from '../notify/enqueue-recovery-news.ts';
import { requestedByOperator } from '../domain/health-record.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { saveNodeHealth } from '../store/node-health.ts';
import { insertPolicy } from '../store/policies.ts';
import { markRecoveryClosed, insertRecovery, recoveryStarted } from '../store/recoveries.ts';
import { recoveryMetrics } from './recovery-metrics.ts';
import { testSession } from '../../test/support/session.ts';

describe('The figures of healing', () => {
  let opened: TestStore;
  let registry: Registry;
  let stop: () => void;

  beforeEach(async () => {
    opened = await openTestStore();
    registry = new Registry();
    stop = recoveryMetrics(registry, opened.store);
  });

  afterEach(async () => {
    stop();
    await opened.close();
  });

  /** A recovery of a node that failed at second 1 and was confirmed at second 4. */
  async function open(
    options: { class?: string; mode?: RecoveryMode; nodeId?: string } = {},
  ): Promise<string> {
    const id = randomUUID();
    await opened.store.write(async (tx) => {
      await insertRecovery(tx, {
        ...testSession,
        id,
        nodeId: options.nodeId ?? randomUUID(),
        nodeName: 'web-1',
        clusterId: 'c',
        policyId: null,
        failure: { class: options.class ?? 'SERVER_ERROR', reason: 'broken' },
        failedAt: 1000,
        openedAt: 4000,
        mode: options.mode ?? 'ENFORCE',
        plan: {},
      });
      await enqueueRecoveryNews(tx, { event: 'opened', recoveryId: id, reason: '', at: 4000 });
    });
    return id;
  }

  async function tell(recoveryId: string, turn: Omit<Turn, 'recoveryId' | 'reason'>): Promise<void> {
    await opened.store.write((tx) => enqueueRecoveryNews(tx, { reason: '', recoveryId, ...turn }));
  }

  async function close(id: string, state: keyof typeof closingEvents): Promise<void> {
    await opened.store.write((tx) => markRecoveryClosed(tx, id, state, 31_000));
    await tell(id, { event: closingEvents[state], at: 31_000 });
  }

  async function scraped(name: string): Promise<string[]> {
    const lines = (await registry.metrics()).split('\n');
    return lines.filter((line) => line.startsWith(name) && !line.includes('bucket') && !line.endsWith(' 0'));
  }

  test('count recoveries by result, and how long it took to detect and to recover', async () => {
    await close(await open(), 'RECOVERED');
    await close(await open(), 'EXHAUSTED');
    await close(await open({ mode: 'OBSERVE' }), 'RECOVERED');
    expect(await scraped('coppice_recoveries_total')).toEqual([
      'coppice_recoveries_total{result="RECOVERED",mode="ENFORCE"} 1',
      'coppice_recoveries_total{result="EXHAUSTED",mode="ENFORCE"} 1',
      'coppice_recoveries_total{result="RECOVERED",mode="OBSERVE"} 1',
    ]);
    expect(await scraped('coppice_time_to_detect_seconds')).toEqual([
      'coppice_time_to_detect_seconds_sum 9',
      'coppice_time_to_detect_seconds_count 3',
    ]);
    expect(await scraped('coppice_time_to_recover_seconds')).toEqual([
      'coppice_time_to_recover_seconds_sum 30',
      'coppice_time_to_recover_seconds_count 1',
    ]);
  });

  test('say nothing of the time of a recovery that an operator asked for', async () => {
    await close(await open({ class: requestedByOperator }), 'RECOVERED');
    expect(await scraped('coppice_time_to')).toEqual([]);
  });

  test('count closed gates by their name, and steps by action and result', async () => {
    const id = await open();
    await tell(id, { event: 'held', at: 5000, gate: 'max_unhealthy' });
    await tell(id, { event: 'held', at: 6000 });
    const step = { name: 'REBOOT', item: 'a', purpose: 'action', attempt: 1, startedAt: 7000, endedAt: 9000 };
    await tell(id, { event: 'step_ended', at: 9000, step: { ...step, state: 'FAILED' } });
    const odd = { ...step, name: 'ANYTHING', startedAt: null, state: 'FAILED' } as const;
    await tell(id, { event: 'step_ended', at: 9000, step: odd });
    const verified = { ...step, name: 'VERIFY', purpose: 'verification', state: 'SUCCEEDED' } as const;
    await tell(id, { event: 'step_ended', at: 9000, step: verified });
    expect(await scraped('coppice_gates_closed_total')).toEqual([
      'coppice_gates_closed_total{gate="max_unhealthy"} 1',
      'coppice_gates_closed_total{gate="node"} 1',
    ]);
    expect(await scraped('coppice_recovery_step_seconds')).toEqual([
      'coppice_recovery_step_seconds_sum{action="REBOOT",result="FAILED"} 2',
      'coppice_recovery_step_seconds_count{action="REBOOT",result="FAILED"} 1',
      'coppice_recovery_step_seconds_count{action="OTHER",result="FAILED"} 1',
    ]);
    expect(await scraped('coppice_recovery_verification_seconds')).toEqual([
      'coppice_recovery_verification_seconds_sum{result="SUCCEEDED"} 2',
      'coppice_recovery_verification_seconds_count{result="SUCCEEDED"} 1',
    ]);
  });

  test('count another try at the same failure as no detection', async () => {
    const nodeId = randomUUID();
    await close(await open({ nodeId }), 'EXHAUSTED');
    await open({ nodeId });
    expect(await scraped('coppice_time_to_detect_seconds_count')).toEqual([
      'coppice_time_to_detect_seconds_count 1',
    ]);
  });

  test('show nodes by health and open recoveries as they stand in the store', async () => {
    await opened.store.write(async (tx) => {
      for (const [node, state] of [
        ['a', 'HEALTHY'],
        ['b', 'HEALTHY'],
        ['c', 'UNKNOWN'],
      ] as const) {
        await saveNodeHealth(tx, node, 'c', aHealthRecord(state, 1));
      }
      // These are not watched any more: the policy is disabled, or was detached.
      await saveNodeHealth(tx, 'd', 'disabled', aHealthRecord('FAILED', 1));
      await saveNodeHealth(tx, 'e', 'detached', aHealthRecord('FAILED', 1));
      const policy = aPolicy();
      await insertPolicy(tx, policy);
      await insertBinding(tx, aBinding({ clusterId: 'c', policyId: policy.id }));
      await insertBinding(tx, aBinding({ clusterId: 'disabled', policyId: policy.id, enabled: false }));
    });
    const running = await open();
    await open();
    await opened.store.write((tx) => recoveryStarted(tx, running, 'action', 5000));
    expect(await scraped('coppice_nodes')).toEqual([
      'coppice_nodes{health="HEALTHY"} 2',
      'coppice_nodes{health="UNKNOWN"} 1',
    ]);
    expect(await scraped('coppice_recoveries_open')).toEqual([
      'coppice_recoveries_open{state="held"} 1',
      'coppice_recoveries_open{state="running"} 1',
    ]);
  });
});
