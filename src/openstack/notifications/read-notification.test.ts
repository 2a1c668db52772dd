import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import { readNotification } from './read-notification.ts';

interface Recorded {
  readonly routing_key: string;
  readonly body: { readonly 'oslo.message': string };
}

const recorded = readFileSync(
  join(import.meta.dirname, '../../../test/data/notifications/nova.jsonl'),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const server = '3271c50b-f067-4fdd-99cf-d58fe77c50c4';

function typeOf({ body }: Recorded): string {
  return (JSON.parse(body['oslo.message']) as { event_type: string }).event_type;
}

function wire(message: unknown): Buffer {
  return Buffer.from(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) }));
}

/** The types of the recorded notifications that lead to a probe, in their order. */
function probed(routingKey: string): string[] {
  return recorded
    .filter((each) => each.routing_key === routingKey)
    .filter(({ body }) => typeof readNotification(Buffer.from(JSON.stringify(body))) === 'object')
    .map(typeOf);
}

describe('what a Nova of OpenStack Zed has sent', () => {
  const ends = ['power_off', 'pause', 'resume', 'shelve', 'shelve_offload', 'shutdown', 'delete'];

  test.for([
    ['notifications.info', 'compute.instance'],
    ['versioned_notifications.info', 'instance'],
  ] as const)('%s: ends of actions and new states lead to a probe, and nothing else', ([key, prefix]) => {
    const types = probed(key).filter((type) => type !== 'service.update');
    const updates = types.filter((type) => type === `${prefix}.update`);
    expect(types.filter((type) => !updates.includes(type))).toEqual(
      ends.map((each) => `${prefix}.${each}.end`),
    );
    // Stopped, paused, reset to ERROR, and deleted: not the four with a new task alone.
    expect(updates).toHaveLength(4);
  });

  test('each is about the server, in both formats', () => {
    const events = recorded
      .filter((each) => typeOf(each) !== 'service.update')
      .map(({ body }) => readNotification({ ...body }))
      .filter((event) => typeof event === 'object');
    expect(events.length).toBeGreaterThan(20);
    expect(new Set(events)).toEqual(new Set(events.map(() => ({ kind: 'SERVER', id: server }))));
  });

  test('a service that was forced down is a host', () => {
    const service = recorded.find((each) => typeOf(each) === 'service.update');
    expect(readNotification(JSON.stringify(service?.body))).toEqual({
      kind: 'COMPUTE_HOST',
      name: 'compute1',
    });
  });
});

test('a failed action leads to a probe', () => {
  const message = { event_type: 'compute.instance.rebuild.error', payload: { instance_id: 'a' } };
  expect(readNotification(wire(message))).toEqual({ kind: 'SERVER', id: 'a' });
});

test('the actions that Nova names with dots and underscores are known by both names', () => {
  for (const name of ['live_migration.post.dest', 'live_migration_post_dest', 'live_migration._rollback'])
    expect(readNotification(wire({ event_type: `instance.${name}.end`, payload: { uuid: 'a' } }))).toEqual({
      kind: 'SERVER',
      id: 'a',
    });
});

test('the end of an action of a stack leads to a probe, its begin does not', () => {
  const at = (phase: string, identity: string): unknown =>
    readNotification(
      wire({ event_type: `orchestration.stack.update.${phase}`, payload: { stack_identity: identity } }),
    );
  expect(at('end', 'a1')).toEqual({ kind: 'STACK', id: 'a1' });
  expect(at('error', 'arn:openstack:heat::p:stacks/web/a1')).toEqual({ kind: 'STACK', id: 'a1' });
  expect(at('start', 'a1')).toBe('IGNORED');
});

test('a service that runs no servers is ignored', () => {
  const payload = { 'nova_object.data': { binary: 'nova-scheduler', host: 'c' } };
  expect(readNotification(wire({ event_type: 'service.update', payload }))).toBe('IGNORED');
});

test('a message without an envelope is read as well', () => {
  const message: JsonObject = { event_type: 'compute.instance.pause.end', payload: { instance_id: 'a' } };
  expect(readNotification(message)).toEqual({ kind: 'SERVER', id: 'a' });
});

test('what is no notification is malformed', () => {
  const wrong = [
    Buffer.from('{"oslo.message": '),
    Buffer.from([0xff, 0x00]),
    '[]',
    '7',
    wire('a text'),
    wire({ payload: {} }),
    wire({ event_type: 7 }),
    wire({ event_type: 'compute.instance.pause.end' }),
    wire({ event_type: 'compute.instance.pause.end', payload: { instance_id: 7 } }),
    wire({ event_type: 'orchestration.stack.update.end', payload: {} }),
    wire({ event_type: 'service.update', payload: { 'nova_object.data': { binary: 7 } } }),
    JSON.stringify({ 'oslo.message': '{"event_type": "instance.pause.end", ' }),
  ];
  expect(wrong.map((body) => readNotification(body))).toEqual(wrong.map(() => 'MALFORMED'));
});

test('a type of event that stands in what a user wrote is not taken for the type', () => {
  const message = {
    metadata: { note: '"event_type": "scheduler.nothing"' },
    event_type: 'compute.instance.pause.end',
    payload: { instance_id: 'a' },
  };
  expect(readNotification(wire(message))).toEqual({ kind: 'SERVER', id: 'a' });
});
