import { expect, test } from 'vitest';
import type { Cloud } from '../../openstack/cloud.ts';
import type { InstanceActionEvent } from '../../openstack/nova/server.ts';
import { lastInstanceAction } from './run-operation.ts';

const context = { signal: new AbortController().signal };

function novaWith(message: string | null, event: Partial<InstanceActionEvent>): Cloud {
  const begun = { event: 'compute_detach_interface', start_time: 't', finish_time: null, result: null };
  const nova = {
    listInstanceActions: () => Promise.resolve([{ action: 'detach_interface', request_id: 'r', message }]),
    listInstanceActionEvents: () => Promise.resolve([{ ...begun, ...event }]),
  };
  return { nova } as unknown as Cloud;
}

test('an instance action that fails between the two questions has failed', async () => {
  const failed = { finish_time: 't', result: 'Error', details: 'Failed to unplug it.' };
  const last = await lastInstanceAction(novaWith(null, failed), 's', 'detach_interface', context);
  expect(last?.failure).toBe('Failed to unplug it.');
});

test.each<[string, Partial<InstanceActionEvent>]>([
  ['goes on', {}],
  ['has succeeded', { finish_time: 't', result: 'Success' }],
])('an instance action that %s has not failed', async (_state, event) => {
  const last = await lastInstanceAction(novaWith(null, event), 's', 'detach_interface', context);
  expect(last?.failure).toBeUndefined();
});
