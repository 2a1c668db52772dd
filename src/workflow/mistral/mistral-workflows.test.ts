import { expect, test } from 'vitest';
import { testSession } from '../../../test/support/session.ts';
import { CloudError } from '../../openstack/cloud-error.ts';
import type { MistralClient } from '../../openstack/mistral-client.ts';
import { WorkflowServiceNotReached } from '../workflow-service.ts';
import { MistralWorkflows } from './mistral-workflows.ts';

type Find = MistralClient['findExecution'];

function mistral(find: Find) {
  const world = { now: 0, asked: 0, find };
  const client = {
    findExecution: (...given: Parameters<Find>) => {
      world.asked += 1;
      return world.find(...given);
    },
  } as MistralClient;
  const workflows = new MistralWorkflows(
    () => client,
    () => world.now,
  );
  return { world, get: (signal?: AbortSignal) => workflows.get('e1', testSession, signal) };
}

function failure(mayHaveHappened: boolean): CloudError {
  const unknown = { status: null, requestId: null, retryAfterMs: null };
  return new CloudError({
    ...unknown,
    service: 'workflow',
    request: 'GET /x',
    reason: 'refused',
    mayHaveHappened,
  });
}

const found: Find = () => Promise.resolve({ id: 'e1', state: 'RUNNING' });

test('where it cannot be reached, one call in a while tries it, and the others fail at once', async () => {
  const { world, get } = mistral(() => Promise.reject(failure(false)));
  await expect(get()).rejects.toBeInstanceOf(WorkflowServiceNotReached);
  world.find = found;
  await expect(get()).rejects.toThrow('refused');
  expect(world.asked).toBe(1);
  world.now = 5000;
  expect(await get()).toMatchObject({ id: 'e1', state: 'RUNNING' });
});

test('an answer that is not understood, and a caller that waits less, say nothing of the next call', async () => {
  const { world, get } = mistral(() => Promise.reject(failure(true)));
  await expect(get()).rejects.toThrow('refused');
  world.find = (_id, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  await expect(get(AbortSignal.timeout(5))).rejects.toThrow('Mistral does not answer');
  world.find = found;
  expect(await get()).toMatchObject({ id: 'e1', state: 'RUNNING' });
});
