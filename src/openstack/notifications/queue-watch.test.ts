import { expect, test } from 'vitest';
import { QueueWatch } from './queue-watch.ts';

function aWatch(exchanges: readonly string[] = ['nova', 'heat']) {
  const lines: string[] = [];
  const clock = { now: 1_800_000_000_000 };
  const say = (_: object, message: string): void => void lines.push(message);
  const watch = new QueueWatch({ exchanges, log: { info: say, warn: say }, now: () => clock.now });
  return { watch, lines, clock };
}

test('a consumer whose machine is gone is none, since RabbitMQ drops it within a minute', () => {
  const { watch, lines, clock } = aWatch();
  watch.checked({ missing: [], consumers: 2 });
  clock.now += 59_000;
  watch.checked({ missing: [], consumers: 2 });
  expect(watch.state.otherConsumers).toBeNull();
  watch.checked({ missing: [], consumers: 1 });
  clock.now += 59_000;
  watch.checked({ missing: [], consumers: 2 });
  expect(watch.state.otherConsumers).toBeNull();
  expect(lines).toEqual([]);
});

test('what was counted before a new connection may have been our own one of the lost connection', () => {
  const { watch, clock } = aWatch();
  watch.checked({ missing: [], consumers: 2 });
  clock.now += 50_000;
  watch.reconnected();
  watch.checked({ missing: [], consumers: 2 });
  clock.now += 50_000;
  watch.checked({ missing: [], consumers: 2 });
  expect(watch.state.otherConsumers).toBeNull();
  clock.now += 10_000;
  watch.checked({ missing: [], consumers: 2 });
  expect(watch.state.otherConsumers).toEqual({ count: 1, since: clock.now - 60_000 });
});

test('each is logged once when it begins and once when it ends', () => {
  const { watch, lines, clock } = aWatch(['nova']);
  expect(watch.checked({ missing: ['nova'], consumers: null })).toBe(false);
  expect(watch.checked({ missing: ['nova'], consumers: null })).toBe(false);
  expect(watch.state).toMatchObject({ missingExchanges: ['nova'], goneExchanges: [] });
  expect(watch.checked({ missing: [], consumers: null })).toBe(true);
  expect(watch.checked({ missing: [], consumers: null })).toBe(false);
  watch.checked({ missing: ['nova'], consumers: null });
  clock.now += 5000;
  watch.checked({ missing: ['nova'], consumers: null });
  expect(watch.state.goneExchanges).toEqual([{ name: 'nova', since: clock.now - 5000 }]);
  expect(watch.checked({ missing: [], consumers: null })).toBe(true);
  expect(lines).toEqual([
    'There is no exchange nova in RabbitMQ yet; it is waited for',
    'The exchange nova is there: its notifications are received',
    'The exchange nova is gone from RabbitMQ; nodes are polled as before, and probed at once when it is back',
    'The exchange nova is there again: its notifications are received',
  ]);
});
