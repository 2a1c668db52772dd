import { expect, test } from 'vitest';
import { EventProbes, type EventProbesOptions } from './event-probes.ts';

interface World {
  readonly probes: EventProbes;
  readonly queries: (readonly string[])[];
  readonly probed: string[];
}

/** Servers `s1`, `s2` are the nodes `n1`, `n2`; all others are of other projects. */
function world(options: Partial<EventProbesOptions> = {}): World {
  const queries: (readonly string[])[] = [];
  const probed: string[] = [];
  const probes = new EventProbes({
    nodesOf: async (ids) => {
      queries.push(ids);
      return new Map(ids.flatMap((id) => (/^s\d$/.test(id) ? [[id, [id.replace('s', 'n')]] as const] : [])));
    },
    isWanted: () => true,
    probe: async (nodeId) => {
      probed.push(nodeId);
      return true;
    },
    expectProbes: () => () => undefined,
    log: { error: () => undefined },
    gatherMs: 1,
    tryAgainMs: 1,
    ...options,
  });
  return { probes, queries, probed };
}

test('what comes together is one query, and one probe of each node', async () => {
  const { probes, queries, probed } = world();
  await Promise.all(['s1', 'other', 's2', 's1', 'other'].map((id) => probes.changedPhysical(id)));
  expect(queries).toEqual([['s1', 'other', 's2']]);
  expect(probed).toEqual(['n1', 'n2']);
});

test('an event during a probe leads to another one, which sees what it is about', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const began = Promise.withResolvers<void>();
  const probed: string[] = [];
  const { probes } = world({
    probe: (nodeId) => {
      probed.push(nodeId);
      began.resolve();
      return probed.length === 1 ? promise : Promise.resolve(true);
    },
  });
  const first = probes.changedPhysical('s1');
  await began.promise;
  await probes.changedPhysical('s1');
  resolve(true);
  await first;
  expect(probed).toEqual(['n1', 'n1']);
});

test('the event of one node does not wait for the probe of another one', async () => {
  const { probes } = world({
    probe: (nodeId) => (nodeId === 'n1' ? new Promise(() => {}) : Promise.resolve(true)),
  });
  void probes.changedPhysical('s1');
  await probes.changedPhysical('s2');
});

test('an event is done with when what was found is recorded', async () => {
  const answers = [false, false, true];
  const probed: string[] = [];
  const { probes } = world({
    probe: async (nodeId) => {
      probed.push(nodeId);
      return answers[probed.length - 1] ?? true;
    },
  });
  await probes.changedPhysical('s1');
  expect(probed).toEqual(['n1', 'n1', 'n1']);
});

test('a node that wants no events is not probed, and one that ceases to is not tried again', async () => {
  let isWanted = false;
  const { probes, probed } = world({
    isWanted: () => isWanted,
    probe: async (nodeId) => {
      probed.push(nodeId);
      isWanted = false;
      return false;
    },
  });
  await probes.changedPhysical('s1');
  expect(probed).toEqual([]);
  isWanted = true;
  await probes.changedPhysical('s1');
  expect(probed).toEqual(['n1']);
});

test('after a stop nothing is waited for', async () => {
  const { probes } = world({ probe: () => Promise.resolve(false), tryAgainMs: 3_600_000 });
  const waiting = probes.changedPhysical('s1');
  probes.stop();
  await waiting;
});

test('where the nodes cannot be read it is tried again, and logged', async () => {
  const logged: string[] = [];
  const { probes, probed } = world({
    nodesOf: async (ids) => {
      if (logged.length === 0) throw new Error('the database is away');
      return new Map(ids.map((id) => [id, [id.replace('s', 'n')]]));
    },
    log: { error: (_details, message) => void logged.push(message) },
  });
  await probes.changedPhysical('s1');
  expect(probed).toEqual(['n1']);
  expect(logged).toHaveLength(1);
});

test('what was gathered is not looked up after a stop: the database may be closed', async () => {
  const { probes, queries, probed } = world();
  const waiting = probes.changedPhysical('s1');
  probes.stop();
  await waiting;
  expect([queries, probed]).toEqual([[], []]);
});
