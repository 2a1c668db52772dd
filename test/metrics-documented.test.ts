import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { actionMetrics } from '../src/metrics/action-metrics.ts';
import { cloudNotificationMetrics } from '../src/metrics/cloud-notification-metrics.ts';
import { notificationMetrics } from '../src/metrics/notification-metrics.ts';
import { recoveryMetrics } from '../src/metrics/recovery-metrics.ts';
import { retentionMetrics } from '../src/metrics/retention-metrics.ts';
import { roundsMetrics } from '../src/metrics/rounds-metrics.ts';
import { openTestStore } from './support/backends.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/howto/watch-with-prometheus.md'), 'utf8');

test('the figures that the documentation names are there, each with the labels that it says', async () => {
  const { store, close } = await openTestStore();
  const registry = new Registry();
  recoveryMetrics(registry, store)();
  notificationMetrics(registry, store, []);
  roundsMetrics(registry);
  cloudNotificationMetrics(registry, () => null);
  actionMetrics(registry, () => 0);
  retentionMetrics(registry);
  const table = page.split('\n').filter((line) => line.startsWith('| `coppice'));
  const named = table.flatMap((line) => [...line.matchAll(/`(coppice_\w+)(?:\{([\w,]+)\})?`/g)]);
  expect(named.length).toBeGreaterThan(10);
  for (const [, name = '', labels = ''] of named) {
    const metric = registry.getSingleMetric(name) as { labelNames?: string[] } | undefined;
    expect([name, metric?.labelNames?.join()]).toEqual([name, labels]);
  }
  await close();
});
