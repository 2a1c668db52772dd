/** Senlin's rules for lists: what each can be sorted and filtered by, its own order, its pages. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newAction } from '../../test/support/new-action.ts';
import { aBinding, aCluster, anEvent, aNode, aPolicy, aProfile } from '../../test/support/rows.ts';
import { TestServer } from '../../test/support/test-server.ts';
import type { Receiver } from '../domain/model.ts';
import { insertActions } from '../store/actions.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertEvents } from '../store/events.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertPolicy } from '../store/policies.ts';
import { insertProfile } from '../store/profiles.ts';
import { insertReceiver } from '../store/receivers.ts';

interface Rules {
  readonly sorts: readonly string[];
  readonly filters: Readonly<Record<string, readonly [value: string, other: string]>>;
  /** Where the list has no order of its own, the objects stand in this one. */
  readonly order: readonly string[];
}

const times = ['init_at', 'created_at', 'updated_at'];
const cluster = aCluster({ name: 'b', initAt: 2000, createdAt: 1000 });
const other = aCluster({ name: 'a', initAt: 3000, createdAt: 900, status: 'ERROR' });

/** The first of two values of a filter fits the first object alone, the second one the other. */
const lists: Readonly<Record<string, Rules>> = {
  clusters: {
    sorts: ['name', 'status', ...times],
    filters: { name: ['b', 'a'], status: ['ACTIVE', 'ERROR'] },
    order: ['b', 'a'],
  },
  nodes: {
    sorts: ['index', 'name', 'status', ...times],
    filters: { name: ['n2', 'n1'], status: ['ACTIVE', 'ERROR'], cluster_id: ['b', 'a'] },
    order: ['n2', 'n1'],
  },
  profiles: {
    sorts: ['type', 'name', 'created_at', 'updated_at'],
    filters: { name: ['z', 'y'], type: ['test.node-1.0', 'os.nova.server-1.0'] },
    order: ['z', 'y'],
  },
  policies: {
    sorts: ['type', 'name', 'created_at', 'updated_at'],
    filters: { name: ['z', 'y'], type: ['senlin.policy.health-1.3', 'senlin.policy.batch-1.0'] },
    order: ['z', 'y'],
  },
  receivers: {
    sorts: ['name', 'type', 'action', 'cluster_id', 'created_at', 'user'],
    filters: {
      name: ['r1', 'r2'],
      cluster_id: [cluster.id, other.id],
      action: ['CLUSTER_CHECK', 'CLUSTER_SCALE_IN'],
      user: ['local', 'second'],
    },
    order: ['r1', 'r2'],
  },
  actions: {
    sorts: ['name', 'target', 'action', 'created_at', 'status'],
    filters: {
      name: ['cluster_check', 'node_check'],
      action: ['CLUSTER_CHECK', 'NODE_CHECK'],
      target: [cluster.id, 'node'],
      cluster_id: ['b', 'a'],
    },
    order: ['CLUSTER_CHECK', 'NODE_CHECK'],
  },
  events: {
    sorts: ['timestamp', 'level', 'otype', 'oname', 'action', 'status', 'oid', 'cluster_id'],
    filters: {
      oname: ['e2', 'e1'],
      otype: ['NODE', 'CLUSTER'],
      oid: ['o2', 'o1'],
      cluster_id: ['b', 'a'],
      action: ['NODE_CHECK', 'CLUSTER_CHECK'],
      level: ['INFO', 'ERROR'],
    },
    order: ['e2', 'e1'],
  },
};

const aReceiver = (changes: Partial<Receiver>): Receiver => ({
  project: 'local',
  user: 'local',
  domain: null,
  id: randomUUID(),
  name: 'r',
  type: 'webhook',
  clusterId: cluster.id,
  action: 'CLUSTER_CHECK',
  params: {},
  channel: { alarm_url: 'http://127.0.0.1:8777/' },
  roles: ['member'],
  createdAt: 1000,
  updatedAt: null,
  ...changes,
});

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  const policies = [
    aPolicy({ name: 'y', createdAt: 2000, type: 'senlin.policy.batch-1.0' }),
    aPolicy({ name: 'z', createdAt: 1000 }),
  ];
  await server.store.write(async (tx) => {
    for (const one of [other, cluster]) await insertCluster(tx, one);
    await insertNodes(tx, [
      aNode({ name: 'n1', initAt: 3000, createdAt: 900, clusterId: other.id, status: 'ERROR' }),
      aNode({ name: 'n2', initAt: 2000, createdAt: 1000, clusterId: cluster.id }),
    ]);
    await insertProfile(tx, aProfile({ name: 'y', createdAt: 2000, type: 'os.nova.server-1.0' }));
    await insertProfile(tx, aProfile({ name: 'z', createdAt: 1000 }));
    for (const one of policies) await insertPolicy(tx, one);
    for (const { id } of policies) await insertBinding(tx, aBinding({ clusterId: cluster.id, policyId: id }));
    const changes = { user: 'second', clusterId: other.id, action: 'CLUSTER_SCALE_IN' } as const;
    await insertReceiver(tx, aReceiver({ name: 'r2', createdAt: 900, ...changes }));
    await insertReceiver(tx, aReceiver({ name: 'r1' }));
    const first = { name: 'cluster_check', target: cluster.id, clusterId: cluster.id };
    const second = { name: 'node_check', target: 'node', clusterId: other.id };
    await insertActions(tx, [{ ...newAction('CLUSTER_CHECK', first), ...first }], 1000);
    await insertActions(tx, [{ ...newAction('NODE_CHECK', second), ...second }], 2000);
    const event = { oname: 'e2', oid: 'o2', clusterId: cluster.id, timestamp: 1000 };
    await insertEvents(tx, [
      anEvent({ ...event, otype: 'NODE', action: 'NODE_CHECK', level: 'INFO' }),
      anEvent({
        oname: 'e1',
        oid: 'o1',
        clusterId: other.id,
        timestamp: 2000,
        otype: 'CLUSTER',
        action: 'CLUSTER_CHECK',
        level: 'ERROR',
      }),
    ]);
  });
});
afterAll(() => server.stop());

type Listed = Readonly<Record<string, unknown>> & { readonly id: string };

async function list(url: string, minor = 14): Promise<Listed[]> {
  const reply = await server.ask('GET', `/v1/${url}`, { minor });
  expect(reply.status, reply.text).toBe(200);
  const [key] = url.split('?');
  const body = reply.body as Record<string, Listed[]>;
  expect(Object.keys(body)).toEqual([key]);
  return body[key ?? ''] ?? [];
}

const nameOf = (kind: string, one: Listed | undefined) =>
  one?.[{ events: 'oname', actions: 'action' }[kind] ?? 'name'];
const names = (kind: string, objects: readonly Listed[]) => objects.map((one) => nameOf(kind, one));

async function refusal(url: string): Promise<unknown> {
  const { status, body } = await server.ask('GET', `/v1/${url}`);
  const { error } = body as { error: { message: string; type: string } };
  return [status, error.type, error.message];
}

const refused = (message: string) => [400, 'HTTPBadRequest', message];

describe.each(Object.entries(lists))('A list of %s', (kind, { sorts, filters, order }) => {
  test('has an order of its own', async () => {
    expect(names(kind, await list(kind))).toEqual(order);
  });

  test.each(sorts)('is sorted by %s, both ways', async (key) => {
    const up = await list(`${kind}?sort=${key}`);
    expect(await list(`${kind}?sort=${key}:asc`)).toEqual(up);
    expect(await list(`${kind}?sort=${key}:`)).toEqual(up);
    const down = await list(`${kind}?sort=${key}:desc`);
    expect(down).toEqual(up.toReversed());
  });

  test('is sorted by nothing else', async () => {
    expect(await refusal(`${kind}?sort=project`)).toEqual(
      refused("Unsupported sort key 'project' for 'sort'."),
    );
    expect(await refusal(`${kind}?sort=${sorts[0]}:up`)).toEqual(
      refused("Unsupported sort dir 'up' for 'sort'."),
    );
    expect(await refusal(`${kind}?sort=${sorts[0]},`)).toEqual(refused("Missing sort key for 'sort'."));
  });

  test.each(Object.entries(filters))(
    'is filtered by %s, which may be repeated',
    async (key, [one, another]) => {
      expect(names(kind, await list(`${kind}?${key}=${one}`))).toEqual(order.slice(0, 1));
      expect(names(kind, await list(`${kind}?${key}=${another}`))).toEqual(order.slice(1));
      expect(await list(`${kind}?${key}=${one}&${key}=${another}`)).toHaveLength(2);
    },
  );

  test('is filtered by nothing else', async () => {
    const quoted = kind === 'clusters' ? "'bogus'" : 'bogus';
    expect(await refusal(`${kind}?bogus=1`)).toEqual(refused(`Invalid parameter ${quoted}`));
  });

  test('comes in pages, without an end in itself', async () => {
    const all = await list(kind);
    expect(await list(`${kind}?limit=0`)).toEqual([]);
    expect(await list(`${kind}?limit=1`)).toEqual(all.slice(0, 1));
    expect(await list(`${kind}?limit=1&marker=${all[0]?.id}`)).toEqual(all.slice(1));
    expect(await list(`${kind}?limit=1&marker=${all[1]?.id}`)).toEqual([]);
  });

  test('reads a limit with its sign, and a marker without its dashes', async () => {
    const all = await list(kind);
    for (const limit of ['+1', '%2B1', '%201', '1%20'])
      expect(await list(`${kind}?limit=${limit}`)).toEqual(all.slice(0, 1));
    const marker = all[0]?.id.replaceAll('-', '').toUpperCase();
    expect(await list(`${kind}?marker=${marker}`)).toEqual(all.slice(1));
  });

  test('does not look at parameters that are empty', async () => {
    expect(await list(`${kind}?limit=&marker=&sort=&global_project=`)).toEqual(await list(kind));
  });

  test('is refused with a limit, a marker or a project that says nothing', async () => {
    expect(await refusal(`${kind}?limit=-1`)).toEqual(refused("Value must be >= 0 for field 'limit'."));
    expect(await refusal(`${kind}?limit=x`)).toEqual(refused("The value for limit must be an integer: 'x'."));
    expect(await refusal(`${kind}?marker=x`)).toEqual(
      refused("The value for marker is not a valid UUID: 'x'."),
    );
    expect(await refusal(`${kind}?global_project=x`)).toEqual(
      refused("Invalid value 'x' specified for 'global_project'"),
    );
  });
});

test.each(Object.keys(lists).filter((kind) => kind !== 'events'))(
  'a marker of %s that is nowhere is not looked at',
  async (kind) => expect(await list(`${kind}?marker=${randomUUID()}`)).toEqual(await list(kind)),
);

test('a marker of events that is nowhere is refused, as its event may have been deleted as old', async () => {
  const { status, text } = await server.ask('GET', `/v1/events?marker=${randomUUID()}`);
  expect([status, text]).toEqual([400, expect.stringContaining('marker: expected the id of an event')]);
});

test('a filter of nodes by no cluster is none', async () => {
  expect(await list('nodes?cluster_id=')).toHaveLength(2);
  expect(await refusal('nodes?cluster_id=none')).toEqual([
    400,
    'BadRequest',
    'Cannot find the given cluster: none.',
  ]);
});

test('receivers are filtered by user from microversion 1.4 on', async () => {
  expect(await list('receivers?user=second', 4)).toHaveLength(1);
  expect(await list('receivers?user=second', 3)).toHaveLength(2);
  expect(await list('receivers?action=CLUSTER_CREATE')).toEqual([]);
});

describe('The policies of a cluster', () => {
  const path = `clusters/${cluster.id}/policies`;
  const policyId = 'eee75630-8269-41d6-8964-3437cf5241e7';
  const bindings = async (query: string) => {
    const { body } = await server.ask('GET', `/v1/${path}?${query}`);
    return (body as { cluster_policies: { policy_name: string }[] }).cluster_policies.map(
      ({ policy_name: name }) => name,
    );
  };

  test('are filtered and sorted', async () => {
    expect(await bindings('policy_name=y')).toEqual(['y']);
    expect(await bindings('policy_type=senlin.policy.batch-1.0')).toEqual(['y']);
    expect(await bindings('enabled=false')).toEqual([]);
    expect(await bindings('sort=enabled:desc')).toHaveLength(2);
    expect(await bindings('enabled=&policy_name=&policy_type=&sort=')).toHaveLength(2);
    expect(await refusal(`${path}?sort=priority`)).toEqual(
      refused("Unsupported sort key 'priority' for 'sort'."),
    );
  });

  test.each(['limit=1', `marker=${policyId}`, 'global_project=true', 'bogus=1'])(
    'come whole: %s is refused',
    async (query) => {
      const [key] = query.split('=');
      expect(await refusal(`${path}?${query}`)).toEqual(refused(`Invalid parameter ${key}`));
    },
  );
});
